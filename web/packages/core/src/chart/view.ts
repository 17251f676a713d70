import type { Client } from '../api/client';
import type { Socket } from '../api/socket';
import { SeriesFeed } from '../bars/feed';
import type { BarStore } from '../bars/store';
import { studiesOf } from '../indicators/study';
import { Signal } from '../signal';
import { timeLabel } from '../time/behaviour';
import { isIntraday, parseInterval, secondsOf } from '../time/interval';
import { zoneOf } from '../time/zone';
import type { Bar, BarsChange, Market, Seconds, SeriesStatus, Stop } from '../types';
import type { Axis } from './axis';
import { extent } from './column';
import { CompareSet } from './compare';
import type { ChartFeed } from './feed';
import { Frames } from './frames';
import { IndicatorSet, type OpenStudy } from './indicators';
import { lookAgain, placeOfView } from './keep';
import { hasBase, type Kind } from './kinds';
import type { Layer } from './layer';
import { Host, Layers } from './layers';
import { barsRow, compareRow, indicatorRow, isSameLegend, type LegendRow } from './legend';
import { MainSeries } from './main';
import { type PriceStyle, priceStyle, scaleOf } from './numbers';
import { Overlays } from './overlays';
import { type PaneBox, Panes } from './panes';
import { type Dirty, dirtied } from './plot';
import { screenshot } from './screenshot';
import { Scroll, type VisibleRange } from './scroll';
import type { Places } from './slots';
import { Spacing } from './spacing';
import { PLAIN_SCALE, type Scale, Stage } from './stage';
import { type Colours, coloursOf, DARK, type Theme } from './theme';
import { TinyTicks } from './ticks';
import { Volume, type VolumePlace } from './volume';

export interface ChartOptions {
  readonly client: Client;
  readonly socket: Socket;
  readonly theme?: Theme;
  /** Makes the series of a symbol and interval, which the chart starts and stops; a `SeriesFeed` if not given. */
  readonly open?: (symbol: string, interval: string) => ChartFeed;
  /** Makes the values of an indicator over the bars of a series. */
  readonly study?: OpenStudy;
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
const POINTER_ENDS = ['pointerup', 'dblclick'] as const;
const VOLUME_PANE = 'volume';

/** A chart in an element: one symbol and interval at a time, with all that is laid over it. */
export class ChartView {
  readonly feed = new Signal<ChartFeed | null>(null);
  readonly kind = new Signal<Kind>('candles');
  readonly zone = new Signal('UTC');
  readonly scale = new Signal<Scale>(PLAIN_SCALE);
  readonly volume = new Signal<VolumePlace>('none');
  /** Whether places are left where the market was open and nothing was traded. */
  readonly whitespace: Signal<boolean>;
  /** What the legend says of the bar under the crosshair, or else of the newest. */
  readonly legend = new Signal<readonly LegendRow[]>([], isSameLegend);
  /** The time of the bar under the crosshair, null where there is none. */
  readonly hovered = new Signal<Seconds | null>(null);
  readonly visible: Signal<VisibleRange | null>;
  /** Whether the newest bar is in sight; if not, offer `toNow`. */
  readonly isAtEdge: Signal<boolean>;
  readonly panes: Signal<readonly PaneBox[]>;
  readonly indicators: IndicatorSet;
  readonly compare: CompareSet;
  /** Sessions, gaps, marks and the countdown: what comes with every chart. */
  readonly overlays: Overlays;

  symbol = '';
  interval = '';

  private readonly open: (symbol: string, interval: string) => ChartFeed;
  private readonly stage: Stage;
  private readonly scroller: Scroll;
  private readonly frames: Frames;
  private readonly paneSet: Panes;
  private readonly layers = new Layers();
  private main: MainSeries;
  private columns: Volume | null = null;
  private theme: Theme;
  private style: PriceStyle = priceStyle(100, null);
  private axis: Axis = { bars: NO_BARS, step: 60 };
  private readonly spacing: Spacing;
  /** The bars that are drawn: those of the feed once it has any, until then those before. */
  private drawn: BarStore = NO_BARS;
  private dirty: Dirty = null;
  private stops: Stop[] = [];
  private isDestroyed = false;

