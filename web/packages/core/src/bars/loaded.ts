import { isolated } from '../isolated';
import type { Bar, BarsChange, Seconds, Stop } from '../types';
import { floorOf } from './floor';
import type { BarStore } from './store';

/**
 * The bars of one series, ascending and unique. Every mutation returns what it changed, and tells
 * it to whoever watches.
 */
export class LoadedBars implements BarStore {
  private bars: Bar[] = [];
  private readonly listeners = new Set<(change: BarsChange) => void>();

  get length(): number {
    return this.bars.length;
  }

  /** The bar at an index from 0 to length - 1. */
  at(index: number): Bar {
    const bar = this.bars[index];
    if (!bar) throw new RangeError(`an index below ${this.bars.length} expected, found ${index}`);
    return bar;
  }

  first(): Bar | null {
    return this.bars[0] ?? null;
  }

  last(): Bar | null {
    return this.bars[this.bars.length - 1] ?? null;
  }

  /** The index of the bar that begins at a time, -1 if none does. */
  indexOf(time: Seconds): number {
    const index = this.floor(time);
    return this.bars[index]?.t === time ? index : -1;
  }

  /** The index of the last bar that begins at or before a time, -1 if all begin later. */
  floor(time: Seconds): number {
    return floorOf(this.bars.length, (index) => (this.bars[index] as Bar).t, time);
  }

  all(): readonly Bar[] {
    return this.bars;
  }

  watch(listener: (change: BarsChange) => void): Stop {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Other bars altogether: where the view was means nothing any more. */
  reset(bars: readonly Bar[]): BarsChange | null {
    if (!bars.length && !this.bars.length) return null;
    this.bars = [...bars];
    return this.tell({ kind: 'reset' });
  }

  /** Puts bars in front; those that do not lie before the first are left out. */
  prepend(bars: readonly Bar[]): BarsChange | null {
    const first = this.first();
    const older = first ? bars.filter((bar) => bar.t < first.t) : bars;
    if (!older.length) return null;
    this.bars = [...older, ...this.bars];
    return this.tell({ kind: 'older', count: older.length });
  }

  /** Replaces the bars of the same times, and adds the others where they belong. */
  apply(bars: readonly Bar[]): BarsChange | null {
    const changed: number[] = [];
    let from = this.bars.length;
    const before = from;
    for (const bar of bars) {
      const index = this.floor(bar.t);
      const known = this.bars[index];
      if (known?.t !== bar.t) {
        this.bars.splice(index + 1, 0, bar);
        from = Math.min(from, index + 1);
      } else if (!isSame(known, bar)) {
        this.bars[index] = bar;
        changed.push(index);
      }
    }
    // Indices are those of before as long as nothing came in between.
    if (this.bars.length === before && changed.length && (changed[0] as number) < before - 1)
      return this.tell({ kind: 'corrected', indices: changed });
    return this.toldTail(Math.min(from, ...changed), before);
  }

  /** Makes the bars these: the same series, looked at again. */
  replace(bars: readonly Bar[]): BarsChange | null {
    const before = this.bars;
    let from = 0;
    const most = Math.min(before.length, bars.length);
    while (from < most && isSame(before[from] as Bar, bars[from] as Bar)) from++;
    this.bars = [...bars];
    return this.toldTail(from, before.length);
  }

  /** Keeps the newest or the oldest `count` bars. */
  keep(count: number, end: 'newest' | 'oldest'): BarsChange | null {
    const { length } = this.bars;
    if (length <= count) return null;
    this.bars = end === 'newest' ? this.bars.slice(length - count) : this.bars.slice(0, count);
    return this.tell({ kind: 'tail', from: end === 'newest' ? 0 : count });
  }

  private toldTail(from: number, before: number): BarsChange | null {
    if (from >= this.bars.length && this.bars.length === before) return null;
    return this.tell({ kind: 'tail', from });
  }

  private tell(change: BarsChange): BarsChange {
    for (const listener of [...this.listeners]) isolated(() => listener(change));
    return change;
  }
}

/** Whether two bars are alike in all that is shown. */
export const isSame = (a: Bar, b: Bar): boolean =>
  a.t === b.t &&
  a.c === b.c &&
  a.h === b.h &&
  a.l === b.l &&
  a.o === b.o &&
  a.v === b.v &&
  (a.q ?? null) === (b.q ?? null) &&
  (a.n ?? null) === (b.n ?? null) &&
  (a.bv ?? null) === (b.bv ?? null);
