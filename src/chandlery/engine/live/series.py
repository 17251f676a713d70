"""The newest bars of one market and resolution, kept current by commits. Belongs to one thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from chandlery.core.candles import Candles
from chandlery.core.columns import Bools
from chandlery.core.resolution import Resolution
from chandlery.engine.live.body import Body
from chandlery.engine.live.forming import Forming, Part
from chandlery.engine.live.reading import FAR, Loaded, Tail
from chandlery.engine.live.texts import one_bar
from chandlery.engine.live.window import Window
from chandlery.formats.bars_json import Form

NO_BARS = Candles.empty()

MOST_ANSWERS = 4
"""Whole texts that a series keeps."""
OWN_BYTES = 4_096
"""About what a series takes that holds no bar."""

Listener = Callable[["Series"], None]


@dataclass(frozen=True, slots=True)
class Changed:
    """Bars that changed, in order. `corrected` are those that had been closed before."""

    candles: Candles
    corrected: Bools


@dataclass(frozen=True, slots=True)
class Slice:
    """Bars of a series as they were at one moment: it stays as it is."""

    series: Series
    version: int
    is_final: bool
    body: Body
    first: int
    end: int
    forming: Candles | None
    texts: dict[Form, Sequence[bytes]]
    """Those of the bar in the making, shared by all who ask for it."""
    answers: dict[tuple[Form, int, int], bytes]
    """Whole texts of this version: many ask for the same bars."""

    @property
    def resolution(self) -> Resolution:
        """The length of the bars."""
        return self.series.resolution

    def __len__(self) -> int:
        return self.end - self.first + (self.forming is not None)

    @property
    def last_t(self) -> int:
        """The time of the last bar."""
        return int(self.body.t[self.end - 1] if self.forming is None else self.forming.t[0])

    @property
    def candles(self) -> Candles:
        """The bars as columns."""
        closed = self.body.candles(self.first, self.end)
        return closed if self.forming is None else Candles.concat((closed, self.forming))

    def text(self, form: Form) -> bytes:
        """Return the bars as JSON."""
        key = (form, self.first, self.end + (self.forming is not None))
        text = self.answers.get(key)
        if text is None:
            text = self.body.text(form, self.first, self.end, self._last(form))
            if len(self.answers) < MOST_ANSWERS:
                self.answers[key] = text
        return text

    def _last(self, form: Form) -> Sequence[bytes] | None:
        if self.forming is None:
            return None
        if form not in self.texts:
            self.texts[form] = one_bar(form, self.forming.row(0))
        return self.texts[form]


@dataclass(slots=True, eq=False)
class Stale:
    """What must be read again: closed bars between two times, and the end of the series."""

    low: int = FAR
    high: int = -FAR
    tail: bool = False

    def __bool__(self) -> bool:
        return self.tail or self.low <= self.high

    def add(self, t: int) -> None:
        """Have a closed bar read again."""
        self.low, self.high = min(self.low, t), max(self.high, t)

    def merge(self, other: Stale) -> None:
        """Have what another names read again too."""
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        self.tail |= other.tail


@dataclass(slots=True, eq=False)
class Series:
    """Closed bars and the one in the making.

    `since_sequence` is where its memory of changes begins; `reaches_back` says that there is no
    older bar than its first.
    """

    market: int
    resolution: Resolution
    body: Body = field(default_factory=lambda: Body.of(NO_BARS, 0))
    since_sequence: int = 0
    sequence: int = 0
    forming: Forming | None = None
    reaches_back: bool = False
    number: int = 0
    """The last commit that the bar in the making knows of."""
    closed_number: int = 0
    """The last commit that all the closed bars know of, as they were read."""
    stale: Stale = field(default_factory=Stale)
    listeners: list[Listener] = field(default_factory=list)
    asks: int = 0
    asked_s: float = 0.0
    """When it was asked for the last time, by the clock that never steps."""
    older_changes: int = 0
    """How often bars changed that lie before the first one held."""
    _last: Candles | None = None
    _texts: dict[Form, Sequence[bytes]] = field(default_factory=dict)
    _answers: dict[tuple[Form, int, int], bytes] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.body.count + (self.forming is not None)

    @property
    def nbytes(self) -> int:
        """The memory it takes."""
        return OWN_BYTES + self.body.nbytes + sum(map(len, self._answers.values()))

    @property
    def first_t(self) -> int:
        """The time of the oldest bar; far in the future if there is none."""
        if self.body.count:
            return self.body.times[0]
        return self.forming.t if self.forming is not None else FAR

    @property
    def last(self) -> Candles:
        """The bar in the making; nothing if there is none."""
        if self._last is None:
            self._last = NO_BARS if self.forming is None else self.forming.candles()
        return self._last

    def take(self, part: Part, number: int, sequence: int) -> bool:
        """Take in what a commit brought for one bar; return whether anything shown changed."""
        if number > self.number:
            return self._add(part, sequence)
        if number > self.closed_number and self.forming is not None and part.t < self.forming.t:
            # It was committed after the closed bars were read and before the last one was.
            self._is_late(part.t)
        return False

    def _add(self, part: Part, sequence: int) -> bool:
        forming = self.forming
        if forming is None:
            # Only a market without any bar has none in the making.
            self.forming = Forming.of_part(part)
        elif part.t > forming.t:
            if self.stale.tail:
                self.stale.add(forming.t)
            self.body.append(self.last, self.sequence)
            self.forming = Forming.of_part(part)
        elif part.t < forming.t:
            self._is_late(part.t)
            return False
        elif not forming.add(part):
            self.stale.tail = True
            return False
        self.touch(sequence)
        return True

    def touch(self, sequence: int) -> None:
        """Say that the bar in the making changed."""
        self.sequence = sequence
        self._last = None
        self._texts = {}
        self._answers = {}

    def spoil(self, t: int) -> None:
        """Have the bar at a time read again."""
        if self.forming is None or t >= self.forming.t:
            self.stale.tail = True
        else:
            self._is_late(t)

    def _is_late(self, t: int) -> None:
        # What lies before the first bar is not held, unless all there is is held.
        if self.reaches_back or t >= self.first_t:
            self.stale.add(t)
        else:
            self.older_changes += 1

    def since(self, sequence: int) -> Changed | None:
        """Return what changed after a sequence number; None if that is not known here."""
        if not self.since_sequence <= sequence <= self.sequence:
            return None
        if sequence == self.sequence:
            return Changed(NO_BARS, np.zeros(0, dtype=np.bool_))
        if sequence >= self.body.newest_change:
            return Changed(self.last, np.zeros(len(self.last), dtype=np.bool_))
        rows = np.flatnonzero(self.body.changed > sequence)
        candles = self.body.take(rows) if len(rows) else NO_BARS
        corrected = self.body.corrected[rows] > sequence
        if self.forming is not None:
            candles = Candles.concat((candles, self.last))
            corrected = np.append(corrected, False)
        return Changed(candles, corrected)

    def last_alone_since(self, sequence: int) -> tuple[int, bytes] | None:
        """Return the bar in the making, its time and JSON, if nothing else changed after a number.

        So it is of nearly every commit, and so it costs no columns.
        """
        if self.forming is None or not self.since_sequence <= sequence < self.sequence:
            return None
        if sequence < self.body.newest_change:
            return None
        if "rows" not in self._texts:
            self._texts["rows"] = one_bar("rows", self.forming.bar())
        return self.forming.t, self._texts["rows"][0]

    def newest(self, count: int) -> Candles:
        """Return the last bars that are held."""
        return self.slice(max(0, len(self) - count), len(self), is_final=False).candles

    def rows(self, window: Window) -> tuple[int, int] | None:
        """Return the rows of a window; None if bars are wanted that are not held."""
        count = len(self)
        end = count if window.end is None else self._row_of(window.end)
        first, is_held = 0, self.reaches_back
        if window.start is not None and window.start >= self.first_t:
            first, is_held = min(self._row_of(window.start), end), True
        if window.count is None:
            return (first, end) if is_held else None
        wanted = end - window.count
        if window.at_least and window.start is not None:
            is_held = is_held and (wanted >= 0 or self.reaches_back)
            return (max(0, min(first, wanted)), end) if is_held else None
        if wanted >= first:
            return wanted, end
        return (first, end) if is_held else None

    def slice(self, first: int, end: int, *, is_final: bool) -> Slice:
        """Return the bars of some rows."""
        closed = self.body.count
        forming = self.last if end > closed else None
        return Slice(
            self,
            self.sequence,
            is_final and forming is None,
            self.body,
            min(first, closed),
            min(end, closed),
            forming if first <= closed else None,
            self._texts,
            self._answers if first <= closed else {},
        )

    def _row_of(self, t: int) -> int:
        """Return how many bars are before a time."""
        forming = self.forming
        if forming is not None and forming.t < t:
            return self.body.count + 1
        return self.body.row_of(t)

    def cut(self, count: int) -> None:
        """Let go of the oldest closed bars, down to a count."""
        self._keep(self.body.from_row(max(0, self.body.count - count)))
        self.reaches_back = False

    def lengthen(self, older: Candles, *, reaches_back: bool) -> None:
        """Put older bars in front."""
        self._keep(self.body.before(older, self.since_sequence))
        self.reaches_back = reaches_back

    def correct(self, low: int, high: int, bars: Candles, sequence: int) -> bool:
        """Put in bars of [low, high] that were read again; return whether any is another one."""
        first, end = (int(row) for row in np.searchsorted(self.body.t, (low, high + 1)))
        old = self.body.t[first:end]
        body = self.body.spliced(first, end, bars, sequence)
        if not np.all(np.isin(old, bars.t)):
            # What has gone cannot be told as a change: whoever resumes starts anew.
            self.since_sequence = sequence
        elif len(bars) == len(old) and not np.any(body.changed == sequence):
            return False
        self.sequence = sequence
        self._keep(body)
        return True

    def renew(self, tail: Tail, sequence: int) -> None:
        """Take over the end of the series, from the time of its first bar on, as it was read."""
        bars = tail.bars
        if self.forming is not None and self.forming.t not in bars.t:
            # As in `correct`: a bar that has gone cannot be told.
            self.since_sequence = sequence
        row = int(np.searchsorted(self.body.t, bars.t[0])) if len(bars) else self.body.count
        closed = bars.take(slice(0, max(0, len(bars) - 1)))
        self._keep(self.body.spliced(row, self.body.count, closed, sequence, is_late=False))
        self.forming = Forming.of_read(bars, tail.newest_us) if len(bars) else None
        self.number = tail.number
        self.touch(sequence)

    def restart(self, loaded: Loaded, sequence: int) -> None:
        """Begin anew with what was read."""
        self._keep(Body.of(loaded.older, sequence))
        self.since_sequence = sequence
        self.reaches_back = loaded.reaches_back
        self.closed_number = loaded.began
        self.renew(loaded.tail, sequence)

    def _keep(self, body: Body) -> None:
        """Take another body: its rows are other ones."""
        self.body = body
        self._answers = {}