  constructor(
    private readonly element: HTMLElement,
    { client, socket, theme, open, study }: ChartOptions,
  ) {
    this.open = open ?? ((symbol, interval) => new SeriesFeed(client, socket, symbol, interval));
    this.theme = theme ?? DARK;
    this.frames = new Frames(this.frame);
    this.stage = new Stage(element, this.colour);
    this.spacing = new Spacing(this.stage, NO_BARS);
    this.whitespace = this.spacing.isWanted;
    this.main = new MainSeries(this.chart, this.kind.get(), this.colour, this.style);
    this.paneSet = new Panes(this.chart, this.frames.ask);
    this.panes = this.paneSet.boxes;
    this.scroller = new Scroll(this.chart, () => this.axis, this.feed.get, this.frames.ask);
    this.visible = this.scroller.visible;
    this.isAtEdge = this.scroller.isAtEdge;
    this.indicators = new IndicatorSet({
      chart: this.chart,
      panes: this.paneSet,
      colour: this.colour,
      style: () => this.style,
      places: () => this.places,
      open: study ?? studiesOf(client),
      ask: this.frames.ask,
      otherPanes: () => (this.volume.get() === 'pane' ? [VOLUME_PANE] : []),
    });
    this.compare = new CompareSet({
      chart: this.chart,
      colour: this.colour,
      open: this.open,
      ask: this.frames.ask,
    });
    this.overlays = new Overlays(this.layers, {
      client,
      socket,
      feed: this.feed.get,
      symbol: () => this.symbol,
      label: (time) => timeLabel(this.stage.clock, time),
    });
    this.layers.add(new TinyTicks());
    this.compare.list.watch(() => this.applyScale());
    this.setVolume('overlay');
    this.chart.timeScale().subscribeVisibleLogicalRangeChange(this.frames.ask);
    // What is dragged or reset on the axes is told by nothing else.
    for (const event of POINTER_ENDS) element.addEventListener(event, this.frames.ask);
    this.chart.subscribeCrosshairMove(({ logical }) => this.hover(logical ?? null));
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
    const feed = this.open(symbol, interval);
    this.feed.set(feed);
    const begin = () => this.begin(feed, anchor);
    this.stops = [
      feed.bars.watch((change) => this.changed(feed, change, begin)),
      feed.status.watch(() => {
        if (this.drawn !== feed.bars && HOPELESS.includes(feed.status.get())) begin();
      }),
      feed.market.watch(() => {
        this.restyle();
        if (this.whitespace.get()) this.space();
      }),
      feed.isAtEnd.watch(this.frames.ask),
    ];
    feed.start();
    if (feed.bars.length > 0 && this.drawn !== feed.bars) begin();
  }

  private changed(feed: ChartFeed, change: BarsChange, begin: () => void): void {
    if (this.drawn !== feed.bars) {
      if (feed.bars.length > 0) begin();
      return;
    }
    if (change.kind === 'reset' && this.isAtEdge.get()) this.scroller.toEdge();
    this.spacing.take(change);
    this.dirty = dirtied(this.dirty, change);
    this.frames.ask();
  }

  /** Takes the place of what was shown, in one frame. */
  private begin(feed: ChartFeed, anchor: Seconds | null): void {
    this.clear();
    this.drawn = feed.bars;
    this.spacing.follow(feed.bars);
    this.spacing.lay(this.market, this.interval);
    this.axis = { bars: this.spacing.slots, step: stepOf(this.interval) };
    this.setClock();
    this.setScale({ auto: true });
    this.indicators.follow(feed);
    this.compare.follow(this.interval);
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
    this.indicators.follow(null);
    this.feed.get()?.stop();
  }

  private clear(): void {
    this.indicators.clear();
    this.compare.clear();
    this.columns?.clear();
    this.main.clear();
    this.spacing.clear();
  }

  private readonly frame = (): void => {
    this.draw();
    this.scroller.look();
    this.setBase();
    this.paneSet.look();
    this.lookAtScale();
    this.writeLegend();
  };

  private draw(): void {
    const { dirty, drawn } = this;
    this.dirty = null;
    const place = this.isKept(dirty) ? placeOfView(this.chart, this.main.series) : null;
    if (dirty !== null) this.restyle();
    this.spacing.draw();
    this.main.draw(drawn, dirty);
    this.columns?.draw(drawn, dirty);
    this.indicators.draw(drawn, dirty);
    this.compare.draw(drawn, dirty, this.feed.get()?.isAtEnd.get() ?? true);
    lookAgain(this.chart, this.spacing.slots, place);
  }

  /** Whether the view has to be put back: the library keeps it relative to the last bar that is loaded. */
  private isKept(dirty: Dirty): boolean {
    if (dirty === null || this.isAtEdge.get()) return false;
    return !this.main.isTail(this.drawn, dirty) || !this.spacing.isTail();
  }

  private setBase(): void {
    const range = this.visible.get();
    if (!hasBase(this.kind.get()) || !range) return;
    const { drawn } = this;
    const [from, to] = [Math.max(0, drawn.floor(range.from)), drawn.floor(range.to)];
    const closes = drawn
      .all()
      .slice(from, to + 1)
      .map((bar) => bar.c);
    const reach = extent(closes, 0, closes.length - 1);
    if (reach) this.main.setBase(...reach);
  }

  private restyle(): void {
    const style = priceStyle(scaleOf(this.market), this.drawn.last()?.c ?? null);
    if (style.scale === this.style.scale && style.decimals === this.style.decimals) return;
    this.style = style;
    this.main.setPriceStyle(style);
    this.indicators.setPriceStyle();
  }

  private get market(): Market | null {
    return this.feed.get()?.market.get() ?? null;
  }

