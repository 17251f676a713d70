import { type IChartApi, LineSeries, type UTCTimestamp } from 'lightweight-charts';
import type { BarStore } from '../bars/store';
import { Signal } from '../signal';
import type { Bar, Seconds, Stop } from '../types';
import type { ChartFeed } from './feed';
import { formatPrice, priceStyle, scaleOf } from './numbers';
import { type Dirty, dirtier, type Items, Plot } from './plot';
import type { Colours } from './theme';

export interface ComparedState {
  readonly symbol: string;
  /** A CSS colour or a token of the theme. */
  readonly colour: string;
  readonly isHidden: boolean;
}

export interface CompareScene {
  readonly chart: IChartApi;
  readonly colour: Colours;
  readonly open: (symbol: string, interval: string) => ChartFeed;
  readonly ask: () => void;
}

interface Compared {
  state: ComparedState;
  readonly plot: Plot;
  feed: ChartFeed | null;
  stop: Stop;
  dirty: Dirty;
  asked: Seconds;
  isLoading: boolean;
}

const MOST = 8;
const TOKEN = /^[a-z]+(-[a-z0-9]+)*$/;

/** Other symbols as lines, at the times of the bars that are shown. */
export class CompareSet {
  readonly list = new Signal<readonly ComparedState[]>([]);
  private compared: Compared[] = [];
  private interval = '';

  constructor(private readonly scene: CompareScene) {}

  /** Adds a symbol; one that is there already stays as it is. */
  add(symbol: string, colour = this.freeColour()): void {
    if (this.find(symbol)) return;
    if (this.compared.length >= MOST)
      throw new RangeError(`${MOST} symbols are the most to compare`);
    const series = this.scene.chart.addSeries(LineSeries, {
      color: this.css(colour),
      lineWidth: 2,
      priceLineVisible: false,
      baseLineVisible: false,
      crosshairMarkerVisible: false,
    });
    const state = { symbol, colour, isHidden: false };
    const plot = new Plot(this.scene.chart, series);
    const compared = {
      state,
      plot,
      feed: null,
      stop: () => undefined,
      dirty: 0,
      asked: Infinity,
      isLoading: false,
    };
    this.compared.push(compared);
    this.connect(compared);
    this.tell();
  }

  remove(symbol: string): void {
    const compared = this.find(symbol);
    if (!compared) return;
    this.compared = this.compared.filter((each) => each !== compared);
    compared.stop();
    compared.plot.remove();
    this.tell();
  }

  hide(symbol: string, isHidden = true): void {
    this.change(symbol, { isHidden });
  }

  recolourOne(symbol: string, colour: string): void {
    this.change(symbol, { colour });
  }

  restore(states: readonly (Pick<ComparedState, 'symbol'> & Partial<ComparedState>)[]): void {
    for (const { state } of [...this.compared]) this.remove(state.symbol);
    for (const { symbol, colour, isHidden } of states.slice(0, MOST)) {
      this.add(symbol, colour);
      if (isHidden) this.hide(symbol);
    }
  }

  /** Compares at another interval, once the chart shows it. */
  follow(interval: string): void {
    this.interval = interval;
    for (const compared of this.compared) {
      compared.plot.clear();
      this.connect(compared);
    }
  }

  /** Draws what changed; `isAtEnd` tells whether the newest bars are among those shown. */
  draw(bars: BarStore, dirty: Dirty, isAtEnd: boolean): void {
    for (const compared of this.compared) {
      const from = dirtier(compared.dirty, dirty);
      compared.dirty = null;
      if (!compared.feed) continue;
      compared.plot.draw(aligned(bars, compared.feed.bars), from);
      loadAsFar(compared, bars, isAtEnd);
    }
  }

  recolour(): void {
    for (const { plot, state } of this.compared) {
      plot.series.applyOptions({ color: this.css(state.colour) });
    }
  }

  clear(): void {
    for (const { plot } of this.compared) plot.clear();
  }

  /** The closes at a bar, and how much they are above the first one in sight. */
  values(bars: BarStore, index: number, first: number): readonly CompareLegend[] {
    return this.compared.map(({ state, feed }) => {
      const bar = feed && barFor(bars, feed.bars, index);
      const base = feed && barFor(bars, feed.bars, first);
      const style = priceStyle(scaleOf(feed?.market.get()), bar?.c ?? null);
      return {
        state,
        colour: this.css(state.colour),
        value: bar?.c ?? null,
        text: bar ? formatPrice(style, bar.c) : '',
        percent: bar && base ? (bar.c / base.c - 1) * 100 : null,
        reason: feed?.status.get() === 'unknown' ? 'unknown symbol' : '',
      };
    });
  }

