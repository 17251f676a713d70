/** What stands in for a server and a screen: bars in memory, frames by hand, a canvas that draws nothing. */

import { vi } from 'vitest';
import type { Gap } from '../../src/api/answers';
import { Client } from '../../src/api/client';
import { Socket } from '../../src/api/socket';
import type { BarStore } from '../../src/bars/store';
import type { ChartFeed } from '../../src/chart/feed';
import type { StudyFeed } from '../../src/chart/indicators';
import type { LayerHost } from '../../src/chart/layer';
import { ChartView } from '../../src/chart/view';
import { Signal } from '../../src/signal';
import type { Bar, BarsChange, Market, Seconds, SeriesStatus } from '../../src/types';

export const MARKET: Market = {
  symbol: 'DEMO:GOLD',
  exchange: 'DEMO',
  base: 'GOLD',
  quote: 'USD',
  type: 'metal',
  description: 'Gold',
  session: '24x7',
  time_zone: 'UTC',
  price_scale: 100,
  volume_precision: 2,
};

/** Bars one after the other whose closes are 100, 101, ... from the first one's index on. */
export function barsFrom(start: Seconds, count: number, step = 60): Bar[] {
  return Array.from({ length: count }, (_, index) => {
    const close = 100 + index;
    const t = start + index * step;
    return { t, o: close - 0.5, h: close + 1, l: close - 1, c: close, v: 10 + (index % 7) };
  });
}

export class MemoryBars implements BarStore {
  private bars: Bar[] = [];
  private readonly listeners = new Set<(change: BarsChange) => void>();

  get length(): number {
    return this.bars.length;
  }
  at(index: number): Bar {
    const bar = this.bars[index];
    if (!bar) throw new RangeError(`no bar ${index} of ${this.bars.length}`);
    return bar;
  }
  first = () => this.bars[0] ?? null;
  last = () => this.bars.at(-1) ?? null;
  indexOf = (time: Seconds) => this.bars.findIndex((bar) => bar.t === time);
  floor(time: Seconds): number {
    const last = this.last();
    if (last && last.t <= time) return this.bars.length - 1;
    return this.bars.findLastIndex((bar) => bar.t <= time);
  }
  all = () => this.bars;
  watch(listener: (change: BarsChange) => void) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  get watchers(): number {
    return this.listeners.size;
  }

  reset(bars: Bar[]): void {
    this.bars = [...bars];
    this.tell({ kind: 'reset' });
  }
  prepend(bars: Bar[]): void {
    this.bars = [...bars, ...this.bars];
    this.tell({ kind: 'older', count: bars.length });
  }
  /** Lets go of the bars from an index on. */
  cut(length: number): void {
    this.bars.length = length;
    this.tell({ kind: 'tail', from: 0 });
  }
  /** Puts each bar where it belongs, and tells of the whole as an update would. */
  put(...bars: Bar[]): void {
    let from = this.bars.length;
    for (const bar of bars) {
      const place = this.floor(bar.t - 1) + 1;
      this.bars.splice(place, this.bars[place]?.t === bar.t ? 1 : 0, bar);
      from = Math.min(from, place);
    }
    this.tell({ kind: 'tail', from });
  }
  correct(index: number, bar: Bar): void {
    this.bars[index] = bar;
    this.tell({ kind: 'corrected', indices: [index] });
  }
  private tell(change: BarsChange): void {
    for (const listener of [...this.listeners]) listener(change);
  }
}

export class MemoryFeed implements ChartFeed {
  readonly bars = new MemoryBars();
  readonly market = new Signal<Market | null>(MARKET);
  readonly status = new Signal<SeriesStatus>('connecting');
  readonly reason = new Signal('');
  readonly isComplete = new Signal(true);
  readonly isAtEnd = new Signal(true);
  readonly newest = new Signal<Bar | null>(null);
  readonly gaps = new Signal<readonly Gap[]>([]);
  readonly asked: number[] = [];
  isStarted = false;

  constructor(
    readonly symbol: string,
    readonly interval: string,
  ) {}

  loadOlder(count: number): Promise<void> {
    this.asked.push(count);
    const first = this.bars.first();
    if (first) this.bars.prepend(barsFrom(first.t - count * 60, count));
    return Promise.resolve();
  }
  loadNewer(count: number): Promise<void> {
    this.asked.push(count);
    const last = this.bars.last();
    if (last) this.bars.put(...barsFrom(last.t + 60, count));
    return Promise.resolve();
  }
  loadNewest(): Promise<void> {
    return Promise.resolve();
  }
  loadUntil(time: Seconds): Promise<void> {
    const first = this.bars.first();
    if (first && time < first.t) return this.loadOlder(Math.ceil((first.t - time) / 60));
    return Promise.resolve();
  }
  start(): void {
    this.isStarted = true;
  }
  stop(): void {
    this.isStarted = false;
  }
}

