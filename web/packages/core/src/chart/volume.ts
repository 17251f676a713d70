/** Volumes as columns, over the bars or in a pane of their own. */

import {
  type HistogramData,
  HistogramSeries,
  type IChartApi,
  type IPaneApi,
  type ISeriesApi,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { BarStore } from '../bars/store';
import type { Bar } from '../types';
import { formatVolume } from './numbers';
import { type Dirty, type Items, Plot } from './plot';
import type { Colours } from './theme';

export const VOLUME_PLACES = ['overlay', 'pane', 'none'] as const;
export type VolumePlace = (typeof VOLUME_PLACES)[number];

/** The library draws numbers up to about 9e13. */
const MOST_DRAWN = 9e13;
const OVERLAY = 'volume';

/** The column series, and the divisor that keeps its numbers within what the library draws. */
export class Volume {
  private readonly plot: Plot;
  private divisor = 1;

  constructor(
    chart: IChartApi,
    pane: IPaneApi<Time>,
    place: Exclude<VolumePlace, 'none'>,
    private readonly colour: Colours,
  ) {
    const isOverlay = place === 'overlay';
    const series = pane.addSeries(HistogramSeries, {
      lastValueVisible: false,
      priceLineVisible: false,
      ...(isOverlay ? { priceScaleId: OVERLAY } : {}),
      priceFormat: {
        type: 'custom',
        minMove: 1e-8,
        formatter: (value: number) => formatVolume(value * this.divisor),
      },
    });
    series.priceScale().applyOptions({ scaleMargins: { top: isOverlay ? 0.82 : 0.1, bottom: 0 } });
    this.plot = new Plot(chart, series);
  }

  get series(): ISeriesApi<'Histogram'> {
    return this.plot.series as ISeriesApi<'Histogram'>;
  }

  draw(bars: BarStore, dirty: Dirty): void {
    if (dirty === null) return;
    const most = largest(bars, dirty);
    if (dirty === 0) this.divisor = 1;
    const grows = most / this.divisor > MOST_DRAWN;
    if (grows) this.divisor = 10 ** Math.ceil(Math.log10(most / MOST_DRAWN));
    this.plot.draw(this.items(bars), grows ? 0 : dirty);
  }

  clear(): void {
    this.plot.clear();
  }

  remove(): void {
    this.plot.remove();
  }

  private items(bars: BarStore): Items {
    return {
      length: bars.length,
      timeAt: (index) => bars.at(index).t,
      itemAt: (index) => this.item(bars.at(index)),
    };
  }

  private item(bar: Bar): HistogramData {
    return {
      time: bar.t as number as UTCTimestamp,
      value: (bar.v ?? 0) / this.divisor,
      color: this.colour(bar.c >= bar.o ? 'volume-up' : 'volume-down'),
    };
  }
}

function largest(bars: BarStore, from: number): number {
  let most = 0;
  for (let index = from; index < bars.length; index++) most = Math.max(most, bars.at(index).v ?? 0);
  return most;
}
