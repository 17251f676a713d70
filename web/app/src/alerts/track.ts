/** Where the price of a market has been since the last look, from its one-minute bars. Pure. */

import type { Bar, Seconds } from '@chandlery/chart-core';

/** A range of prices that was passed. */
export interface Move {
  readonly low: number;
  readonly high: number;
  /** The price of the last look, where the move began; null if it lies farther back. */
  readonly from: number | null;
  /** When it was over, in milliseconds since 1970. */
  readonly untilMs: number;
}

type Extremes = Pick<Bar, 'h' | 'l'>;

export const BAR_S = 60;
/** Bars that are remembered, a day; what becomes of older ones is not looked at. */
const MOST_BARS = 1_440;

/**
 * Takes bars as they come, also late, doubled, and in any order: each counts with what it has beyond
 * what was known of it. The first that are taken only tell where the price is.
 */
export class Track {
  private readonly known = new Map<Seconds, Extremes>();
  private oldest: Seconds = 0;
  private newest: Bar | null = null;

  /** The time of the newest bar; null before there is one. */
  get last(): Seconds | null {
    return this.newest?.t ?? null;
  }

  take(bars: readonly Bar[]): Move[] {
    if (!this.newest) {
      this.begin(bars);
      return [];
    }
    const moves = bars.filter(({ t }) => t >= this.oldest).flatMap((bar) => this.moved(bar));
    this.forget();
    return moves;
  }

  private begin(bars: readonly Bar[]): void {
    const last = bars.at(-1);
    if (!last) return;
    this.newest = last;
    this.oldest = last.t;
    this.known.set(last.t, last);
  }

  private moved(bar: Bar): Move[] {
    const { newest } = this;
    const before = newest && bar.t >= newest.t ? newest.c : null;
    const known = this.known.get(bar.t);
    this.known.set(bar.t, known ? wider(known, bar) : bar);
    if (before !== null) this.newest = bar;
    const untilMs = (bar.t + BAR_S) * 1_000;
    const own = beyond(bar, known, before ?? (known ? null : this.near(bar))).map((range) => ({
      ...range,
      from: before,
      untilMs,
    }));
    if (before === null) return own;
    // Between two looks the price went from the one to the other, whenever that was.
    const [low, high] = [Math.min(before, bar.c), Math.max(before, bar.c)];
    return [...own, { low, high, from: before, untilMs: Number.POSITIVE_INFINITY }];
  }

  /** The price of the bar before that is nearest to this one, which went on from it. */
  private near({ t, l }: Bar): number | null {
    for (let time = t - BAR_S; time >= this.oldest; time -= BAR_S) {
      const earlier = this.known.get(time);
      if (earlier) return Math.max(earlier.l, Math.min(earlier.h, l));
    }
    return null;
  }

  private forget(): void {
    if (this.known.size <= MOST_BARS) return;
    const times = [...this.known.keys()].sort((a, b) => b - a);
    for (const time of times.slice(MOST_BARS)) this.known.delete(time);
    this.oldest = times[MOST_BARS - 1] ?? this.oldest;
  }
}

/** What a bar has beyond what was known of it. `before` is the price it went on from, if known. */
function beyond(
  bar: Extremes,
  known: Extremes | undefined,
  before: number | null,
): { low: number; high: number }[] {
  if (!known)
    return [{ low: Math.min(bar.l, before ?? bar.l), high: Math.max(bar.h, before ?? bar.h) }];
  const ranges: { low: number; high: number }[] = [];
  if (bar.h > known.h) ranges.push({ low: before ?? known.h, high: bar.h });
  if (bar.l < known.l) ranges.push({ low: bar.l, high: before ?? known.l });
  return ranges;
}

const wider = (known: Extremes, bar: Extremes): Extremes => ({
  h: Math.max(known.h, bar.h),
  l: Math.min(known.l, bar.l),
});
