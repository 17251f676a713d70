// @vitest-environment node
import { expect, test } from 'vitest';
import { Client } from '../../src/api/client';
import { Socket } from '../../src/api/socket';
import { type FeedOptions, SeriesFeed } from '../../src/bars/feed';
import type { ChartFeed } from '../../src/chart/feed';
import type { Bar, BarsChange, SeriesStatus } from '../../src/types';
import { FakeServer } from '../fake/server';
import { FakeWorld, seeded } from '../fake/world';

const STEP = 60;

function scene(seed = 1, options: FeedOptions = {}, symbol = 'TEST:GOLD') {
  const random = seeded(seed);
  const world = new FakeWorld(seeded(seed + 1_000_000));
  const server = new FakeServer(world);
  const client = new Client('', { fetch: server.fetch });
  const socket = new Socket('', { environment: world, page: 'http://fake/' });
  const given = { firstBars: 30, cap: 400, environment: world, ...options };
  const feed = new SeriesFeed(client, socket, symbol, '1m', given);
  const price = () => 100 + Math.round(random() * 1000) / 100;
  const stock = (count: number) =>
    server.stock((Math.floor(server.nowS() / STEP) - count + 1) * STEP, count, price);
  const chart: ChartFeed = feed;
  return { random, world, server, client, socket, feed, price, stock, chart };
}

/** Draws as a chart does: only what changes say, so that a change that says too little shows. */
function drawn(feed: SeriesFeed): () => readonly Bar[] {
  let bars: Bar[] = [...feed.bars.all()];
  feed.bars.watch((change: BarsChange) => {
    const all = feed.bars.all();
    if (change.kind === 'reset') bars = [...all];
    else if (change.kind === 'older') bars = [...all.slice(0, change.count), ...bars];
    else if (change.kind === 'tail')
      bars = [...bars.slice(0, change.from), ...all.slice(change.from)];
    else for (const index of change.indices) bars[index] = all[index] as Bar;
    expect(bars).toEqual(all);
    for (let index = 1; index < all.length; index++)
      expect((all[index] as Bar).t).toBeGreaterThan((all[index - 1] as Bar).t);
  });
  return () => bars;
}

/** What of the server's bars the feed says it has loaded. */
function loaded(feed: SeriesFeed, server: FakeServer): Bar[] {
  const first = feed.isComplete.get() ? 0 : (feed.bars.first()?.t ?? 0);
  const last = feed.isAtEnd.get() ? Infinity : (feed.bars.last()?.t ?? 0);
  return server.all().filter(({ t }) => t >= first && t <= last);
}

test('history and live bars become one series', async () => {
  const { world, server, feed, stock } = scene();
  stock(100);
  const states: SeriesStatus[] = [];
  feed.status.watch(() => states.push(feed.status.get()));
  feed.start();
  expect(feed.status.get()).toBe('connecting');
  await world.pass(7_000);
  expect(feed.status.get()).toBe('live');
  expect(feed.bars.all()).toEqual(server.all().slice(-30));
  server.trade(server.nowS(), 200);
  await world.pass(7_000);
  expect(feed.bars.last()?.c).toBe(200);
  expect(feed.newest.get()?.c).toBe(200);
  expect(states).toEqual(['live']);
  feed.stop();
});

test('an error has a code beside its words', async () => {
  const { world, server, feed } = scene();
  server.token = 'secret';
  feed.start();
  await world.pass(7_000);
  expect([feed.status.get(), feed.code.get()]).toEqual(['error', 'authentication_required']);
  feed.stop();
});

test('older bars come until there are none', async () => {
  const { world, server, feed, stock } = scene();
  stock(100);
  feed.start();
  await world.pass(7_000);
  const two = Promise.all([feed.loadOlder(50), feed.loadOlder(50)]);
  await world.pass(7_000);
  await two;
  expect(feed.bars.length).toBe(80);
  expect(feed.isComplete.get()).toBe(false);
  void feed.loadOlder(50);
  await world.pass(7_000);
  expect(feed.bars.all()).toEqual(server.all());
  expect(feed.isComplete.get()).toBe(true);
  const asked = server.requests.length;
  await feed.loadOlder(50);
  expect(server.requests.length).toBe(asked);
});

test('a cut is seen, and live shows again only when what was missed is there', async () => {
  const { world, server, feed, stock } = scene();
  stock(100);
  feed.start();
  await world.pass(7_000);
  const states: SeriesStatus[] = [];
  feed.status.watch(() => states.push(feed.status.get()));
  const done = feed.loadOlder(20);
  await world.pass(7_000);
  await done;
  server.cut();
  // More than the 50 bars of a snapshot.
  for (let minute = 0; minute < 120; minute++) server.trade(server.nowS() + minute * STEP, 300);
  await world.pass(10);
  expect(feed.status.get()).toBe('reconnecting');
  feed.bars.watch(() => expect(feed.bars.all()).toEqual(loaded(feed, server)));
  await world.pass(10_000);
  expect(states).toEqual(['reconnecting', 'live']);
  expect(feed.bars.length).toBe(169);
});

