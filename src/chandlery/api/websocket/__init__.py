"""The WebSocket: the protocol without I/O, the hub that broadcasts, and the endpoint."""

from chandlery.api.websocket.connection import Connection
from chandlery.api.websocket.endpoint import Endpoint, with_websocket
from chandlery.api.websocket.gate import Admission, Gate, OpenGate, Principal, Refusal
from chandlery.api.websocket.guarded import GuardedGate
from chandlery.api.websocket.hub import Hub
from chandlery.api.websocket.limits import Limits

__all__ = [
    "Admission",
    "Connection",
    "Endpoint",
    "Gate",
    "GuardedGate",
    "Hub",
    "Limits",
    "OpenGate",
    "Principal",
    "Refusal",
    "with_websocket",
]
