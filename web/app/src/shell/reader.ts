/** The chart by keyboard: a crosshair that goes from bar to bar and tells what it finds. */

import type { ChartView, LayerHost, Signal } from '@chandlery/chart-core';
import type { UTCTimestamp } from 'lightweight-charts';

export interface ReaderKey {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** Tells the time and prices of a bar, for who hears the chart. */
export type Tell = (text: string) => void;

const FAR = 10;
const SCREEN = 0.8;

export class Reader {
  /** The time of the bar that is read. */
  private time: number | null = null;

  constructor(
    private readonly view: ChartView,
    private readonly host: Signal<LayerHost | null>,
    private readonly timeText: (time: number) => string,
    private readonly tell: Tell,
  ) {}

  /** Returns whether the key was for the chart. */
  press(pressed: ReaderKey): boolean {
    if (pressed.metaKey || pressed.altKey) return false;
    const way = { ArrowLeft: -1, ArrowRight: 1 }[pressed.key];
    if (way !== undefined) return this.arrow(way, pressed);
    const done = pressed.ctrlKey ? undefined : this.others[pressed.key];
    done?.();
    return done !== undefined;
  }

  leave(): void {
    if (this.time === null) return;
    this.time = null;
    this.host.get()?.chart.clearCrosshairPosition();
  }

  private arrow(way: number, { ctrlKey, shiftKey }: ReaderKey): true {
    if (ctrlKey) this.view.scroll(way * Math.ceil(this.screen() * SCREEN));
    else this.step(way * (shiftKey ? FAR : 1));
    return true;
  }

  private readonly others: Readonly<Record<string, () => void>> = {
    '+': () => this.view.zoom(1),
    '=': () => this.view.zoom(1),
    '-': () => this.view.zoom(-1),
    Home: () => this.read(this.firstSeen()),
    End: () => void this.view.toNow().then(() => this.read(this.count - 1)),
    Escape: () => this.leave(),
  };

  private step(by: number): void {
    const now = this.time === null ? -1 : (this.host.get()?.bars.indexOf(this.time) ?? -1);
    const start = now < 0 ? this.lastSeen() - Math.sign(by) : now;
    this.read(Math.max(0, Math.min(this.count - 1, start + by)));
  }

  private read(index: number): void {
    const host = this.host.get();
    if (!host || index < 0 || index >= this.count) return;
    const bar = host.bars.at(index);
    this.time = bar.t;
    this.reveal(index);
    host.chart.setCrosshairPosition(bar.c, bar.t as number as UTCTimestamp, host.series);
    const [open, high, low, close] = [bar.o, bar.h, bar.l, bar.c].map((each) =>
      host.formatPrice(each),
    );
    this.tell(`${this.timeText(bar.t)}: open ${open}, high ${high}, low ${low}, close ${close}`);
  }

  /** Scrolls as far as a bar needs to be seen. */
  private reveal(index: number): void {
    const range = this.seen();
    if (!range) return;
    const place = this.view.places.placeOf(index);
    if (place < range.from + 1) this.view.scroll(place - range.from - FAR);
    else if (place > range.to - 1) this.view.scroll(place - range.to + FAR);
  }

  private get count(): number {
    return this.host.get()?.bars.length ?? 0;
  }

  private seen() {
    return this.host.get()?.chart.timeScale().getVisibleLogicalRange() ?? null;
  }

  private screen(): number {
    const range = this.seen();
    return range ? range.to - range.from : FAR;
  }

  private firstSeen(): number {
    const before = Math.ceil(this.seen()?.from ?? 0) - 1;
    return Math.max(0, this.view.places.barAt(before) + 1);
  }

  private lastSeen(): number {
    const range = this.seen();
    const last = range ? this.view.places.barAt(Math.floor(range.to)) : this.count;
    return Math.min(this.count - 1, last);
  }
}
