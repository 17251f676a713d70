import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Layer, LayerHost } from '../../src/chart/layer';
import type { ChartView } from '../../src/chart/view';
import { barsFrom, type MemoryFeed, newScene, type Scene } from './stand-ins';

const NOON = Date.parse('2024-06-03T12:00:00Z') / 1000;

let scene: ReturnType<typeof newScene>;
let frames: Scene['frames'];
let feeds: MemoryFeed[];

beforeEach(() => {
  scene = newScene();
  ({ frames, feeds } = scene);
});

afterEach(() => scene.end());

function newView(): ChartView {
  return scene.view;
}

function shown(count = 300): { view: ChartView; feed: MemoryFeed; host: LayerHost } {
  const view = newView();
  const layer = new Recorder();
  view.attach(layer);
  view.show('DEMO:GOLD', '1m');
  const feed = feeds[0] as MemoryFeed;
  feed.bars.reset(barsFrom(NOON, count));
  return { view, feed, host: layer.host as LayerHost };
}

class Recorder implements Layer {
  host: LayerHost | null = null;
  attached = 0;
  attach(host: LayerHost): void {
    this.host = host;
    this.attached++;
  }
  detach(): void {
    this.host = null;
  }
}

const times = (host: LayerHost) => host.series.data().map((item) => item.time);

test('shows the bars of a feed, and starts and stops it', () => {
  const { view, feed, host } = shown(3);
  expect(times(host)).toEqual([NOON, NOON + 60, NOON + 120]);
  expect(host.series.data()[2]).toMatchObject({ open: 101.5, high: 103, low: 101, close: 102 });
  expect([feed.isStarted, view.symbol, view.interval]).toEqual([true, 'DEMO:GOLD', '1m']);
  view.show('DEMO:BTC', '1m');
  expect([feed.isStarted, feeds[1]?.isStarted, feed.bars.watchers]).toEqual([false, true, 0]);
  view.destroy();
  expect([feeds[1]?.isStarted, feeds[1]?.bars.watchers]).toEqual([false, 0]);
});

test('updates are drawn once a frame, by update and not by setting all', () => {
  const { feed, host } = shown(3);
  frames.draw();
  const set = vi.spyOn(host.series, 'setData');
  const update = vi.spyOn(host.series, 'update');
  for (let price = 102; price < 150; price++) {
    feed.bars.put({ t: NOON + 120, o: 101.5, h: 160, l: 100, c: price, v: 5 });
  }
  expect(update).not.toHaveBeenCalled();
  frames.draw();
  expect([set.mock.calls.length, update.mock.calls.length]).toEqual([0, 1]);
  expect(host.series.data()[2]).toMatchObject({ close: 149 });
});

test('a new bar moves the chart along, and not while it looks at older ones', () => {
  const { view, feed } = shown();
  frames.draw();
  const before = view.visible.get();
  feed.bars.put(...barsFrom(NOON + 300 * 60, 1));
  frames.draw();
  expect(view.visible.get()?.to).toBe((before?.to ?? 0) + 60);
  expect(view.isAtEdge.get()).toBe(true);
  view.scroll(-150);
  frames.draw();
  expect(view.isAtEdge.get()).toBe(false);
  const back = view.visible.get();
  feed.bars.put(...barsFrom(NOON + 301 * 60, 1));
  frames.draw();
  expect(view.visible.get()).toEqual(back);
  void view.toNow();
  frames.draw();
  expect(view.isAtEdge.get()).toBe(true);
});

test('a correction, and a late trade that makes a bar, change what is drawn', () => {
  const { feed, host } = shown(5);
  frames.draw();
  feed.bars.correct(1, { t: NOON + 60, o: 1, h: 2, l: 0.5, c: 1.5, v: 1 });
  frames.draw();
  expect(host.series.data()[1]).toMatchObject({ open: 1, close: 1.5 });
  feed.bars.put({ t: NOON + 90, o: 7, h: 7, l: 7, c: 7, v: 1 });
  frames.draw();
  expect(times(host)).toEqual([0, 60, 90, 120, 180, 240].map((offset) => NOON + offset));
});

test('older bars are loaded before they are seen, and the view stays where it is', async () => {
  const { view, feed } = shown(300);
  feed.isComplete.set(false);
  frames.draw();
  expect(feed.asked).toEqual([]);
  view.scroll(-180);
  frames.draw();
  const before = view.visible.get();
  expect(feed.asked.length).toBe(1);
  await Promise.resolve();
  frames.draw();
  expect(view.visible.get()).toEqual(before);
  expect(view.bars().length).toBe(300 + (feed.asked[0] ?? 0));
});

test('nothing older is asked for where there is nothing', () => {
  const { view, feed } = shown(60);
  view.fit();
  frames.draw();
  expect(feed.asked).toEqual([]);
});

