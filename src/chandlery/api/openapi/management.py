"""What the document says of feeds, tasks, coverage and storage, where their routes are."""

from __future__ import annotations

from chandlery.api.admin.requests import (
    BackfillRequest,
    FilterRequest,
    FollowRequest,
    NewMarketRequest,
    RangeRequest,
)
from chandlery.api.openapi.administration import (
    BACKFILL,
    OBJECT,
    PREFIX,
    RANGE,
    body_of,
    told,
)
from chandlery.api.openapi.kinds import SYMBOL, number, said
from chandlery.api.operation import Body, Operation, list_of
from chandlery.api.parameters import Parameter
from chandlery.engine.editing import MarketEdit

_FEED = {
    "name": "binance",
    "state": "live",
    "reason": "",
    "last_msg_age_ms": 120,
    "reconnects": 0,
    "counts": {"frames": 5120, "trades": 4711},
    "markets": 2,
    "can": ["stop", "restart"],
}
_MARKET = {"market": "binance:SOLUSDT", "symbol": "BINANCE:SOLUSDT", "feed": "binance"}
_EDITED = {
    "symbol": "BINANCE:BTCUSDT",
    "exchange": "BINANCE",
    "base": "BTC",
    "quote": "USDT",
    "type": "crypto",
    "description": "Bitcoin",
    "session": "24x7",
    "time_zone": "UTC",
    "price_scale": 100,
    "volume_precision": 5,
    "hidden": False,
    "edited": ["description"],
}
_RULE = {
    "symbol": "BINANCE:BTCUSDT",
    "kind": "market",
    "min_notional": 5,
    "max_deviation": 0.2,
    "window_s": 900,
}
_TASK = {
    "id": "5d1f0c7a9b3e",
    "kind": "backfill",
    "about": "binance:SOLUSDT: bars",
    "state": "running",
    "is_cancelling": False,
    "done": 86400,
    "total": 604800,
    "unit": "seconds",
    "lines": [],
    "result": None,
    "error": "",
    "hint": "",
    "created": 1795182664,
    "began": 1795182664,
    "ended": None,
}


def _in_path(name: str, about: str, example: str) -> Parameter[str]:
    return Parameter(
        name=name,
        help=about,
        read=str,
        schema={"type": "string"},
        example=example,
        is_required=True,
        is_in_path=True,
    )


_NAME = _in_path("name", "The feed's name.", "binance")
_ID = _in_path("task_id", "The task's id.", "5d1f0c7a9b3e")


def _act(summary: str, description: str) -> Operation:
    return told(summary, description, _FEED, _NAME)


def _begin(summary: str, description: str, body: Body | None = None) -> Operation:
    return told(summary, f"{description} Answers at once with the task.", _TASK, body=body)


