import type { IChartApi, ISeriesApi, SeriesType } from 'lightweight-charts';
import type { BarsChange, Seconds } from '../types';
import type { Item } from './kinds';

/** The first index whose bar may be another than what was drawn; null if nothing changed. */
export type Dirty = number | null;

/** Bars more than this behind are drawn in one piece, which is then faster. */
const MOST_UPDATES = 64;

/** Adds a change of bars to what is to be drawn. */
export function dirtied(dirty: Dirty, change: BarsChange): Dirty {
  return dirtier(dirty, firstChanged(change));
}

/** What is to be drawn of both. */
export function dirtier(one: Dirty, other: Dirty): Dirty {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
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

  constructor(
    private readonly chart: IChartApi,
    readonly series: ISeriesApi<SeriesType>,
  ) {}

  /** Draws what changed; an index beyond the end means the newest item. */
  draw(items: Items, changed: Dirty): void {
    if (changed === null) return;
    const dirty = Math.min(changed, Math.max(0, items.length - 1));
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

  /** Takes the series off its chart. */
  remove(): void {
    this.chart.removeSeries(this.series);
  }

  /** Whether what changed is the last item drawn and what comes after it. */
  isTail(items: Items, dirty: number): boolean {
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
