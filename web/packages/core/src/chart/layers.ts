import type { IChartApi, ISeriesApi, Logical, SeriesType } from 'lightweight-charts';
import type { BarStore } from '../bars/store';
import type { Market, Seconds } from '../types';
import { type Axis, logicalOf, timeAt } from './axis';
import type { Layer, LayerHost } from './layer';
import { formatPrice, type PriceStyle, toTick } from './numbers';
import type { Colours } from './theme';

/** What of the chart a host tells its layers. */
export interface Scene {
  readonly chart: IChartApi;
  readonly element: HTMLElement;
  readonly colour: Colours;
  readonly series: ISeriesApi<SeriesType>;
  readonly bars: BarStore;
  readonly axis: Axis;
  readonly interval: string;
  readonly market: () => Market | null;
  readonly priceStyle: () => PriceStyle;
  readonly redraw: () => void;
  readonly holdStill: () => () => void;
}

/** The host of layers over one series of one symbol and interval. */
export class Host implements LayerHost {
  constructor(private readonly scene: Scene) {}

  get chart(): IChartApi {
    return this.scene.chart;
  }
  get series(): ISeriesApi<SeriesType> {
    return this.scene.series;
  }
  get bars(): BarStore {
    return this.scene.bars;
  }
  get market(): Market | null {
    return this.scene.market();
  }
  get interval(): string {
    return this.scene.interval;
  }
  get element(): HTMLElement {
    return this.scene.element;
  }

  readonly colour = (token: string): string => this.scene.colour(token);
  readonly redraw = (): void => this.scene.redraw();
  readonly holdStill = (): (() => void) => this.scene.holdStill();

  xOf(time: Seconds): number | null {
    const logical = logicalOf(this.scene.axis, time);
    return logical === null ? null : placeOf(this.chart, logical);
  }

  timeOf(x: number): Seconds | null {
    const logical = logicalAt(this.chart, x);
    return logical === null ? null : timeAt(this.scene.axis, logical);
  }

  yOf(price: number): number | null {
    return this.series.priceToCoordinate(price);
  }

  priceOf(y: number): number | null {
    return this.series.coordinateToPrice(y);
  }

  toTick(price: number): number {
    return toTick(this.scene.priceStyle(), price);
  }

  formatPrice(price: number): string {
    return formatPrice(this.scene.priceStyle(), price);
  }
}

/** The x of a place between bars; the library knows those of whole bars only. */
export function placeOf(chart: IChartApi, logical: number): number | null {
  const [origin, spacing] = grid(chart, Math.floor(logical));
  return origin === null ? null : origin + (logical - Math.floor(logical)) * spacing;
}

/** The inverse of `placeOf`. */
export function logicalAt(chart: IChartApi, x: number): number | null {
  const [origin, spacing] = grid(chart, 0);
  return origin === null || spacing <= 0 ? null : (x - origin) / spacing;
}

function grid(chart: IChartApi, index: number): [number | null, number] {
  const scale = chart.timeScale();
  const origin = scale.logicalToCoordinate(index as Logical);
  const next = scale.logicalToCoordinate((index + 1) as Logical);
  return [origin, origin === null || next === null ? 0 : next - origin];
}

/** The layers of a chart, laid over whatever it shows. */
export class Layers {
  private readonly layers = new Set<Layer>();
  private host: LayerHost | null = null;

  add(layer: Layer): void {
    if (this.layers.has(layer)) return;
    this.layers.add(layer);
    if (this.host) layer.attach(this.host);
  }

  remove(layer: Layer): void {
    if (this.layers.delete(layer) && this.host) layer.detach();
  }

  /** Lays all layers over another host, or over none. */
  move(host: LayerHost | null): void {
    if (this.host) for (const layer of this.layers) layer.detach();
    this.host = host;
    if (host) for (const layer of this.layers) layer.attach(host);
  }
}
