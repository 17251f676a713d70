// @vitest-environment node
import { expect, test } from 'vitest';
import { Client } from '../../src/api/client';
import { Socket } from '../../src/api/socket';
import { SeriesFeed } from '../../src/bars/feed';
import type { StudyFeed } from '../../src/chart/indicators';
import { studiesOf } from '../../src/indicators/study';
import { compute, FORMULAS, valuesOf } from '../../src/indicators/table';
import { FakeServer, TIMELINE } from '../fake/server';
import { FakeWorld, seeded } from '../fake/world';

const STEP = 60;

function scene(name: string, given: Record<string, number | string>, seed: number) {
  const random = seeded(seed);
  const world = new FakeWorld(seeded(seed + 77));
  const server = new FakeServer(world);
  const client = new Client('', { fetch: server.fetch });
  const socket = new Socket('', { environment: world, page: 'http://fake/' });
  const options = { firstBars: 40, cap: 500, environment: world };
  const feed = new SeriesFeed(client, socket, server.symbol, '1m', options);
  const price = () => 100 + Math.round(random() * 1000) / 100;
  server.stock((Math.floor(server.nowS() / STEP) - 799) * STEP, 800, price);
  const study = studiesOf(client, world)(feed, name, given);
  return { random, world, server, feed, study, price };
}

/** The values over the whole history of the server, at the bars that are loaded. */
function wanted(name: string, given: object, feed: SeriesFeed, server: FakeServer) {
  const formula = FORMULAS[name];
  if (!formula) throw new Error(name);
  const all = server.all();
  const from = formula.isCumulative ? all.findIndex(({ t }) => t === feed.bars.first()?.t) : 0;
  const read = all.slice(from);
  const columns = compute(formula, valuesOf(formula, { ...given }), read, TIMELINE);
  const first = feed.bars.first()?.t ?? 0;
  const rows = read.flatMap(({ t }, row) =>
    t >= first && t <= (feed.bars.last()?.t ?? 0) ? [row] : [],
  );
  return Object.fromEntries(
    Object.entries(columns).map(([output, column]) => [
      output,
      rows.map((row) => column[row] as number),
    ]),
  );
}

function same(study: StudyFeed, values: Record<string, number[]>): void {
  for (const [output, column] of Object.entries(values)) {
    const found = Array.from(study.columns[output] ?? []) as number[];
    expect([output, found.length]).toEqual([output, column.length]);
    const wrong = column.flatMap((value, row) => {
      const other = found[row] as number;
      const isSame = Number.isNaN(value)
        ? Number.isNaN(other)
        : Math.abs(other - value) <= 1e-9 * Math.max(Math.abs(value), 0.1);
      return isSame ? [] : [[row, other, value]];
    });
    expect([output, wrong]).toEqual([output, []]);
  }
}

const STUDIES = [
  ['sma', { period: 60 }],
  ['ema', { period: 9 }],
  ['wma', { period: 5, source: 'hl2' }],
  ['vwap', { anchor: 'day' }],
  ['bollinger', {}],
  ['rsi', { period: 5 }],
  ['macd', { fast: 3, slow: 6, signal: 4 }],
  ['atr', { period: 4 }],
  ['stochastic', { period: 12, smooth: 3 }],
  ['adx', { period: 4 }],
  ['obv', {}],
  ['ichimoku', {}],
  ['supertrend', { period: 3, multiplier: 1 }],
] as const;

test.each(STUDIES)(
  '%s %j goes on from the server’s values, and what was drawn stays',
  async (name, given) => {
    const { world, server, feed, study, price } = scene(name, given, 3);
    feed.start();
    await world.pass(8_000);
    same(study, wanted(name, given, feed, server));
    const asked = server.requests.length;
    for (let minute = 0; minute < 5; minute++) {
      for (let trade = 0; trade < 4; trade++) {
        server.trade(server.nowS(), price());
        await world.pass(15_000);
        const last = Object.fromEntries(
          Object.entries(wanted(name, given, feed, server)).map(([output, column]) => [
            output,
            column.at(-1),
          ]),
        );
        for (const [output, value] of Object.entries(last))
          expect((study.columns[output] as number[]).at(-1)).toBeCloseTo(value as number, 8);
      }
    }
    same(study, wanted(name, given, feed, server));
    expect(server.requests.length).toBe(asked);
    expect(study.reason.get()).toBe('');
    study.stop();
    feed.stop();
  },
);

const SCRIPTS = Number(process.env.SCRIPTS ?? 52);

test.each(Array.from({ length: SCRIPTS }, (_, seed) => seed))(
  'whatever happens, values are the server’s in the end (script %i)',
  async (seed) => {
    const [name, given] = STUDIES[seed % STUDIES.length] as (typeof STUDIES)[number];
    const { random, world, server, feed, study, price } = scene(name, given, seed);
    server.failing = seed % 3 ? 0 : 0.2;
    feed.start();
    const acts: (() => unknown)[] = [
      () => server.trade(server.nowS(), price()),
      () => server.trade(server.nowS(), price()),
      () => random() < 0.3 && server.trade(server.nowS() - Math.floor(random() * 3_000), price()),
      () => void feed.loadOlder(5 + Math.floor(random() * 80)),
      () => void feed.loadNewest(),
      () => random() < 0.3 && server.cut(),
      () => random() < 0.1 && server.restart(),
      () => random() < 0.2 && void feed.loadUntil(server.nowS() - Math.floor(random() * 40_000)),
      () => world.pass(random() * 60_000),
    ];
    for (let step = 0; step < 40; step++) {
      await acts[Math.floor(random() * acts.length)]?.();
      await world.pass(random() * 500);
    }
    server.failing = 0;
    await world.pass(200_000);
    expect(feed.status.get()).toBe('live');
    same(study, wanted(name, given, feed, server));
    study.stop();
    feed.stop();
    await world.pass(60_000);
    expect(world.pending).toBe(0);
  },
);

test.each(STUDIES)(
  'where the browser does not know the market’s zone, %s %j goes on or is asked for, and is never wrong',
  async (name, given) => {
    const { world, server, feed, study, price } = scene(name, given, 4);
    server.timeZone = 'Mars/Olympus_Mons';
    feed.start();
    await world.pass(8_000);
    for (let trade = 0; trade < 12; trade++) {
      server.trade(server.nowS(), price());
      await world.pass(15_000);
    }
    await world.pass(5_000);
    const values = wanted(name, given, feed, server);
    // When the day of the bar in the making began only the server can tell.
    if (name === 'vwap')
      for (const column of Object.values(values)) column.splice(-1, 1, Number.NaN);
    same(study, values);
    expect(study.reason.get()).toBe('');
    expect(server.requests.filter((path) => path.includes(`/${name}`)).length).toBeLessThan(8);
    study.stop();
    feed.stop();
  },
);

test('what the server refuses is said, and not asked for again and again', async () => {
  const { world, server, feed, study } = scene('sma', {}, 1);
  const other = new Client('', {
    fetch: async () => Response.json({ error: 'no', code: 'bad_parameter' }, { status: 400 }),
  });
  const refused = studiesOf(other, world)(feed, 'sma', { period: 0 });
  feed.start();
  await world.pass(20_000);
  expect(refused.reason.get()).toBe('no');
  expect(study.reason.get()).toBe('');
  const unknown = studiesOf(other, world)(feed, 'newer', {});
  expect(unknown.reason.get()).toContain("does not know the indicator 'newer'");
  expect(server.requests.filter((path) => path.includes('/sma'))).toHaveLength(1);
});
