"""What the pages of the web app may load and ask."""

from __future__ import annotations

import re


def policy_of(api: str = "") -> str:
    """Return the policy: only files of the app's own host run, only the server is asked.

    `api` is the server's address where it is another one. The chart library writes styles.
    """
    asked = f"'self' {api} {re.sub('^http', 'ws', api)}" if api else "'self'"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        f"connect-src {asked}; img-src 'self' data: blob:; manifest-src 'self'; "
        "base-uri 'self'; form-action 'none'; frame-ancestors 'self'"
    )
