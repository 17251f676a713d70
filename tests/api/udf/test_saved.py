from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from chandlery.engine.server import Server
from tests.api.udf.house import NOW, Asker, HandClock, Somebody, asker, client_of, signed_in

WHO = "client=app&user=me"
CHART = {"name": "Mine", "content": '{"a":"ü & <b>"}', "symbol": "BTCUSDT", "resolution": "1D"}
ID = NOW * 1_000
PREFIXES = ["/1.1", "/api/tradingview/1.1", "/udf/1.1", "/udf//1.1"]


async def send(ask: Asker, method: str, path: str, **fields: Any) -> Any:
    answer = await ask.client.request(method, path, data=fields or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(message: str) -> dict[str, str]:
    return {"status": "error", "message": message}


GONE = refused("there is no such document among the charts")


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_a_chart_is_saved_listed_loaded_replaced_and_deleted(
    prefix: str, ask: Asker, server: Server
) -> None:
    charts = f"{prefix}/charts?{WHO}"
    assert await send(ask, "GET", charts) == {"status": "ok", "data": []}
    assert await send(ask, "POST", charts, **CHART) == {"status": "ok", "id": ID}
    head = {"id": ID, "name": "Mine", "symbol": "BTCUSDT", "resolution": "1D", "timestamp": NOW}
    assert await send(ask, "GET", charts) == {"status": "ok", "data": [head]}
    loaded = await send(ask, "GET", f"{charts}&chart={ID}")
    assert loaded == {"status": "ok", "data": head | {"content": CHART["content"]}}
    clock = server.clock
    assert isinstance(clock, HandClock)
    clock.now = NOW + 9
    changed = {**CHART, "name": "Better", "content": "{}"}
    assert await send(ask, "POST", f"{charts}&chart={ID}", **changed) == {"status": "ok"}
    loaded = await send(ask, "GET", f"{charts}&chart={ID}")
    assert loaded["data"] == head | {"name": "Better", "content": "{}", "timestamp": NOW + 9}
    assert await send(ask, "DELETE", f"{charts}&chart={ID}") == {"status": "ok"}
    assert await send(ask, "GET", charts) == {"status": "ok", "data": []}
    for method in ("GET", "DELETE"):
        assert await send(ask, method, f"{charts}&chart={ID}") == GONE
    assert await send(ask, "POST", f"{charts}&chart={ID}", **CHART) == GONE


async def test_numbers_are_not_given_twice(ask: Asker) -> None:
    charts = f"/1.1/charts?{WHO}"
    numbers = [(await send(ask, "POST", charts, **CHART))["id"] for _ in range(3)]
    assert numbers == [ID, ID + 1, ID + 2]


async def test_a_form_in_parts_is_read_too(ask: Asker) -> None:
    parts = {name: (None, value) for name, value in CHART.items()}
    answer = await ask.client.post(f"/1.1/charts?{WHO}", files=parts)
    assert answer.json() == {"status": "ok", "id": ID}
    loaded = await send(ask, "GET", f"/1.1/charts?{WHO}&chart={ID}")
    assert loaded["data"]["content"] == CHART["content"]
    answer = await ask.client.post(f"/1.1/charts?{WHO}", files={"content": ("a.txt", b"x")})
    assert answer.json() == refused("text expected for content, found a file")


async def test_clients_are_apart(ask: Asker) -> None:
    await send(ask, "POST", "/1.1/charts?client=a&user=me", **CHART)
    for other in ("b", "", "a/b", "A"):
        body = await send(ask, "GET", f"/1.1/charts?client={other}&user=me")
        assert body["data"] == []
        assert await send(ask, "GET", f"/1.1/charts?client={other}&chart={ID}") == GONE


PRINCIPALS = [None, Somebody("eve"), Somebody("public"), Somebody("eve/charts"), Somebody("")]
PATHS = [
    f"/1.1/charts?{WHO}&chart={ID}",
    f"/1.1/study_templates?{WHO}&template=Mine",
    f"/1.1/drawing_templates?{WHO}&tool=line&name=Mine",
]


@pytest.mark.parametrize("other", PRINCIPALS)
async def test_nobody_reaches_what_another_owns(other: Somebody | None, server: Server) -> None:
    ann_signed_in, other_signed_in = (signed_in(server, who) for who in (Somebody("ann"), other))
    async with client_of(ann_signed_in) as ann, client_of(other_signed_in) as eve:
        await send(ann, "POST", f"/1.1/charts?{WHO}", **CHART)
        await send(ann, "POST", PATHS[1], name="Mine", content="{}")
        await send(ann, "POST", PATHS[2], name="Mine", content="{}")
        for path in PATHS:
            listing = path.rpartition("&")[0]
            # The URL may name any user: the owner is who signed in.
            for user in ("me", "ann", "user:ann"):
                own = path.replace("user=me", f"user={user}")
                assert (await send(eve, "GET", own))["status"] == "error"
                assert (await send(eve, "DELETE", own))["status"] == "error"
            assert (await send(eve, "GET", listing))["data"] == []
        assert await send(eve, "POST", PATHS[0], **CHART) == GONE
        for path in PATHS:
            assert (await send(ann, "GET", path))["status"] == "ok"


async def test_marks_of_the_public_are_seen_by_all_and_own_ones_by_oneself(server: Server) -> None:
    path = f"/udf/marks?symbol=BTCUSDT&resolution=1&from=0&to={NOW}"
    fields = {"symbol": "BTCUSDT", "time": NOW - 60}
    async with asker(server) as public, client_of(signed_in(server, Somebody("ann"))) as ann:
        await send(public, "POST", "/udf/marks", **fields, text="for all")
        clock = server.clock
        assert isinstance(clock, HandClock)
        clock.now += 1
        own = await send(ann, "POST", "/udf/marks", **fields, text="for ann")
        assert [mark["text"] for mark in await ann.json(path)] == ["for all", "for ann"]
        assert [mark["text"] for mark in await public.json(path)] == ["for all"]
        url = f"/udf/marks?symbol=BTCUSDT&id={own['id']}x"
        assert (await send(ann, "DELETE", url))["s"] == "error"


async def test_study_templates_have_names(ask: Asker) -> None:
    path = f"/udf/1.1/study_templates?{WHO}"
    assert await send(ask, "GET", path) == {"status": "ok", "data": []}
    assert await send(ask, "POST", path, name="B/1", content="1") == {"status": "ok"}
    assert await send(ask, "POST", path, name="A", content="{}") == {"status": "ok"}
    assert await send(ask, "POST", path, name="B/1", content="2") == {"status": "ok"}
    listed = await send(ask, "GET", path)
    assert listed == {"status": "ok", "data": [{"name": "A"}, {"name": "B/1"}]}
    loaded = await send(ask, "GET", f"{path}&template=B%2F1")
    assert loaded == {"status": "ok", "data": {"name": "B/1", "content": "2"}}
    assert await send(ask, "DELETE", f"{path}&template=A") == {"status": "ok"}
    gone = refused("there is no such document among the study templates")
    assert await send(ask, "GET", f"{path}&template=A") == gone
    needed = refused("the parameter template expected, found nothing")
    assert await send(ask, "DELETE", path) == needed


async def test_drawing_templates_have_names_for_each_tool(ask: Asker) -> None:
    path = f"/udf/1.1/drawing_templates?{WHO}"
    await send(ask, "POST", path, tool="LineToolText", name="Big", content="big")
    await send(ask, "POST", f"{path}&tool=LineToolText&name=Small", content="small")
    await send(ask, "POST", f"{path}&tool=LineToolRay", name="Big", content="ray")
    listed = await send(ask, "GET", f"{path}&tool=LineToolText")
    assert listed == {"status": "ok", "data": ["Big", "Small"]}
    loaded = await send(ask, "GET", f"{path}&tool=LineToolRay&name=Big")
    assert loaded == {"status": "ok", "data": {"name": "Big", "content": "ray"}}
    removed = await send(ask, "DELETE", f"{path}&tool=LineToolText&template=Big")
    assert removed == {"status": "ok"}
    assert (await send(ask, "GET", f"{path}&tool=LineToolText"))["data"] == ["Small"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "the parameter name expected, found nothing"),
        ({"name": "x"}, "the field content expected, found nothing"),
        ({"name": "x", "content": ""}, "the field content expected, found nothing"),
        ({"name": "", "content": "{}"}, "the parameter name expected, found an empty one"),
        (
            {"name": "x" * 257, "content": "{}"},
            "name of at most 256 characters expected, found 257",
        ),
        (
            {"name": "a\nb", "content": "{}"},
            "name without control characters expected, found 'a\\nb'",
        ),
        ({"name": "x", "content": "a\x00b"}, "content without null characters expected"),
        (
            {"name": "x", "content": "a" * 1_000_001},
            "at most 1,000,000 bytes expected, found 1,000,001: "
            "save fewer drawings and studies in one chart",
        ),
    ],
)
@pytest.mark.parametrize("kind", ["charts", "study_templates"])
async def test_what_cannot_be_saved_is_refused(
    kind: str, fields: dict[str, str], told: str, ask: Asker
) -> None:
    assert await send(ask, "POST", f"/1.1/{kind}?{WHO}", **fields) == refused(told)
    assert (await send(ask, "GET", f"/1.1/{kind}?{WHO}"))["data"] == []


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("charts?chart=first", "a whole number expected for chart, found 'first'"),
        ("charts?chart=1e400", "a whole number expected for chart, found '1e400'"),
        ("charts?chart=-1", "there is no such document among the charts"),
        ("charts?chart=1&chart=2", "chart once expected, found 2 times"),
        ("charts?client=%FF", "parameters in UTF-8 expected, found bytes that are none"),
        ("charts?client=%00", "client without control characters expected, found '\\x00'"),
        (
            "study_templates?template=..%2F..%2Fx",
            "there is no such document among the study templates",
        ),
        (
            "drawing_templates?tool='&name=%25",
            "there is no such document among the drawing templates",
        ),
    ],
)
async def test_what_cannot_be_loaded_is_refused(path: str, told: str, ask: Asker) -> None:
    assert await send(ask, "GET", f"/1.1/{path}") == refused(told)
    if "chart=" in path or "client" in path:
        assert (await send(ask, "POST", f"/1.1/{path}", **CHART))["status"] == "error"


