"""The files of the app on a host of their own, and where the server has become another one."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from playwright.sync_api import expect

from chandlery.api.site.files import ASSETS, BUILT
from tests.browser.compared import as_rest_has_them
from tests.browser.conftest import Opened, Watched
from tests.browser.host import handing_out
from tests.browser.markets import BTC, served
from tests.browser.served import Served, free_port, now
from tests.browser.waiting import live, until
from tests.cli.command import run

PACKAGE = Path(__file__).parents[2] / "src" / "chandlery"
HASHED = re.compile(r"-([\w-]{8})\.(?:js|css)$")


def another_build(folder: Path) -> None:
    """Make a copy of the package whose app has other names for all that has a digest in it."""
    package = folder / "chandlery"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("*.br", "*.gz"))
    root = package / BUILT
    assets = [path for path in (root / ASSETS).iterdir() if HASHED.search(path.name)]
    new = {
        path.name: HASHED.sub(lambda m: m[0].replace(m[1], m[1][::-1]), path.name)
        for path in assets
    }
    names = re.compile("|".join(map(re.escape, new)))
    for path in [*assets, root / "index.html", root / "admin.html"]:
        path.write_text(names.sub(lambda found: new[found[0]], path.read_text()))
    for path in assets:
        path.rename(path.with_name(new[path.name]))


def test_a_page_of_the_build_of_before_says_so_and_a_reload_brings_the_new_one(
    own_server: Served, opened: Opened, watched: Watched, tmp_path: Path
) -> None:
    watched.allowed |= {"404", "MIME type", "WebSocket connection", "ERR_", "net::"}
    page = opened(f"{own_server.url}/chart/{BTC}?interval=1m")
    live(page)
    own_server.end()
    another_build(tmp_path / "new")
    own_server.options = {"PYTHONPATH": str(tmp_path / "new")}
    own_server.start()
    own_server.trade(BTC, (now(), 61_234.5, 0.25))
    until(page, "window.chandlery.bars().at(-1).c === 61234.5")
    page.keyboard.press("Alt+j")
    expect(page.get_by_text("This part of the app cannot be loaded")).to_be_visible()
    as_rest_has_them(page, own_server, BTC, "1m")
    page.get_by_role("button", name="Load the page again").click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_have_count(0)
    live(page)
    page.keyboard.press("Alt+j")
    expect(dialog).to_be_visible()


def test_on_a_static_host_below_a_path_the_app_shows_its_server(
    tmp_path: Path, opened: Opened, watched: Watched
) -> None:
    watched.most_hosts = 2
    port = free_port()
    site = f"http://127.0.0.1:{port}/charts/"
    with served(tmp_path / "data", {"CHANDLERY_HTTP__ORIGINS": site[:-8]}) as server:
        what = ("export-app", str(tmp_path / "site" / "charts"), "--base", "/charts/")
        told = run(*what, "--api", server.url, cwd=tmp_path)
        assert told.code == 0, told.err
        with handing_out(tmp_path / "site", port):
            page = opened(site)
            live(page)
            assert page.url.startswith(f"{site}chart/TEST:")
            page.evaluate(f"window.chandlery.goTo({int(now())})")
            page.keyboard.type("btcusdt")
            expect(page.get_by_role("option")).to_have_count(1)
            page.keyboard.press("Enter")
            until(page, f"window.chandlery.symbol === '{BTC}'")
            live(page)
            as_rest_has_them(page, server, BTC, page.evaluate("window.chandlery.interval"))
            server.trade(BTC, (now(), 61_234.5, 0.25))
            until(page, "window.chandlery.bars().at(-1).c === 61234.5")
            page.goto(f"{site}admin.html#token={server.token}")
            expect(page.get_by_text("Up for")).to_be_visible()
            page.close()
        assert watched.hosts == {f"127.0.0.1:{port}", server.url.removeprefix("http://")}
