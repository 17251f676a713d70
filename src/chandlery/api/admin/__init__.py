"""Administration over HTTP: `routes` for the server, `frames` and `requests` for both ends."""
