import type { IChartApi, ISeriesApi, SeriesType } from 'lightweight-charts';
import type { BarStore } from '../bars/store';
import type { Market, Seconds } from '../types';

/**
 * What a chart lets a layer use: drawings, order lines, shading and marks are layers, and the chart
 * knows none of them.
 */
export interface LayerHost {
  readonly chart: IChartApi;
  /** The series of prices; another one after the kind of chart was changed (`attach` is called anew). */
  readonly series: ISeriesApi<SeriesType>;
  readonly bars: BarStore;
  readonly market: Market | null;
  readonly interval: string;
  /** The element that holds the chart; its box is that of all panes and scales. */
  readonly element: HTMLElement;
  /** Colours of the theme by name of the token, without `--`. */
  colour(token: string): string;
  /** Where a time lies, also between bars and after the last one; null before there are bars. */
  xOf(time: Seconds): number | null;
  timeOf(x: number): Seconds | null;
  yOf(price: number): number | null;
  priceOf(y: number): number | null;
  /** Rounds a price to the market's tick. */
  toTick(price: number): number;
  formatPrice(price: number): string;
  /** Has the chart drawn anew with the next frame. */
  redraw(): void;
  /** While held the chart neither pans nor zooms; calls are counted. */
  holdStill(): () => void;
}

/** Something laid over the bars. It is detached before its host changes symbol, interval or kind. */
export interface Layer {
  attach(host: LayerHost): void;
  detach(): void;
}