test('another interval shows the same time when it looked back, and the edge when it was there', () => {
  const { view } = shown(2000);
  frames.draw();
  view.scroll(-500);
  frames.draw();
  const back = view.visible.get()?.to ?? 0;
  view.show('DEMO:GOLD', '5m');
  feeds[1]?.bars.reset(barsFrom(NOON, 400, 300));
  frames.draw();
  expect(Math.abs((view.visible.get()?.to ?? 0) - back)).toBeLessThan(300);
  void view.toNow();
  frames.draw();
  view.show('DEMO:GOLD', '1m');
  feeds[2]?.bars.reset(barsFrom(NOON, 2000));
  frames.draw();
  expect(view.isAtEdge.get()).toBe(true);
});

test('the bars before stay until the next ones are there', () => {
  const { view, feed } = shown(3);
  view.show('DEMO:BTC', '1m');
  expect(view.bars()).toEqual(feed.bars.all());
  feeds[1]?.status.set('unknown');
  expect(view.bars()).toEqual([]);
});

test('goes to a time that is not loaded yet', async () => {
  const { view } = shown(300);
  frames.draw();
  await view.goTo(NOON - 6_000);
  frames.draw();
  const { from, to } = view.visible.get() ?? { from: 0, to: 0 };
  expect(Math.abs((from + to) / 2 - (NOON - 6_000))).toBeLessThan(60);
});

test.each(['hollow', 'heikin', 'bars', 'line', 'area', 'baseline', 'columns'] as const)(
  'as %s the same times are shown, and layers come along',
  (kind) => {
    const view = newView();
    const layer = new Recorder();
    view.attach(layer);
    view.show('DEMO:GOLD', '1m');
    feeds[0]?.bars.reset(barsFrom(NOON, 20));
    view.setKind(kind);
    expect(layer.attached).toBe(2);
    expect(layer.host && times(layer.host)).toEqual(barsFrom(NOON, 20).map((bar) => bar.t));
    feeds[0]?.bars.put(...barsFrom(NOON + 1200, 1));
    frames.draw();
    expect(layer.host?.series.data().length).toBe(21);
  },
);

test('a layer knows where times and prices are, between bars and after the last', () => {
  const { host } = shown(300);
  const at = (time: number) => host.xOf(time) ?? Number.NaN;
  const last = NOON + 299 * 60;
  const spacing = at(last) - at(last - 60);
  expect(spacing).toBeCloseTo(8);
  expect(at(last - 30)).toBeCloseTo(at(last) - spacing / 2);
  expect(at(last + 120)).toBeCloseTo(at(last) + 2 * spacing);
  expect(host.timeOf(at(last - 45))).toBeCloseTo(last - 45);
  expect(host.timeOf(at(last + 90))).toBeCloseTo(last + 90);
  expect([host.toTick(1.006), host.formatPrice(1.006)]).toEqual([1.01, '1.01']);
});

test('the chart stands still while anyone holds it', () => {
  const { host } = shown(3);
  const first = host.holdStill();
  const second = host.holdStill();
  first();
  first();
  expect(host.chart.options().handleScroll).toMatchObject({ mouseWheel: false });
  second();
  expect(host.chart.options().handleScroll).toMatchObject({ mouseWheel: true });
});

test('volumes beyond what the library draws are drawn smaller and told as they are', () => {
  const view = newView();
  const layer = new Recorder();
  view.attach(layer);
  view.show('DEMO:GOLD', '1m');
  const huge = barsFrom(NOON, 3).map((bar) => ({ ...bar, v: 5e17 }));
  feeds[0]?.bars.reset(huge);
  const volume = layer.host?.chart
    .panes()[0]
    ?.getSeries()
    .find((series) => series.seriesType() === 'Histogram');
  const drawn = volume?.data()[0] as { value: number } | undefined;
  expect(drawn?.value).toBeLessThan(9e13);
  expect(volume?.priceFormatter().format(drawn?.value ?? 0)).toBe('500Q');
});

test('another zone moves no bar', () => {
  const { view, host } = shown(3);
  frames.draw();
  const before = view.visible.get();
  view.setZone('America/New_York');
  frames.draw();
  expect([times(host)[0], view.visible.get()]).toEqual([NOON, before]);
  expect(() => view.setZone('Mars/Olympus')).toThrow('unknown time zone');
  expect(view.zone.get()).toBe('America/New_York');
});

test('the view stays where it is while bars at the new end go and come back', () => {
  const { view, feed } = shown(1000);
  frames.draw();
  view.scroll(-600);
  frames.draw();
  const before = view.visible.get();
  feed.isAtEnd.set(false);
  feed.bars.cut(800);
  frames.draw();
  frames.draw();
  expect(view.visible.get()).toEqual(before);
  feed.bars.put(...barsFrom(NOON + 800 * 60, 300));
  frames.draw();
  frames.draw();
  expect(view.visible.get()).toEqual(before);
  expect(view.isAtEdge.get()).toBe(false);
});