  private hover(logical: number | null): void {
    this.hovered.set(logical === null ? null : this.spacing.slots.timeOn(Math.round(logical)));
    this.frames.ask();
  }

  private writeLegend(): void {
    const { drawn } = this;
    const time = this.hovered.get();
    const last = time === null ? -1 : drawn.indexOf(time);
    const index = last < 0 ? drawn.length - 1 : last;
    const [bar, before] = [index, index - 1].map((at) => (at < 0 ? null : drawn.at(at)));
    const from = this.visible.get()?.from ?? 0;
    const first = Math.min(drawn.floor(from) + 1, Math.max(0, drawn.length - 1));
    this.legend.set([
      barsRow(this.symbol, bar ?? null, before ?? null, this.style, this.market),
      ...this.compare.values(drawn, index, first).map(compareRow),
      ...this.indicators.values(index).map(indicatorRow),
    ]);
  }

  private attachLayers(): void {
    this.layers.move(
      new Host({
        chart: this.chart,
        element: this.element,
        colour: this.colour,
        series: this.main.series,
        bars: this.drawn,
        axis: this.axis,
        interval: this.interval,
        market: () => this.market,
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
    this.frames.ask();
  }

  setVolume(place: VolumePlace): void {
    if (place === this.volume.get()) return;
    this.columns?.remove();
    this.columns = null;
    this.volume.set(place);
    if (place !== 'none') {
      const pane = this.paneSet.of(place === 'pane' ? VOLUME_PANE : 'price');
      this.columns = new Volume(this.chart, pane, place, this.colour);
      this.columns.draw(this.drawn, 0);
      this.columns.series.setSeriesOrder(0);
    }
    this.stage.leaveRoom(place === 'overlay');
    this.indicators.arrange();
  }

  /** Has the space between bars tell the time between them, or has them side by side. */
  setWhitespace(isLeft: boolean): void {
    if (isLeft === this.whitespace.get()) return;
    this.whitespace.set(isLeft);
    this.space();
  }

  private space(): void {
    // Those that still stand in for others stay as they are.
    if (this.drawn !== this.feed.get()?.bars) return;
    this.spacing.lay(this.market, this.interval);
    this.dirty = 0;
    this.draw();
    if (this.isAtEdge.get()) this.scroller.toEdge();
    this.frames.ask();
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
    this.frames.ask();
  }

  private setClock(): void {
    const length = parseInterval(this.interval);
    const isDated = length !== null && !isIntraday(length);
    const hasSeconds = stepOf(this.interval) % 60 !== 0;
    this.stage.setClock({ zone: zoneOf(this.zone.get()), isDated, hasSeconds });
  }

  setScale(scale: Partial<Scale>): void {
    this.scale.set({ ...this.scale.get(), ...scale });
    this.applyScale();
  }

  private lookAtScale(): void {
    const auto = this.stage.isAuto;
    if (auto !== this.scale.get().auto) this.scale.set({ ...this.scale.get(), auto });
  }

  /** Symbols of other prices can be compared by their changes only. */
  private applyScale(): void {
    const scale = this.scale.get();
    const isCompared = this.compare.list.get().length > 0;
    const mode = isCompared && scale.mode !== 'indexed' ? 'percent' : scale.mode;
    this.stage.setScale({ ...scale, mode });
    this.frames.ask();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.stage.recolour(this.colour);
    this.main.recolour(this.drawn);
    this.columns?.draw(this.drawn, 0);
    this.indicators.recolour(this.drawn);
    this.compare.recolour();
    this.main.redraw();
    this.frames.ask();
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

  /** Where bars lie in the library's logical ranges, which count empty places too. */
  get places(): Places {
    return this.spacing.slots;
  }

  goTo(time: Seconds): Promise<void> {
    return this.scroller.goTo(time);
  }

  /** Goes to the newest bar and follows it. */
  toNow(isSmooth = false): Promise<void> {
    return this.scroller.toNow(isSmooth);
  }

  fit(): void {
    this.scroller.fit();
    this.setScale({ auto: true });
  }

  /** Zooms in by steps, or out by negative ones. */
  zoom(by: number): void {
    this.scroller.zoom(by);
  }

  /** Scrolls by bars towards newer ones, or older ones by a negative number. */
  scroll(by: number): void {
    this.scroller.scroll(by);
  }

  /** A picture of the chart as PNG, with the legend written on it. */
  screenshot(): Promise<Blob> {
    return screenshot({
      chart: this.chart,
      width: this.element.clientWidth,
      legend: this.legend.get(),
      panes: this.panes.get(),
      colour: this.colour,
    });
  }

  destroy(): void {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    this.leave();
    this.indicators.destroy();
    this.compare.destroy();
    for (const event of POINTER_ENDS) this.element.removeEventListener(event, this.frames.ask);
    this.frames.stop();
    this.paneSet.destroy();
    this.chart.remove();
    this.feed.set(null);
  }
}

function stepOf(interval: string): number {
  const length = parseInterval(interval);
  return length ? secondsOf(length) : 60;
}
