"""The trades of one slice of time, from the state at its start to the state at its end. Pure.

Prices are geometric random walks whose volatility is itself a mean-reverting walk, so quiet and
wild hours come in clusters; both run on load (see `rhythm`), so busy hours move more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chandlery.core.columns import Floats, Int8s, Int64s
from chandlery.core.trades import BUY, SELL, Trades
from chandlery.sources.synthetic.book import Book
from chandlery.sources.synthetic.rhythm import load_between, offsets_us

VOLATILITY_SPREAD = 0.5
"""Standard deviation of the logarithm of volatility."""
VOLATILITY_MEMORY = 1 / 8
"""Load over which a change of volatility fades: three hours of average activity."""
SWEEP_CHANCE = 0.12
"""How often a trade belongs to the same order as the one before, at the same instant."""
SIDE_LEAN = 0.12
"""How much likelier a buy is after a rise of one standard deviation."""
HALF_SPREAD = 1e-5
"""Distance of a buy or sell from the middle price, as a part of the price."""

# Below one by enough that a market's row plus its last moment never rounds up to the next row.
_LAST_PART = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class Slice:
    """An interval of time that is generated at once; volatility changes `steps` times in it."""

    start_us: int
    end_us: int
    steps: int = 1


@dataclass(frozen=True, slots=True)
class State:
    """Where each market's walk has come to. Arrays parallel to the book's markets."""

    log_price: Floats
    log_volatility: Floats
    next_id: Int64s


@dataclass(frozen=True, slots=True)
class _Groups:
    """The slice's trades grouped by market, in time order within each."""

    market: Int64s
    rank: Int64s
    part: Floats
    lead: Int64s


def begin(book: Book) -> State:
    """Return the state before the first trade."""
    return State(
        log_price=np.log(book.start_price),
        log_volatility=np.zeros(len(book)),
        next_id=np.ones(len(book), dtype=np.int64),
    )


def draw(
    book: Book, state: State, piece: Slice, counts: Int64s, random: np.random.Generator
) -> tuple[Trades, State]:
    """Return so many trades of each market within the slice, in time order, and the state after."""
    groups = _scatter(counts, random)
    volatilities, log_volatility = _volatilities(book, state, piece, random)
    moves, last_move = _moves(groups, counts, volatilities, random)
    side = _sides(groups, moves, random)
    path = np.cumsum(moves)
    ends = np.cumsum(counts)
    before = np.concatenate(([0.0], path))
    start_of_path = before[ends - counts]
    middle = np.exp(path + (state.log_price - start_of_path)[groups.market])
    trades = Trades(
        market=book.number[groups.market],
        time=piece.start_us + offsets_us(piece.start_us, piece.end_us, groups.part),
        price=book.prices(groups.market, *_quote(middle, side, groups)),
        size=book.sizes(groups.market, random.standard_normal(len(side))),
        side=side,
        sequence=np.zeros(len(side), dtype=np.int64),
        id=state.next_id[groups.market] + groups.rank,
    )
    after = State(
        log_price=state.log_price + (before[ends] - start_of_path) + last_move,
        log_volatility=log_volatility,
        next_id=state.next_id + counts,
    )
    return trades.take(_by_time(trades.time - piece.start_us)), after


def _scatter(counts: Int64s, random: np.random.Generator) -> _Groups:
    """Place each trade in its market's slice; a sweep's trades share the instant of its first."""
    total = int(counts.sum())
    rows = np.arange(total)
    market = np.repeat(np.arange(len(counts)), counts)
    rank = rows - np.repeat(np.cumsum(counts) - counts, counts)
    part = np.sort(market + random.random(total) * _LAST_PART) - market
    follows = (random.random(total) < SWEEP_CHANCE) & (rank > 0)
    lead = np.maximum.accumulate(np.where(follows, 0, rows))
    return _Groups(market=market, rank=rank, part=part[lead], lead=lead)


def _volatilities(
    book: Book, state: State, piece: Slice, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return each market's moves' deviation over the slice, by step, and the state after."""
    length = load_between(piece.start_us, piece.end_us)
    keep = np.exp(-length / piece.steps / VOLATILITY_MEMORY)
    shocks = random.standard_normal((piece.steps, len(book)))
    shocks *= VOLATILITY_SPREAD * np.sqrt(1 - keep**2)
    levels = np.empty((piece.steps + 1, len(book)))
    levels[0] = state.log_volatility
    for step in range(piece.steps):
        levels[step + 1] = levels[step] * keep + shocks[step]
    deviations = np.exp(levels[:-1] - VOLATILITY_SPREAD**2) * book.daily_volatility
    return deviations * np.sqrt(length), levels[-1]


def _moves(
    groups: _Groups, counts: Int64s, volatilities: Floats, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return the log move up to each trade, and from each market's last to the slice's end."""
    waited = np.diff(groups.part, prepend=0.0)
    waited = np.where(groups.rank == 0, groups.part, waited)
    steps = len(volatilities)
    step = (groups.part * steps).astype(np.int64)
    moves = volatilities[step, groups.market] * np.sqrt(waited)
    moves *= random.standard_normal(len(moves))
    left = np.ones(len(counts))
    traded = counts > 0
    left[traded] -= groups.part[np.cumsum(counts)[traded] - 1]
    return moves, volatilities[-1] * np.sqrt(left) * random.standard_normal(len(counts))


def _sides(groups: _Groups, moves: Floats, random: np.random.Generator) -> Int8s:
    """Return the takers' sides: a rise is more often a buy; a sweep has one side."""
    chances = 0.5 + SIDE_LEAN * np.sign(moves)
    bought = random.random(len(moves)) < chances
    return np.where(bought, BUY, SELL).astype(np.int8)[groups.lead]


def _quote(middle: Floats, side: Int8s, groups: _Groups) -> tuple[Floats, Int64s]:
    """Return the price each taker met, and how many ticks deeper a sweep has reached."""
    deeper = (np.arange(len(side)) - groups.lead) * side
    return middle * (1 + HALF_SPREAD * side), deeper


def _by_time(offsets: Int64s) -> Int64s:
    """Return the order by time, equal times in the order given."""
    # One sort of packed keys is several times faster than a stable argsort.
    rows = np.arange(len(offsets))
    keys = np.sort(offsets * max(len(offsets), 1) + rows)
    return keys % max(len(offsets), 1)
