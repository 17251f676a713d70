"""WebSocket frames of the server, made once for all clients. Pure (RFC 6455, section 5.2)."""

from __future__ import annotations

TEXT, PING = 0x81, 0x89
"""The first byte of a frame that is a whole message."""
SHORT, MEDIUM = 126, 1 << 16

PING_FRAME = bytes((PING, 0))


def text_frame(payload: bytes) -> bytes:
    """Return a text message as it goes over the wire: not masked, not compressed."""
    size = len(payload)
    if size < SHORT:
        head = bytes((TEXT, size))
    elif size < MEDIUM:
        head = bytes((TEXT, SHORT)) + size.to_bytes(2, "big")
    else:
        head = bytes((TEXT, SHORT + 1)) + size.to_bytes(8, "big")
    return head + payload