  destroy(): void {
    for (const { stop } of this.compared) stop();
    this.compared = [];
  }

  private connect(compared: Compared): void {
    compared.stop();
    compared.feed = null;
    compared.stop = () => undefined;
    if (!this.interval) return;
    const feed = this.scene.open(compared.state.symbol, this.interval);
    const changed = () => {
      // What changed in its bars says little about which of the chart's bars it falls on.
      compared.dirty = 0;
      this.scene.ask();
    };
    const stops = [
      feed.bars.watch((change) => {
        const isTail = change.kind === 'tail' && change.from >= feed.bars.length - 2;
        if (!isTail) return changed();
        compared.dirty = dirtier(compared.dirty, TAIL);
        this.scene.ask();
      }),
      feed.status.watch(this.scene.ask),
    ];
    compared.feed = feed;
    compared.asked = Number.POSITIVE_INFINITY;
    compared.stop = () => {
      for (const stop of stops) stop();
      feed.stop();
    };
    compared.dirty = 0;
    feed.start();
  }

  private change(symbol: string, change: Partial<ComparedState>): void {
    const compared = this.find(symbol);
    if (!compared) return;
    compared.state = { ...compared.state, ...change };
    const { colour, isHidden } = compared.state;
    compared.plot.series.applyOptions({ color: this.css(colour), visible: !isHidden });
    this.tell();
  }

  private find(symbol: string): Compared | undefined {
    return this.compared.find(({ state }) => state.symbol === symbol);
  }

  private freeColour(): string {
    const taken = new Set(this.compared.map(({ state }) => state.colour));
    const free = [2, 3, 4, 5, 6, 7, 8, 1].map((number) => `series-${number}`);
    return free.find((colour) => !taken.has(colour)) ?? 'series-2';
  }

  private css(colour: string): string {
    return TOKEN.test(colour) ? this.scene.colour(colour) : colour;
  }

  private tell(): void {
    this.list.set(this.compared.map(({ state }) => state));
    this.scene.ask();
  }
}

export interface CompareLegend {
  readonly state: ComparedState;
  readonly colour: string;
  readonly value: number | null;
  readonly text: string;
  readonly percent: number | null;
  readonly reason: string;
}

/** The newest bars changed: those that are drawn last, wherever they are. */
const TAIL = Number.MAX_SAFE_INTEGER;

/** For each bar of the chart the other's bar that begins with it, or since the one before it. */
function aligned(bars: BarStore, others: BarStore): Items {
  return {
    length: bars.length,
    timeAt: (index) => bars.at(index).t,
    itemAt: (index) => {
      const time = bars.at(index).t as number as UTCTimestamp;
      const bar = barFor(bars, others, index);
      return bar ? { time, value: bar.c } : { time };
    },
  };
}

function barFor(bars: BarStore, others: BarStore, index: number): Bar | null {
  if (index < 0 || index >= bars.length) return null;
  const place = others.floor(bars.at(index).t);
  if (place < 0) return null;
  const bar = others.at(place);
  const since = index > 0 ? bars.at(index - 1).t : bars.at(index).t - 1;
  return bar.t > since ? bar : null;
}

/** Has the other symbol loaded as far as the chart, both ways, asking once for each time. */
function loadAsFar(compared: Compared, bars: BarStore, isAtEnd: boolean): void {
  const { feed } = compared;
  const [first, last] = [bars.first(), bars.last()];
  const [otherFirst, otherLast] = [feed?.bars.first(), feed?.bars.last()];
  if (!feed || compared.isLoading || !first || !last || !otherFirst || !otherLast) return;
  if (otherLast.t < last.t && !feed.isAtEnd.get()) {
    load(compared, last.t, isAtEnd ? feed.loadNewest() : feed.loadNewer(bars.length));
  } else if (otherFirst.t > first.t && !feed.isComplete.get() && compared.asked !== first.t) {
    load(compared, first.t, feed.loadUntil(first.t));
  }
}

function load(compared: Compared, asked: Seconds, flight: Promise<void>): void {
  compared.asked = asked;
  compared.isLoading = true;
  const done = () => {
    compared.isLoading = false;
  };
  // What keeps it from loading is told by the status of its feed.
  flight.then(done, done);
}
