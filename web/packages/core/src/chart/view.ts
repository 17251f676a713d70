import type { BarStore } from '../bars/store';
import { Signal } from '../signal';
import { zoneOf } from '../time/zone';
import type { Bar, BarsChange, Seconds, SeriesStatus, Stop } from '../types';
import type { Axis } from './axis';
import type { ChartFeed } from './feed';
import { Frames } from './frames';
import type { Kind } from './kinds';
import type { Layer } from './layer';
import { Host, Layers } from './layers';
import { MainSeries } from './main';
import { type PriceStyle, priceStyle } from './numbers';
import { type Dirty, dirtied } from './plot';
import { Scroll, type VisibleRange } from './scroll';
import { PLAIN_SCALE, type Scale, Stage } from './stage';
import { type Colours, coloursOf, DARK, type Theme } from './theme';
import { Volume, type VolumePlace } from './volume';

export interface ChartOptions {
  /** Makes the series of a symbol and interval; the chart starts and stops it. */
  readonly open: (symbol: string, interval: string) => ChartFeed;
  readonly theme?: Theme;
}

const NO_BARS: BarStore = {
  length: 0,
  at: () => {
    throw new RangeError('there are no bars');
  },
  first: () => null,
  last: () => null,
  indexOf: () => -1,
  floor: () => -1,
  all: () => [],
  watch: () => () => undefined,
};

/** With these there is nothing to wait for before the old bars go. */
const HOPELESS: readonly SeriesStatus[] = ['empty', 'unknown', 'error', 'offline'];

/** A chart in an element: one symbol and interval at a time, with all that is laid over it. */
export class ChartView {
  readonly feed = new Signal<ChartFeed | null>(null);
  readonly kind = new Signal<Kind>('candles');
  readonly zone = new Signal('UTC');
  readonly scale = new Signal<Scale>(PLAIN_SCALE);
  readonly volume = new Signal<VolumePlace>('overlay');
  readonly visible: Signal<VisibleRange | null>;
  /** Whether the newest bar is in sight; if not, offer `toEdge`. */
  readonly isAtEdge: Signal<boolean>;

  symbol = '';
  interval = '';

  private readonly stage: Stage;
  private readonly scroller: Scroll;
  private readonly frames: Frames;
  private readonly layers = new Layers();
  private main: MainSeries;
  private columns: Volume | null = null;
  private theme: Theme;
  private style: PriceStyle = priceStyle(100, null);
  private axis: Axis = { bars: NO_BARS, step: 60 };
  /** The bars that are drawn: those of the feed once it has any, until then those before. */
  private drawn: BarStore = NO_BARS;
  private dirty: Dirty = null;
  private stops: Stop[] = [];
  private isDestroyed = false;

  constructor(
    private readonly element: HTMLElement,
    private readonly options: ChartOptions,
  ) {
    this.theme = options.theme ?? DARK;
    this.stage = new Stage(element, this.colour);
    this.main = new MainSeries(this.chart, this.kind.get(), this.colour, this.style);
    this.frames = new Frames(this.frame);
    this.scroller = new Scroll(this.chart, () => this.axis, this.feed.get);
    this.visible = this.scroller.visible;
    this.isAtEdge = this.scroller.isAtEdge;
    this.setVolume(this.volume.get());
    this.chart.timeScale().subscribeVisibleLogicalRangeChange(this.frames.ask);
  }

  private readonly colour: Colours = (token) => coloursOf(this.theme)(token);

  private get chart() {
    return this.stage.chart;
  }

  /** Shows a symbol at an interval; all else stays: kind, zone, scale, what is laid over it. */
  show(symbol: string, interval: string): void {
    if (symbol === this.symbol && interval === this.interval) return;
    const anchor = this.scroller.anchor();
    this.leave();
    this.symbol = symbol;
    this.interval = interval;
    const feed = this.options.open(symbol, interval);
    this.feed.set(feed);
    const begin = () => this.begin(feed, anchor);
    this.stops = [
      feed.bars.watch((change) => this.changed(feed, change, begin)),
      feed.status.watch(() => {
        if (this.drawn !== feed.bars && HOPELESS.includes(feed.status.get())) begin();
      }),
      feed.market.watch(this.frames.ask),
    ];
    feed.start();
    if (feed.bars.length > 0 && this.drawn !== feed.bars) begin();
  }

  private changed(feed: ChartFeed, change: BarsChange, begin: () => void): void {
    if (this.drawn !== feed.bars) {
      if (feed.bars.length > 0) begin();
      return;
    }
    this.dirty = dirtied(this.dirty, change);
    this.frames.ask();
  }

