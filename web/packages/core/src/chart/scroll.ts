import type { IChartApi, LogicalRange } from 'lightweight-charts';
import { Signal } from '../signal';
import type { Seconds } from '../types';
import { type Axis, logicalOf, timeAt } from './axis';
import type { ChartFeed } from './feed';

export interface VisibleRange {
  readonly from: Seconds;
  readonly to: Seconds;
}

/** Bars right of the newest one when the chart follows it; fewer where there is little room. */
export const rightOffset = (width: number): number => (width < NARROW ? 4 : 8);
const NARROW = 500;
const LEAST_BEFORE = 50;
const SCREENS = 2;
const ZOOM_STEP = 1.2;
const REST_MS = 2_000;

const isSameRange = (a: VisibleRange | null, b: VisibleRange | null): boolean =>
  a === b || (a !== null && b !== null && a.from === b.from && a.to === b.to);

/** Where the chart looks: the visible range, the live edge, and older bars loaded before they are seen. */
export class Scroll {
  readonly visible = new Signal<VisibleRange | null>(null, isSameRange);
  /** Whether the newest bar is in sight, so that new ones move the chart along. */
  readonly isAtEdge = new Signal(true);
  private isLoading = false;
  private restUntil = 0;

  constructor(
    private readonly chart: IChartApi,
    private readonly axis: () => Axis,
    private readonly feed: () => ChartFeed | null,
    private readonly ask: () => void,
  ) {}

  private get scale() {
    return this.chart.timeScale();
  }

  /** Looks at what is visible now; to be called once a frame when that may have changed. */
  look(): void {
    const range = this.scale.getVisibleLogicalRange();
    const axis = this.axis();
    if (range === null || axis.bars.length === 0) {
      this.visible.set(null);
      return;
    }
    const [from, to] = [timeAt(axis, range.from), timeAt(axis, range.to)];
    this.visible.set(from === null || to === null ? null : { from, to });
    this.isAtEdge.set(this.isLive() && this.scale.scrollPosition() > -1);
    this.loadAhead(range);
  }

  private isLive(): boolean {
    return this.feed()?.isAtEnd.get() ?? true;
  }

  /** The end of what is visible, to go back to it after an other interval; null if it is the live edge. */
  anchor(): Seconds | null {
    return this.isAtEdge.get() ? null : (this.visible.get()?.to ?? null);
  }

  /** Goes to the newest bar, which may have to be loaded again. */
  async toNow(isSmooth = false): Promise<void> {
    const feed = this.feed();
    const wasLoaded = this.isLive();
    if (!wasLoaded) await feed?.loadNewest();
    if (feed !== this.feed()) return;
    if (isSmooth && wasLoaded) this.scale.scrollToRealTime();
    else this.toEdge();
  }

  toEdge(): void {
    this.scale.scrollToPosition(rightOffset(this.scale.width()), false);
  }

  fit(): void {
    this.scale.fitContent();
  }

  /** Zooms in by steps, or out by negative ones; the live edge or else the middle stays where it is. */
  zoom(by: number): void {
    const range = this.scale.getVisibleLogicalRange();
    if (range === null) return;
    const fixed = this.isAtEdge.get() ? range.to : (range.from + range.to) / 2;
    const factor = ZOOM_STEP ** -by;
    this.show(fixed - (fixed - range.from) * factor, fixed + (range.to - fixed) * factor);
  }

  /** Scrolls towards newer bars, or older ones by a negative number. */
  scroll(by: number): void {
    this.scale.scrollToPosition(this.scale.scrollPosition() + by, false);
  }

  /** Loads until a time and brings it to the middle; the nearest loaded bar if there is none as old. */
  async goTo(time: Seconds): Promise<void> {
    const feed = this.feed();
    await feed?.loadUntil(time);
    if (feed === this.feed()) this.centre(time);
  }

  private centre(time: Seconds): void {
    const range = this.scale.getVisibleLogicalRange();
    const middle = logicalOf(this.axis(), time);
    if (range === null || middle === null) return;
    const half = (range.to - range.from) / 2;
    this.show(middle - half, middle + half);
  }

  /** Has a time at the right edge, at the zoom there is. */
  endAt(time: Seconds): void {
    const range = this.scale.getVisibleLogicalRange();
    const end = logicalOf(this.axis(), time);
    if (range === null || end === null) this.toEdge();
    else this.show(end - (range.to - range.from), end);
  }

  private show(from: number, to: number): void {
    this.scale.setVisibleLogicalRange({ from, to });
  }

  private loadAhead(range: LogicalRange): void {
    const feed = this.feed();
    if (!feed || this.isLoading || performance.now() < this.restUntil) return;
    const screen = Math.ceil(range.to - range.from);
    const margin = Math.max(LEAST_BEFORE, screen);
    const after = this.axis().bars.length - range.to;
    if (range.from < margin && !feed.isComplete.get()) {
      this.load(feed.loadOlder(margin * SCREENS));
    } else if (after < margin && !feed.isAtEnd.get()) this.load(feed.loadNewer(margin * SCREENS));
  }

  /** Where nothing came, as when the server cannot be reached, it is asked again only after a while. */
  private load(flight: Promise<void>): void {
    const { length } = this.axis().bars;
    this.isLoading = true;
    const done = () => {
      this.isLoading = false;
      if (this.axis().bars.length === length) this.restUntil = performance.now() + REST_MS;
      else this.ask();
    };
    flight.then(done, done);
  }
}