test('a machine that slept catches up', async () => {
  const { world, server, feed, stock } = scene();
  stock(100);
  feed.start();
  await world.pass(7_000);
  server.freeze();
  for (let minute = 1; minute < 90; minute++) server.trade(server.nowS() + minute * STEP, 300);
  await world.sleep(3_600_000);
  world.notice('visible');
  await world.pass(5_000);
  expect(feed.status.get()).toBe('live');
  expect(feed.bars.all()).toEqual(loaded(feed, server));
  expect(feed.bars.length).toBe(119);
});

test('a page that cannot be had holds live back, and is asked for until it is there', async () => {
  const { world, server, feed, stock } = scene();
  stock(100);
  feed.start();
  await world.pass(7_000);
  const done = feed.loadOlder(60);
  await world.pass(7_000);
  await done;
  server.failing = 1;
  server.restart();
  await world.pass(15_000);
  expect(feed.status.get()).toBe('reconnecting');
  expect(feed.reason.get()).toBe('busy');
  expect(feed.bars.length).toBe(90);
  server.failing = 0;
  await world.pass(60_000);
  expect(feed.status.get()).toBe('live');
});

test('states: an unknown market, an empty one, a server that is not there, a feed that waits', async () => {
  const unknown = scene(1, {}, 'NO:SUCH');
  unknown.feed.start();
  await unknown.world.pass(5_000);
  expect(unknown.feed.status.get()).toBe('unknown');

  const empty = scene();
  empty.feed.start();
  await empty.world.pass(500);
  expect(empty.feed.status.get()).toBe('empty');
  empty.server.trade(empty.server.nowS(), 5);
  await empty.world.pass(500);
  expect([empty.feed.status.get(), empty.feed.bars.length]).toEqual(['live', 1]);

  const gone = scene();
  gone.server.isReachable = false;
  gone.feed.start();
  await gone.world.pass(60_000);
  expect(gone.feed.status.get()).toBe('offline');
  gone.stock(50);
  gone.server.isReachable = true;
  await gone.world.pass(60_000);
  expect(gone.feed.status.get()).toBe('live');

  const late = scene();
  late.stock(10);
  late.server.feed = { name: 'binance', state: 'backfilling', reason: '', silent_s: 0 };
  late.feed.start();
  await late.world.pass(500);
  expect(late.feed.status.get()).toBe('delayed');
  expect(late.feed.reason.get()).toBe('binance: backfilling');
});

test('a gap is looked at again until it is filled', async () => {
  const { world, server, feed, stock } = scene();
  stock(50);
  server.gaps = [{ start: 60, end: 120, state: 'filling', reason: 'disconnected' }];
  feed.start();
  await world.pass(7_000);
  expect(feed.gaps.get()).toEqual(server.gaps);
  server.gaps = [];
  await world.pass(40_000);
  expect(feed.gaps.get()).toEqual([]);
  const asked = server.requests.length;
  await world.pass(120_000);
  expect(server.requests.length).toBe(asked);
  feed.stop();
});

test('a jump far back leaves the newest bars, and later ones lead there again', async () => {
  const { world, server, feed, stock } = scene(1, { cap: 3_000 });
  stock(40_000);
  feed.start();
  await world.pass(7_000);
  const time = server.all()[5_000]?.t as number;
  const jumped = feed.loadUntil(time);
  await world.pass(20_000);
  await jumped;
  expect(feed.isAtEnd.get()).toBe(false);
  expect(feed.bars.indexOf(time)).toBeGreaterThan(500);
  expect(feed.bars.length).toBe(2_000);
  expect(feed.bars.all()).toEqual(loaded(feed, server));
  server.trade(server.nowS(), 500);
  server.trade(time, 501);
  await world.pass(7_000);
  expect(feed.bars.all()).toEqual(loaded(feed, server));
  expect(feed.bars.at(feed.bars.indexOf(time)).h).toBe(501);
  const newer = feed.loadNewer(2_000);
  await world.pass(20_000);
  await newer;
  expect([feed.bars.length, feed.isAtEnd.get()]).toEqual([3_000, false]);
  const back = feed.loadNewest();
  await world.pass(20_000);
  await back;
  expect(feed.isAtEnd.get()).toBe(true);
  expect(feed.bars.all()).toEqual(loaded(feed, server));
});

test('bars beyond the cap are let go of at the far end', async () => {
  const { world, server, feed, stock } = scene(1, { cap: 100 });
  stock(300);
  feed.start();
  await world.pass(7_000);
  const older = feed.loadOlder(200);
  await world.pass(7_000);
  await older;
  expect([feed.bars.length, feed.isAtEnd.get()]).toEqual([100, false]);
  expect(feed.bars.all()).toEqual(loaded(feed, server));
  for (let step = 0; step < 10 && !feed.isAtEnd.get(); step++) {
    const newer = feed.loadNewer(50);
    await world.pass(7_000);
    await newer;
  }
  expect(feed.isAtEnd.get()).toBe(true);
  expect(feed.bars.all()).toEqual(server.all().slice(-100));
});