_OPERATIONS: dict[tuple[str, str], Operation] = {
    ("GET", "feeds"): told(
        "The feeds",
        "How each feed is doing, what may be asked of it, and which venues there are.",
        {"feeds": [_FEED], "venues": ["binance", "kraken"]},
    ),
    ("GET", "feeds/markets"): told(
        "The markets that are followed",
        "Those that the settings name, and those that were added while the server ran.",
        {"total": 1, "markets": [{**_MARKET, "origin": "added", "added": 1795182664}]},
        said("query", "A part of a name or symbol.", "sol", needed=False),
        number("limit", "Markets at most, 1 to 1,000.", 200, needed=False),
        number("offset", "How many are left out before them.", 0, needed=False),
    ),
    ("POST", "feeds/markets"): told(
        "Follow markets",
        "Up to 200 at once, from now on and after every start; their past is fetched by a task.",
        {"markets": [{**_MARKET, "outcome": "added", "reason": ""}], "task": "5d1f0c7a9b3e"},
        body=body_of(FollowRequest, {"markets": "binance:SOLUSDT,ADAUSDT", "backfill": "7d"}),
    ),
    ("DELETE", "feeds/markets"): told(
        "Follow markets no more",
        "Those that were added; their data stays.",
        {"markets": [{**_MARKET, "outcome": "removed", "reason": ""}]},
        said("markets", "The markets, as when they were added.", "binance:SOLUSDT"),
    ),
    ("POST", "feeds/{name}/start"): _act(
        "Start a feed", "What it missed is filled; one that runs goes on."
    ),
    ("POST", "feeds/{name}/stop"): _act(
        "Stop a feed", "It stays so, also over a restart of the server, until it is started."
    ),
    ("POST", "feeds/{name}/restart"): _act("Restart a feed", "It is stopped and started."),
    ("GET", "tasks"): told(
        "The tasks", "All tasks, the newest first.", [_TASK], schema=list_of(OBJECT)
    ),
    ("GET", "tasks/{task_id}"): told("A task", "How far it is.", _TASK, _ID),
    ("DELETE", "tasks/{task_id}"): told(
        "Cancel a task", "It ends after the step it is at; what is durable stays.", _TASK, _ID
    ),
    ("POST", "tasks/backfill"): _begin(
        "Begin to fetch the past",
        "Bars or trades of markets from their venue.",
        body_of(BackfillRequest, BACKFILL),
    ),
    ("POST", "tasks/rebuild"): _begin(
        "Begin to make candles again",
        "Those of a market in a range.",
        body_of(RangeRequest, RANGE),
    ),
    ("POST", "tasks/rollup"): _begin("Run the roll-ups", "What is due now is made."),
    ("POST", "tasks/verify"): _begin(
        "Begin to compare candles with trades", "Every candle, with all its trades."
    ),
    ("POST", "tasks/maintain"): _begin(
        "Begin to tidy the store", "Lets go of what is past its time, and tidies the file."
    ),
    ("GET", "markets"): told(
        "All markets",
        "What is known of each, of hidden ones too, and what was set by hand.",
        {"total": 1, "markets": [_EDITED]},
        said("query", "A part of a symbol or description.", "btc", needed=False),
        number("limit", "Markets at most, 1 to 1,000.", 200, needed=False),
        number("offset", "How many are left out before them.", 0, needed=False),
    ),
    ("POST", "markets"): told(
        "Add a market",
        "One that nothing has delivered yet.",
        _EDITED,
        body=body_of(NewMarketRequest, {"symbol": "MY:GOLD", "type": "commodity"}),
    ),
    ("PATCH", "markets/{symbol}"): told(
        "Edit a market",
        "What is not named stays; null takes back what was set. Another session or time zone has "
        "all bars of the market made again.",
        _EDITED,
        _in_path("symbol", "The market.", "BINANCE:BTCUSDT"),
        body=body_of(MarketEdit, {"description": "Bitcoin", "hidden": False}),
    ),
    ("GET", "filters"): told(
        "The filters",
        "By which rules trades are left out of candles: of patterns, and of single markets.",
        {"filters": [_RULE]},
    ),
    ("PUT", "filters"): told(
        "Filter a market",
        "A rule of its own, instead of those of patterns; its bars are made again.",
        _RULE,
        body=body_of(FilterRequest, {n: v for n, v in _RULE.items() if n != "kind"}),
    ),
    ("DELETE", "filters"): told(
        "Filter a market by the patterns again",
        "Takes its own rule away; its bars are made again.",
        {**_RULE, "kind": "pattern"},
        SYMBOL,
    ),
    ("GET", "coverage"): told(
        "What was collected",
        "Of a market, as few intervals for a timeline; a gap is never left out.",
        {
            "symbol": "BINANCE:BTCUSDT",
            "kind": "trades",
            "start": 1735689600,
            "end": 1735776000,
            "resolution_s": 87,
            "intervals": [
                {"start": 1735689600, "end": 1735776000, "state": "covered", "reason": ""}
            ],
            "open_since": None,
        },
        SYMBOL,
        said("kind", "trades or bars.", "trades", needed=False, enum=["trades", "bars"]),
        number("start", "From this second on.", 1735689600, needed=False),
        number("end", "Before this second.", 1735776000, needed=False),
        number("resolution_s", "The least length of an interval.", 87, needed=False),
    ),
    ("GET", "storage"): told(
        "What the tables hold",
        "Rows, bytes, what each reaches and how long it is kept.",
        {
            "tables": [
                {
                    "name": "trades",
                    "rows": 19904,
                    "bytes": 524288,
                    "oldest": 1704067200,
                    "newest": 1704153600,
                    "retention_s": 0,
                    "setting": "retention.trades",
                }
            ],
            "bytes": 524288,
            "free_bytes": 120000000000,
            "total_bytes": 250000000000,
        },
    ),
}
MANAGEMENT: dict[tuple[str, str], Operation] = {
    (method, f"{PREFIX}/{path}"): operation for (method, path), operation in _OPERATIONS.items()
}
