"""The web app as files for a static host, which knows where its server is."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chandlery.api.site.files import read
from chandlery.cli.group import load

PAGE = '<base href="/" /><meta name="chandlery-api" content="" /><script src="./assets/a.js">'
API = "https://data.example:8443"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "built"
    (root / "assets").mkdir(parents=True)
    for page in ("index.html", "admin.html"):
        (root / page).write_text(PAGE)
        (root / f"{page}.gz").write_bytes(b"old")
    (root / "assets" / "a.js").write_text("1")
    found = read(root)
    monkeypatch.setattr("chandlery.cli.commands.export_app.built", lambda: found)


def exported(*args: str) -> Result:
    return CliRunner().invoke(load("export-app"), args)


@pytest.mark.usefixtures("app")
def test_the_pages_name_the_server_and_their_place(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = exported(str(out), "--api", f"{API}/", "--base", "/charts")
    assert (result.exit_code, result.output) == (0, f"3 files written to {out}\n")
    for page in ("index.html", "admin.html", "404.html"):
        text = (out / page).read_text()
        assert f'<meta name="chandlery-api" content="{API}" />' in text
        assert '<base href="/charts/" />' in text
    assert (out / "assets" / "a.js").read_text() == "1"
    assert sorted(path.name for path in out.iterdir() if path.suffix == ".gz") == []
    headers = (out / "_headers").read_text()
    assert f"connect-src 'self' {API} wss://data.example:8443;" in headers
    assert "/charts/assets/*\n  Cache-Control: public, max-age=31536000, immutable" in headers
    assert (out / "_redirects").read_text().splitlines() == [
        "/charts/chart/* /charts/index.html 200",
        "/charts/admin/* /charts/admin.html 200",
    ]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("option", "value"),
    [("--api", "data.example"), ("--api", "ftp://x"), ("--base", "charts"), ("--base", '/"x')],
)
def test_what_is_no_address_is_told(tmp_path: Path, option: str, value: str) -> None:
    result = exported(str(tmp_path / "out"), option, value)
    assert result.exit_code != 0
    assert "expected, found" in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_without_an_app_it_says_how_to_build_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chandlery.cli.commands.export_app.built", dict)
    result = exported(str(tmp_path / "out"))
    assert result.exit_code != 0
    assert "no web app" in str(result.exception)