test('whatever is asked for while something is under way comes after it', async () => {
  const { world, server, feed, stock } = scene(1, { cap: 100 });
  stock(600);
  feed.start();
  await world.pass(7_000);
  const older = feed.loadOlder(200);
  await world.pass(7_000);
  await older;
  expect(feed.isAtEnd.get()).toBe(false);
  const first = feed.bars.first()?.t ?? 0;
  const all = [feed.loadOlder(20), feed.loadUntil(first - 50 * STEP), feed.loadNewest()];
  await world.pass(30_000);
  await Promise.all(all);
  expect(feed.isAtEnd.get()).toBe(true);
  expect(feed.bars.last()).toEqual(server.all().at(-1));
});

test('what comes in is looked at: nothing that a chart would draw wrong gets through', async () => {
  const { world, server, feed, stock } = scene();
  stock(50);
  feed.start();
  await world.pass(7_000);
  const bad = { t: server.nowS() * 1000, o: 1, h: 1, l: 1, c: 1, v: 1 };
  const told = { channel: 'candles', symbol: 'TEST:GOLD', interval: '1m', closed: false } as const;
  feed.message({ type: 'update', ...told, sequence: 9, bars: [bad] });
  feed.message({ type: 'update', ...told, sequence: 9, bars: [{ ...bad, t: 1, c: Number.NaN }] });
  expect(feed.bars.all()).toEqual(server.all().slice(-30));
});

test('nothing is left of a feed that was stopped', async () => {
  const { world, server, feed, socket, stock } = scene();
  stock(50);
  feed.start();
  await world.pass(20);
  feed.stop();
  await world.pass(60_000);
  expect(socket.state.get().phase).toBe('idle');
  expect(world.pending).toBe(0);
  const asked = server.requests.length;
  await world.pass(60_000);
  expect(server.requests.length).toBe(asked);
});

/** `SCRIPTS=3000` looks longer. */
const SCRIPTS = Number(process.env.SCRIPTS ?? 120);

test.each(Array.from({ length: SCRIPTS }, (_, seed) => seed))(
  'whatever happens, the bars are the server’s in the end (script %i)',
  async (seed) => {
    const { random, world, server, feed, price, stock } = scene(seed, {
      cap: 60 + (seed % 5) * 60,
    });
    const count = Math.floor(random() * 200);
    if (count) stock(count);
    server.slowest = random() < 0.3 ? 2_000 : 50;
    server.failing = random() < 0.3 ? 0.3 : 0;
    const mirror = drawn(feed);
    feed.status.watch(() => {
      if (feed.status.get() !== 'live') return;
      // Live shows only when what was missed before the connection began is there.
      const times = new Set(feed.bars.all().map(({ t }) => t));
      const first = feed.bars.first()?.t ?? 0;
      const last = feed.isAtEnd.get() ? Infinity : (feed.bars.last()?.t ?? 0);
      const missing = server.atConnect.filter(({ t }) => t >= first && t <= last && !times.has(t));
      expect(missing).toEqual([]);
    });
    feed.start();
    const acts: (() => unknown)[] = [
      () => server.trade(server.nowS(), price()),
      () => server.trade(server.nowS(), price()),
      () => server.trade(server.nowS() - Math.floor(random() * 20_000), price()),
      () => server.trade(server.nowS() - Math.floor(random() * 6_000), price()),
      () => void feed.loadOlder(5 + Math.floor(random() * 80)),
      () => void feed.loadNewer(5 + Math.floor(random() * 80)),
      () => void feed.loadUntil(server.nowS() - Math.floor(random() * 12_000)),
      () => void feed.loadNewest(),
      () => random() < 0.4 && server.cut(),
      () => random() < 0.2 && server.restart(),
      () => random() < 0.2 && server.freeze(),
      () => world.notice(random() < 0.5 ? 'online' : 'visible'),
      () => {
        server.isReachable = random() < 0.6;
        if (!server.isReachable) server.cut();
      },
      () => world.pass(random() * 90_000),
      () => random() < 0.2 && world.sleep(random() * 4_000_000),
    ];
    for (let step = 0; step < 120; step++) {
      await acts[Math.floor(random() * acts.length)]?.();
      await world.pass(random() * 200);
    }
    server.isReachable = true;
    server.failing = 0;
    server.slowest = 50;
    await world.pass(200_000);
    expect(feed.status.get()).toBe(server.all().length ? 'live' : 'empty');
    expect(feed.bars.all()).toEqual(loaded(feed, server));
    expect(mirror()).toEqual(feed.bars.all());
    void feed.loadNewest();
    await world.pass(20_000);
    expect(feed.bars.last()).toEqual(server.all().at(-1) ?? null);
    feed.stop();
    await world.pass(60_000);
    expect(world.pending).toBe(0);
  },
);
