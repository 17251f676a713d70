from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from chandlery.api.access.errors import CredentialError
from chandlery.api.access.keys import KIND, Keys, first_admin_key
from chandlery.api.access.principal import Scope
from chandlery.core.errors import UsageError
from chandlery.stores.memory import MemoryStore
from tests.api.access.clocks import NOW_S, HandClock
from tests.conformance.homes import STORES, Home


@pytest.fixture
def keys() -> Keys:
    return Keys(MemoryStore(), HandClock())


@pytest.mark.parametrize("kind", sorted(STORES))
def test_keys_survive_a_restart_and_so_does_their_end(kind: str, tmp_path: Path) -> None:
    home = Home(kind, tmp_path)
    keys = Keys(home.store, HandClock())
    kept, lost = (keys.create(name, Scope.WRITE) for name in ("kept", "lost"))
    keys.verify(kept.text)
    keys.keep_use()
    keys.revoke(lost.key.id)
    again = Keys(home.restart(), HandClock())
    assert again.verify(kept.text).name == "kept"
    assert {key.name: key.last_used for key in again.all()}["kept"] == NOW_S
    with pytest.raises(CredentialError, match="was revoked at"):
        again.verify(lost.text)
    home.store.close()


def test_a_key_is_256_random_bits_and_only_its_hash_is_kept() -> None:
    store = MemoryStore()
    texts = {Keys(store, HandClock()).create("a", Scope.READ).text for _ in range(20)}
    assert len(texts) == 20
    stored = json.dumps(store.notes(KIND))
    for text in texts:
        prefix, key_id, secret = text.split("_")
        assert prefix == "chd"
        assert len(bytes.fromhex(secret)) == 32
        assert secret not in stored
        assert key_id in stored


@pytest.mark.parametrize("change", ["id", "secret", "shape", "case", "more", "empty"])
def test_a_text_that_is_not_quite_right_is_unknown(keys: Keys, change: str) -> None:
    text = keys.create("a", Scope.READ).text
    head, _, secret = text.split("_")
    wrong = {
        "id": f"{head}_{'0' * 12}_{secret}",
        "secret": text[:-1] + ("0" if text[-1] != "0" else "1"),
        "shape": text.replace("_", "-"),
        "case": text.upper(),
        "more": text + "\n",
        "empty": "chd_",
    }[change]
    with pytest.raises(CredentialError, match=r"^unknown API key$") as caught:
        keys.verify(wrong)
    assert secret not in caught.value.message + caught.value.hint


def test_a_key_expires_to_the_second() -> None:
    clock = HandClock()
    keys = Keys(MemoryStore(), clock)
    issued = keys.create("a", Scope.READ, lifetime_s=10)
    clock.seconds = 9
    assert keys.verify(issued.text).id == issued.key.id
    clock.seconds = 10
    for attempt in (lambda: keys.verify(issued.text), lambda: keys.check(issued.key.id)):
        with pytest.raises(CredentialError, match="expired at"):
            attempt()
    assert keys.all()[0].shown(keys.now_s())["state"] == "expired"


def test_revoking_counts_at_once_and_twice_is_once(keys: Keys) -> None:
    issued = keys.create("a", Scope.READ)
    first = keys.revoke(issued.key.id)
    assert keys.revoke(issued.key.id) == first
    for attempt in (lambda: keys.verify(issued.text), lambda: keys.check(issued.key.id)):
        with pytest.raises(CredentialError, match="was revoked at"):
            attempt()
    with pytest.raises(UsageError, match="no API key has the id 'x'"):
        keys.revoke("x")
    with pytest.raises(CredentialError, match="unknown"):
        keys.check("x")


def test_two_keys_may_overlap_under_one_name(keys: Keys) -> None:
    old, new = keys.create("feed", Scope.WRITE), keys.create("feed", Scope.WRITE)
    keys.revoke(old.key.id)
    assert keys.verify(new.text).name == "feed"


@pytest.mark.parametrize(
    ("name", "scope", "lifetime"),
    [("", Scope.READ, None), ("a\nINFO ok", Scope.READ, None), ("x" * 65, Scope.READ, None),
     ("a", Scope.NOTHING, None), ("a", Scope.READ, 0), ("a", Scope.READ, 10**12)],
)  # fmt: skip
def test_a_key_that_cannot_be_is_refused(
    keys: Keys, name: str, scope: Scope, lifetime: int | None
) -> None:
    with pytest.raises(UsageError):
        keys.create(name, scope, lifetime)
    assert keys.all() == []


def test_there_are_only_so_many_keys(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chandlery.api.access.keys.MOST_KEYS", 2)
    first = keys.create("a", Scope.READ)
    keys.create("b", Scope.READ)
    with pytest.raises(UsageError, match="the most there may be"):
        keys.create("c", Scope.READ)
    keys.revoke(first.key.id)
    keys.create("c", Scope.READ)


def test_the_first_admin_key_is_made_once_only(keys: Keys) -> None:
    keys.create("reader", Scope.READ)
    text = first_admin_key(keys)
    assert text is not None
    found = keys.verify(text)
    assert found.permits is Scope.ADMIN
    assert first_admin_key(keys) is None
    keys.revoke(found.id)
    assert first_admin_key(keys) is None


def test_a_record_that_cannot_be_read_does_not_count() -> None:
    store = MemoryStore()
    good = Keys(store, HandClock()).create("a", Scope.READ)
    store.note(KIND, "bad", '{"id": "bad", "scope": "emperor"}')
    assert [key.id for key in Keys(store, HandClock()).all()] == [good.key.id]


def test_no_secret_is_shown(keys: Keys, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    issued = keys.create("a", Scope.READ)
    secret = issued.text.rpartition("_")[2]
    shown = [repr(issued), str(issued), repr(issued.key), f"{issued.key}", caplog.text]
    shown += [str(keys.all()), str(issued.key.shown(0))]
    for text in shown:
        assert secret not in text
        assert issued.key.sha256 not in text


def test_a_lent_key_does_everything_and_is_in_no_list() -> None:
    store, clock = MemoryStore(), HandClock()
    keys = Keys(store, clock)
    lent = keys.lend("command line")
    assert keys.verify(lent).permits is Scope.ADMIN
    keys.check(lent.split("_")[1])
    keys.keep_use()
    assert keys.all() == []
    assert store.notes(KIND) == {}
    with pytest.raises(CredentialError):
        Keys(store, clock).verify(lent)