  /** Takes the place of what was shown, in one frame. */
  private begin(feed: ChartFeed, anchor: Seconds | null): void {
    this.clear();
    this.drawn = feed.bars;
    this.axis = { bars: feed.bars, step: stepOf(this.interval) };
    this.setClock();
    this.stage.setScale({ ...this.scale.get(), auto: true });
    this.dirty = 0;
    this.draw();
    if (anchor === null) this.scroller.toEdge();
    else this.scroller.endAt(anchor);
    this.attachLayers();
    this.frames.ask();
  }

  private leave(): void {
    for (const stop of this.stops) stop();
    this.stops = [];
    this.layers.move(null);
    this.feed.get()?.stop();
  }

  private clear(): void {
    this.columns?.clear();
    this.main.clear();
  }

  private readonly frame = (): void => {
    this.draw();
    this.scroller.look();
  };

  private draw(): void {
    const dirty = this.dirty;
    this.dirty = null;
    if (dirty === null) return;
    this.setPriceStyle();
    this.main.draw(this.drawn, dirty);
    this.columns?.draw(this.drawn, dirty);
  }

  private setPriceStyle(): void {
    const market = this.feed.get()?.market.get();
    const style = priceStyle(market?.price_scale ?? 100, this.drawn.last()?.c ?? null);
    if (style.scale === this.style.scale && style.decimals === this.style.decimals) return;
    this.style = style;
    this.main.setPriceStyle(style);
  }

  private attachLayers(): void {
    const feed = this.feed.get();
    this.layers.move(
      new Host({
        chart: this.chart,
        element: this.element,
        colour: this.colour,
        series: this.main.series,
        bars: this.drawn,
        axis: this.axis,
        interval: this.interval,
        market: () => feed?.market.get() ?? null,
        priceStyle: () => this.style,
        redraw: () => this.main.redraw(),
        holdStill: this.stage.holdStill,
      }),
    );
  }

  setKind(kind: Kind): void {
    if (kind === this.kind.get()) return;
    this.layers.move(null);
    const before = this.main;
    this.kind.set(kind);
    this.main = new MainSeries(this.chart, kind, this.colour, this.style);
    this.main.series.setSeriesOrder(before.series.seriesOrder());
    this.main.draw(this.drawn, 0);
    before.remove();
    this.attachLayers();
  }

  setVolume(place: VolumePlace): void {
    this.columns?.remove();
    this.columns = place === 'none' ? null : new Volume(this.chart, place, this.colour);
    this.columns?.draw(this.drawn, 0);
    this.columns?.series.setSeriesOrder(0);
    this.volume.set(place);
  }

  /** Reads times in a zone of the IANA database. Throws, and changes nothing, where it is unknown. */
  setZone(name: string): void {
    zoneOf(name);
    this.zone.set(name);
    const range = this.chart.timeScale().getVisibleLogicalRange();
    this.clear();
    this.setClock();
    this.dirty = 0;
    this.draw();
    if (range) this.chart.timeScale().setVisibleLogicalRange(range);
  }

  private setClock(): void {
    const isDated = /[dwM]$/.test(this.interval);
    const hasSeconds = /s$/.test(this.interval);
    this.stage.setClock({ zone: zoneOf(this.zone.get()), isDated, hasSeconds });
  }

  setScale(scale: Partial<Scale>): void {
    this.scale.set({ ...this.scale.get(), ...scale });
    this.stage.setScale(this.scale.get());
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.stage.recolour(this.colour);
    this.main.recolour(this.drawn);
    this.columns?.draw(this.drawn, 0);
    this.main.redraw();
  }

  attach(layer: Layer): void {
    this.layers.add(layer);
  }

  detach(layer: Layer): void {
    this.layers.remove(layer);
  }

  bars(): readonly Bar[] {
    return this.drawn.all();
  }

  goTo(time: Seconds): Promise<void> {
    return this.scroller.goTo(time);
  }

  toEdge(isSmooth = false): void {
    this.scroller.toEdge(isSmooth);
  }

  fit(): void {
    this.scroller.fit();
    this.setScale({ auto: true });
  }

  zoom(by: number): void {
    this.scroller.zoom(by);
  }

  scroll(by: number): void {
    this.scroller.scroll(by);
  }

  destroy(): void {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    this.leave();
    this.frames.stop();
    this.chart.remove();
    this.feed.set(null);
  }
}

const UNITS: Record<string, number> = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  M: 2_629_746,
};

function stepOf(interval: string): number {
  const [, count = '1', unit = 'm'] = /^(\d+)([smhdwM])$/.exec(interval) ?? [];
  return Number(count) * (UNITS[unit] ?? 60);
}
