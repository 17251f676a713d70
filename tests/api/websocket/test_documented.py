"""The page about the protocol has all of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from chandlery.api.websocket.decoding import decoded
from chandlery.api.websocket.limits import CLOSES, Code, Limits
from chandlery.api.websocket.messages import OPS, Types
from chandlery.api.websocket.topics import CHANNELS

PAGE = (Path(__file__).parents[3] / "docs" / "websocket.md").read_text()
EXAMPLES = "\n".join(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))


@pytest.mark.parametrize("code", list(Code))
def test_every_error_code_is_told_with_how_it_closes(code: Code) -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith(f"| `{code}` |")]
    assert rows
    if code in CLOSES:
        assert any(row.endswith(f"| {CLOSES[code]} |") for row in rows)


@pytest.mark.parametrize("kind", get_args(Types))
def test_every_type_of_message_is_shown(kind: str) -> None:
    assert f'"type":"{kind}"' in EXAMPLES


@pytest.mark.parametrize("op", OPS)
def test_every_op_is_shown(op: str) -> None:
    assert f'"op":"{op}"' in EXAMPLES


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_is_told(channel: str) -> None:
    assert f"| `{channel}` |" in PAGE


def test_every_example_is_json_and_those_of_clients_are_taken() -> None:
    objects = re.findall(r"^\{.*?\}$", EXAMPLES, re.DOTALL | re.MULTILINE)
    assert len(objects) >= 25
    for text in objects:
        if "op" in msgspec.json.decode(text, type=dict[str, object]):
            decoded(text, Limits().message_depth)


@pytest.mark.parametrize(
    "told",
    [
        f"{Limits().most_clients:,}, of one address or key {Limits().most_per_address}",
        f"{Limits().message_bytes:,} bytes, {Limits().message_depth} deep, "
        f"{Limits().message_fragments} fragments, {Limits().messages_per_s:g} a second "
        f"after a burst of {Limits().message_burst}",
        f"| subscriptions of a client | {Limits().most_subscriptions} |",
        f"the newest {Limits().trades_kept} trades",
        f"does not drain for {Limits().drain_s:g} seconds",
        f"Every {Limits().heartbeat_s:g} seconds",
        f"within {Limits().authenticate_s:g} seconds",
    ],
)
def test_the_limits_are_told(told: str) -> None:
    assert told in PAGE