test('the newest loaded bar is not the edge where newer ones are not loaded', async () => {
  const { view, feed } = shown(300);
  feed.isAtEnd.set(false);
  frames.draw();
  expect(view.isAtEdge.get()).toBe(false);
  expect(feed.asked.length).toBe(1);
  feed.isAtEnd.set(true);
  await view.toNow();
  frames.draw();
  expect(view.isAtEdge.get()).toBe(true);
});

test('100,000 bars in a zone that changes its clocks are shown at once', () => {
  const view = newView();
  view.setZone('America/New_York');
  view.show('DEMO:GOLD', '1m');
  const asked = vi.spyOn(Intl.DateTimeFormat.prototype, 'formatToParts');
  feeds[0]?.bars.reset(barsFrom(NOON, 100_000));
  expect(view.bars().length).toBe(100_000);
  expect(asked.mock.calls.length).toBeLessThan(500);
});

test('where nothing older comes, the server is left in peace for a while', async () => {
  const { view, feed } = shown(300);
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1_000);
  const ask = vi.spyOn(feed, 'loadOlder').mockResolvedValue();
  feed.isComplete.set(false);
  view.scroll(-200);
  for (let frame = 0; frame < 5; frame++) {
    frames.draw();
    await Promise.resolve();
    feed.bars.put({ t: NOON + 299 * 60, o: 1, h: 2, l: 1, c: frame, v: 1 });
  }
  expect(ask).toHaveBeenCalledOnce();
  clock.mockReturnValue(4_000);
  frames.draw();
  expect(ask).toHaveBeenCalledTimes(2);
});

test('with whitespace bars are as far apart as their times, and only bars are told of', () => {
  const { view, feed, host } = shown(200);
  feed.bars.put(...barsFrom(NOON + 240 * 60, 1));
  frames.draw();
  const { spacing, last } = widths(host);
  expect(last()).toBeCloseTo(spacing(), 6);
  view.setWhitespace(true);
  frames.draw();
  expect(last()).toBeCloseTo(41 * spacing(), 6);
  expect(view.isAtEdge.get()).toBe(true);
  expect(host.timeOf((host.xOf(NOON + 220 * 60) ?? 0) + spacing())).toBeCloseTo(NOON + 221 * 60, 6);
  expect([view.bars().length, times(host).length]).toEqual([201, 201]);
  feed.bars.put(...barsFrom(NOON + 250 * 60, 1));
  frames.draw();
  expect(last()).toBeCloseTo(10 * spacing(), 6);
  expect(view.isAtEdge.get()).toBe(true);
  view.setWhitespace(false);
  frames.draw();
  expect(last()).toBeCloseTo(spacing(), 6);
});

test('with whitespace the view stays where it is, whatever comes at the ends', () => {
  const { view, feed } = shown(300);
  view.setWhitespace(true);
  frames.draw();
  view.scroll(-150);
  frames.draw();
  const before = view.visible.get();
  feed.bars.put(...barsFrom(NOON + 310 * 60, 1));
  frames.draw();
  expect(view.visible.get()).toEqual(before);
  feed.bars.prepend(barsFrom(NOON - 90 * 60, 20));
  frames.draw();
  expect(view.visible.get()).toEqual(before);
  view.setZone('America/New_York');
  frames.draw();
  expect(view.visible.get()).toEqual(before);
});

test('bars that still stand in for others are not spaced as those would be', () => {
  const { view } = shown(200);
  view.show('DEMO:GOLD', '1s');
  view.setWhitespace(true);
  frames.draw();
  expect(view.places.placeOf(199)).toBe(199);
  (feeds[1] as MemoryFeed).bars.reset(barsFrom(NOON, 10));
  frames.draw();
  expect(view.places.placeOf(9)).toBe(9 * 60);
});

test('whitespace waits for what is known of the market', () => {
  const view = newView();
  view.setWhitespace(true);
  const layer = new Recorder();
  view.attach(layer);
  view.show('DEMO:GOLD', '1m');
  const feed = feeds[0] as MemoryFeed;
  const market = feed.market.get();
  feed.market.set(null);
  feed.bars.reset([...barsFrom(NOON, 50), ...barsFrom(NOON + 60 * 60, 1)]);
  frames.draw();
  const { spacing, last } = widths(layer.host as LayerHost);
  expect(last()).toBeCloseTo(spacing(), 6);
  feed.market.set(market);
  frames.draw();
  expect(last()).toBeCloseTo(11 * spacing(), 6);
});

/** How wide a place is, and the way from the last but one bar to the last. */
function widths(host: LayerHost) {
  const xOf = (back: number) => host.xOf(host.bars.at(host.bars.length - back).t) ?? Number.NaN;
  return {
    spacing: () => host.chart.timeScale().options().barSpacing,
    last: () => xOf(1) - xOf(2),
  };
}
