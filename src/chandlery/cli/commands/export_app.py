"""`chandlery export-app`: the web app as files for any static host."""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import urlsplit

import rich_click as click

from chandlery.api.site.files import ADMIN, INDEX, built
from chandlery.api.site.policy import policy_of
from chandlery.core.errors import UsageError

PAGES = (INDEX, ADMIN)
_BASE = re.compile(r'<base href="[^"]*"')
_API = re.compile(r'<meta name="chandlery-api" content="[^"]*"')


@click.command("export-app", epilog="Example: chandlery export-app site --api https://data.example")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--api",
    default="",
    metavar="URL",
    help="Address of the server; without it, the one that the app itself comes from.",
)
@click.option("--base", default="/", metavar="PATH", help="Path on the host. Default: /.")
def export_app(*, directory: Path, api: str, base: str) -> None:
    """Write the web app into DIRECTORY, for Cloudflare Pages, S3, or any other static host.

    The server must let the app in: set http.origins to the address of the host.
    """
    files = built()
    if INDEX not in files:
        message = "this installation has no web app"
        raise UsageError(message, hint="build it with `make web`, or install a released package")
    api, base = _checked_api(api), _checked_base(base)
    for path, file in files.items():
        body = file.bodies[""]
        if path in PAGES:
            body = _page(body.decode(), api, base).encode()
        _write(directory / path, body)
    # What a static host shows for addresses such as /chart/BINANCE:BTCUSDT.
    _write(directory / "404.html", (directory / INDEX).read_bytes())
    _write(directory / "_redirects", _redirects(base).encode())
    _write(directory / "_headers", _headers(api, base).encode())
    click.echo(f"{len(files)} files written to {directory}")


def _checked_api(text: str) -> str:
    text = text.rstrip("/")
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.netloc):
        message = f"an address such as https://data.example expected, found {text!r}"
        raise UsageError(message)
    return text


def _checked_base(text: str) -> str:
    if not re.fullmatch(r"/([\w.~-]+/)*[\w.~-]*", text):
        message = f"a path such as /charts/ expected, found {text!r}"
        raise UsageError(message)
    return text if text.endswith("/") else f"{text}/"


def _page(text: str, api: str, base: str) -> str:
    told = html.escape(api)
    text = _BASE.sub(lambda _: f'<base href="{base}"', text)
    return _API.sub(lambda _: f'<meta name="chandlery-api" content="{told}"', text)


def _redirects(base: str) -> str:
    """Return which page is to be shown for the addresses that it makes, on hosts that read this."""
    return f"{base}chart/* {base}{INDEX} 200\n{base}admin/* {base}{ADMIN} 200\n"


def _headers(api: str, base: str) -> str:
    """Return what hosts that read `_headers` are to send."""
    return (
        f"{base}*\n"
        f"  Content-Security-Policy: {policy_of(api)}\n"
        "  X-Content-Type-Options: nosniff\n"
        "  Referrer-Policy: no-referrer\n"
        f"{base}assets/*\n"
        "  Cache-Control: public, max-age=31536000, immutable\n"
    )


def _write(path: Path, body: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
        raise UsageError(message, hint="name another directory") from error