async def test_too_large_and_broken_bodies_are_refused(ask: Asker) -> None:
    url = f"/1.1/charts?{WHO}"
    body = urlencode({"name": "x", "content": "a" * 4_000_000})
    answer = await ask.client.post(url, content=body)
    assert (answer.status_code, answer.json()) == (200, refused("Request Entity Too Large"))
    for broken in (b"\xff\xfe=1", b"%ff=1", b"name=%C3%28"):
        answer = await ask.client.post(url, content=broken)
        assert answer.json() == refused("parameters in UTF-8 expected, found bytes that are none")
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await ask.client.post(url, content=b"no parts at all", headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (200, "error")
    headers = {"content-type": "multipart/form-data"}
    answer = await ask.client.post(url, content=b"--x", headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (200, "error")


async def test_a_full_shelf_takes_no_more(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chandlery.engine.charts.MOST_DOCUMENTS", 2)
    for client in ("a", "b"):
        await send(ask, "POST", f"/1.1/charts?client={client}", **CHART)
    full = refused("2 charts are saved already: delete some first")
    assert await send(ask, "POST", "/1.1/charts?client=c", **CHART) == full
    assert await send(ask, "POST", f"/1.1/charts?client=a&chart={ID}", **CHART) == {"status": "ok"}
    await send(ask, "DELETE", f"/1.1/charts?client=a&chart={ID}")
    assert (await send(ask, "POST", "/1.1/charts?client=c", **CHART))["status"] == "ok"
