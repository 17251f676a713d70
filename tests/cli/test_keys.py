from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Invoke = Callable[..., Result]


def created(invoke: Invoke, *args: str) -> tuple[str, str]:
    """Return the id and the text of a new key."""
    done = invoke("keys", "create", *args, "--data", "d")
    assert done.exit_code == 0, done.stderr
    text = done.stdout.strip()
    return text.split("_")[1], text


def listed(invoke: Invoke) -> list[dict[str, object]]:
    done = invoke("keys", "list", "--json", "--data", "d")
    assert done.exit_code == 0, done.stderr
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def test_a_key_is_printed_once_and_never_again(invoke: Invoke, tmp_path: Path) -> None:
    key_id, text = created(invoke, "feed", "--scope", "write", "--expires", "30d")
    secret = text.rpartition("_")[2]
    shown = [invoke("keys", "list", "--data", "d").output, json.dumps(listed(invoke))]
    shown += [invoke("keys", "revoke", key_id, "--data", "d").output]
    assert all(key_id in output and secret not in output for output in shown)
    for path in (tmp_path / "d").rglob("*"):
        assert path.is_dir() or secret.encode() not in path.read_bytes()


def test_what_is_listed(invoke: Invoke) -> None:
    assert created(invoke, "reader")[0] == listed(invoke)[0]["id"]
    first = listed(invoke)[0]
    assert (first["name"], first["scope"], first["expires"]) == ("reader", "read", None)
    assert (first["state"], first["revoked"], first["last_used"]) == ("active", None, None)
    created(invoke, "short", "--expires", "90s")
    second = next(key for key in listed(invoke) if key["name"] == "short")
    assert int(str(second["expires"])) - int(str(second["created"])) == 90


def test_a_revoked_key_is_listed_as_such(invoke: Invoke) -> None:
    key_id, _ = created(invoke, "a")
    done = invoke("keys", "revoke", key_id, "--data", "d")
    assert done.stdout == f"{key_id} (a) is revoked\n"
    assert listed(invoke)[0]["state"] == "revoked"
    assert "revoked" in invoke("keys", "list", "--data", "d").stdout


def test_json_holds_the_key_where_it_is_made(invoke: Invoke) -> None:
    done = invoke("keys", "create", "a", "--scope", "admin", "--json", "--data", "d")
    made = json.loads(done.stdout)
    assert made["key"].startswith(f"chd_{made['id']}_")
    assert "sha256" not in made


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("create", "a", "--scope", "god"), "'god' is not one of"),
        (("create", "a", "--expires", "soon"), "a time such as 12h, 30d or forever expected"),
        (("create", "a\nb"), "printable characters expected"),
        (("create",), "Missing argument 'NAME'"),
        (("steal",), "No such command 'steal'"),
    ],
)
def test_wrong_usage_is_told(arguments: tuple[str, ...], told: str, invoke: Invoke) -> None:
    done = invoke("keys", *arguments, *(("--data", "d") if len(arguments) > 1 else ()))
    assert done.exit_code == 2
    assert told in done.stderr


def test_an_unknown_id_and_a_missing_directory_are_told(invoke: Invoke) -> None:
    assert "no data in" in invoke("keys", "list", "--data", "d").stderr
    created(invoke, "a")
    done = invoke("keys", "revoke", "nope", "--data", "d")
    assert done.exit_code == 2
    assert "no API key has the id 'nope'" in done.stderr


@pytest.mark.parametrize("name", ["create", "list", "revoke"])
def test_every_part_has_help_with_an_example(name: str, invoke: Invoke) -> None:
    done = invoke("keys", name, "--help")
    assert done.exit_code == 0
    assert f"Example: chandlery keys {name}" in done.stdout