/** Values of an indicator that are as they are told to be. */
export class MemoryStudy implements StudyFeed {
  readonly displacement: Record<string, number> = {};
  readonly reason = new Signal('');
  isStopped = false;
  private readonly listeners = new Set<(from: number) => void>();

  constructor(public columns: Record<string, (number | null)[]>) {}

  tell(columns: Record<string, (number | null)[]>, from: number): void {
    this.columns = columns;
    for (const listener of [...this.listeners]) listener(from);
  }
  watch(listener: (from: number) => void) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  get watchers(): number {
    return this.listeners.size;
  }
  stop(): void {
    this.isStopped = true;
  }
}

/** A client whose server answers each path with what `answers` holds for it, and else with an empty list. */
export function answeringClient(answers: Record<string, unknown> = {}): Client {
  return new Client('http://chart.test', {
    fetch: (address) => {
      const path = new URL(String(address)).pathname;
      return Promise.resolve(Response.json(answers[path] ?? []));
    },
  });
}

/** Frames that come when they are told to, for the chart and for the library. */
export function handFrames(): { draw: () => void } {
  let next = 1;
  const jobs = new Map<number, FrameRequestCallback>();
  vi.stubGlobal(
    'requestAnimationFrame',
    (job: FrameRequestCallback) => jobs.set(next, job) && next++,
  );
  vi.stubGlobal('cancelAnimationFrame', (handle: number) => jobs.delete(handle));
  return {
    draw: () => {
      for (let round = 0; jobs.size > 0 && round < 10; round++) {
        const due = [...jobs.values()];
        jobs.clear();
        for (const job of due) job(0);
      }
    },
  };
}

/** Gives canvases a context that measures and draws nothing, and an element a size. */
export function stageElement(width = 800, height = 500): HTMLElement {
  const nothing = () => undefined;
  const context = new Proxy({} as Record<string | symbol, unknown>, {
    get: (target, name) => {
      if (name === 'measureText') return () => ({ width: 40, actualBoundingBoxAscent: 8 });
      if (name === 'createLinearGradient') return () => ({ addColorStop: nothing });
      if (name === 'getImageData') return () => ({ data: [120, 120, 120, 255] });
      return target[name] ?? nothing;
    },
  });
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(context as never);
  const box = { x: 0, y: 0, left: 0, top: 0, right: width, bottom: height, width, height };
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue(box as DOMRect);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(width);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(height);
  // The library has the browser turn colours into numbers.
  const computed = { color: 'rgb(120, 120, 120)', getPropertyValue: () => '' };
  vi.spyOn(window, 'getComputedStyle').mockReturnValue(computed as unknown as CSSStyleDeclaration);
  const element = document.createElement('div');
  document.body.append(element);
  return element;
}

/** A view over feeds and studies in memory, whose frames come by hand. */
export interface Scene {
  readonly view: ChartView;
  readonly feeds: MemoryFeed[];
  readonly studies: MemoryStudy[];
  readonly frames: { draw: () => void };
}

/** Makes a scene; `end` it after the test. */
export function newScene(client = answeringClient()): Scene & { end: () => void } {
  const frames = handFrames();
  const feeds: MemoryFeed[] = [];
  const studies: MemoryStudy[] = [];
  const view = new ChartView(stageElement(), {
    client,
    socket: new Socket('http://chart.test'),
    open: (symbol, interval) => {
      const feed = new MemoryFeed(symbol, interval);
      feeds.push(feed);
      return feed;
    },
    study: () => {
      const study = new MemoryStudy({});
      studies.push(study);
      return study;
    },
  });
  const end = () => {
    frames.draw();
    view.destroy();
  };
  return { view, feeds, studies, frames, end };
}

/** A scene that shows so many bars from a time on, and the host that its layers are given. */
export function newShownScene(start: Seconds, count: number, client = answeringClient()) {
  const scene = newScene(client);
  let host: LayerHost | null = null;
  scene.view.attach({
    attach: (given) => {
      host = given;
    },
    detach: () => undefined,
  });
  scene.view.show('DEMO:GOLD', '1m');
  scene.feeds[0]?.bars.reset(barsFrom(start, count));
  scene.frames.draw();
  if (!host) throw new Error('no host was given');
  return { scene, host: host as LayerHost };
}
