"""A static host: hands out files, and knows nothing of a server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from typing_extensions import override


class Quiet(SimpleHTTPRequestHandler):
    """Hands out files, and says nothing of it."""

    @override
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def handing_out(folder: Path, port: int) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", port), partial(Quiet, directory=folder)) as host:
        thread = threading.Thread(target=host.serve_forever)
        thread.start()
        try:
            yield
        finally:
            host.shutdown()
            thread.join()
