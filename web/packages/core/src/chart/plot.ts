import type { ISeriesApi, SeriesType } from 'lightweight-charts';
import type { BarsChange, Seconds } from '../types';
import type { Item } from './kinds';

/** The first index whose bar may be another than what was drawn; null if nothing changed. */
export type Dirty = number | null;

/** Bars more than this behind are drawn in one piece, which is then faster. */
const MOST_UPDATES = 64;

/** Adds a change of bars to what is to be drawn. */
export function dirtied(dirty: Dirty, change: BarsChange): Dirty {
  const from = firstChanged(change);
  return dirty === null ? from : Math.min(dirty, from);
}

function firstChanged(change: BarsChange): number {
  if (change.kind === 'tail') return change.from;
  return change.kind === 'corrected' ? Math.min(...change.indices) : 0;
}

/** Items by index; times ascend. */
export interface Items {
  readonly length: number;
  timeAt(index: number): Seconds;
  itemAt(index: number): Item | { time: Item['time'] };
}

/**
 * Keeps a series of the library in step with items: the end by `update`, all else by `setData`. With
 * conflation on, the library refuses updates of older items, so a correction sets all.
 */
export class Plot {
  private length = 0;
  private lastTime: Seconds = Number.NaN;

  constructor(readonly series: ISeriesApi<SeriesType>) {}

  draw(items: Items, dirty: Dirty): void {
    if (dirty === null) return;
    if (this.isTail(items, dirty)) this.update(items, dirty);
    else this.set(items);
    this.length = items.length;
    this.lastTime = items.length ? items.timeAt(items.length - 1) : Number.NaN;
  }

  clear(): void {
    this.series.setData([]);
    this.length = 0;
    this.lastTime = Number.NaN;
  }

  private isTail(items: Items, dirty: number): boolean {
    const last = this.length - 1;
    return (
      last >= 0 &&
      dirty >= last &&
      items.length >= this.length &&
      items.length - dirty <= MOST_UPDATES &&
      items.timeAt(last) === this.lastTime
    );
  }

  private update(items: Items, from: number): void {
    for (let index = from; index < items.length; index++) {
      this.series.update(items.itemAt(index) as never);
    }
  }

  private set(items: Items): void {
    this.series.setData(
      Array.from({ length: items.length }, (_, index) => items.itemAt(index)) as never[],
    );
  }
}
