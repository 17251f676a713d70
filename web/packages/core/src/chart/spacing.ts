import { LineSeries, type UTCTimestamp } from 'lightweight-charts';
import type { BarStore } from '../bars/store';
import { Signal } from '../signal';
import { betweenOf } from '../time/empty';
import type { BarsChange, Market } from '../types';
import { type Dirty, dirtied, dirtier, type Items, Plot } from './plot';
import { Slots } from './slots';
import type { Stage } from './stage';

/**
 * Leaves places between bars, where that is wanted: a series that is never seen has an item without a
 * value for each, and the library's time scale has a place for each item.
 */
export class Spacing {
  readonly isWanted = new Signal(false);
  slots: Slots;
  private plot: Plot | null = null;
  private dirty: Dirty = null;

  constructor(
    private readonly stage: Stage,
    bars: BarStore,
  ) {
    this.slots = new Slots(bars);
  }

  follow(bars: BarStore): void {
    this.slots = new Slots(bars);
  }

  /** Lays all places anew; without a market there are none but those of bars. */
  lay(market: Market | null, interval: string): void {
    this.slots.space(market && this.isWanted.get() ? betweenOf(market, interval) : null);
    this.stage.setSpaced(this.slots.isSpaced);
    this.dirty = 0;
  }

  take(change: BarsChange): void {
    const from = dirtied(null, change);
    if (from !== null) this.dirty = dirtier(this.dirty, this.slots.take(from));
  }

  /** Whether what is to be drawn are the newest places alone. */
  isTail(): boolean {
    if (!this.slots.isSpaced) return this.plot === null;
    return this.dirty === null || (this.plot?.isTail(this.items, this.dirty) ?? false);
  }

  /** To be called before bars are drawn: those of the library's places that are empty come first. */
  draw(): void {
    if (this.slots.isSpaced) {
      this.plot ??= this.begin();
      this.plot.draw(this.items, this.dirty);
    } else {
      this.plot?.remove();
      this.plot = null;
    }
    this.dirty = null;
  }

  clear(): void {
    this.plot?.clear();
    this.dirty = 0;
  }

  private begin(): Plot {
    const { chart } = this.stage;
    const unseen = { visible: false, lastValueVisible: false, priceLineVisible: false };
    this.dirty = 0;
    return new Plot(chart, chart.addSeries(LineSeries, unseen));
  }

  private get items(): Items {
    const { slots } = this;
    const timeAt = (place: number) => slots.at(place).t;
    const itemAt = (place: number) => ({ time: timeAt(place) as number as UTCTimestamp });
    return { length: slots.length, timeAt, itemAt };
  }
}
