// @vitest-environment node
import { Client, Socket } from '@chandlery/chart-core';
import { expect, test, vi } from 'vitest';
import { FakeServer } from '../../core/tests/fake/server';
import { FakeWorld } from '../../core/tests/fake/world';
import { Datafeed } from '../src/datafeed';
import type { LibraryBar, LibraryQuote, LibrarySymbol } from '../src/tradingview';

const GOLD = { name: 'TEST:GOLD', ticker: 'TEST:GOLD' } as LibrarySymbol;

const UDF: Record<string, unknown> = {
  config: { supports_marks: true, supported_resolutions: ['1', '1D'] },
  search: [{ symbol: 'GOLD', ticker: 'TEST:GOLD' }],
  symbols: { name: 'GOLD', ticker: 'TEST:GOLD', intraday_multipliers: ['1'] },
  marks: [{ id: 'a', time: 60, text: 'here' }],
  timescale_marks: [{ id: 1, time: 60, label: 'B', shape: 'circle' }],
  quotes: { s: 'ok', d: [{ s: 'ok', n: 'TEST:GOLD', v: { lp: 1 } }] },
};

function scene() {
  const world = new FakeWorld();
  const server = new FakeServer(world);
  const asked: string[] = [];
  const fetched = async (address: RequestInfo | URL, given?: RequestInit) => {
    const [, path, query = ''] = /^\/api\/tradingview\/(\w+)\??(.*)/.exec(String(address)) ?? [];
    if (!path) return server.fetch(address, given);
    asked.push(`${path} ${decodeURIComponent(query)}`);
    if (query.includes('NO')) return Response.json({ s: 'error', errmsg: 'unknown_symbol' });
    return Response.json(UDF[path] ?? null);
  };
  const client = new Client('', { fetch: fetched as typeof fetch });
  const socket = new Socket('', { environment: world, page: 'http://fake/' });
  const now = Math.floor(server.nowS() / 60) * 60;
  let price = 100;
  server.stock(now - 99 * 60, 100, () => ++price);
  const resets = vi.fn();
  const datafeed = new Datafeed({ client, socket }, resets);
  return { world, server, now, asked, resets, datafeed };
}

async function loaded(
  { world, datafeed }: ReturnType<typeof scene>,
  countBack: number,
  to?: number,
  from = to ?? Number.POSITIVE_INFINITY,
) {
  const found: { bars: readonly LibraryBar[]; noData: boolean }[] = [];
  const period = { from, to: to ?? 0, countBack, firstDataRequest: to === undefined };
  const fail = (reason: string) => expect.unreachable(reason);
  datafeed.getBars(GOLD, '1m', period, (bars, { noData }) => found.push({ bars, noData }), fail);
  await world.pass(1_000);
  return found[0];
}

test('the first request is answered with the newest bars, others with those before a time', async () => {
  const it = scene();
  const newest = await loaded(it, 10);
  expect(newest?.bars.map(({ time }) => time / 1000)).toEqual(
    Array.from({ length: 10 }, (_, index) => it.now - (9 - index) * 60),
  );
  const older = await loaded(it, 5, it.now - 9 * 60);
  expect(older?.bars.at(-1)?.time).toBe((it.now - 10 * 60) * 1000);
  expect((await loaded(it, 5, it.now - 500 * 60))?.noData).toBe(true);
});

test('everything of the period is answered, however few bars were asked for', async () => {
  const it = scene();
  const all = await loaded(it, 5, it.now, it.now - 30 * 60);
  expect(all?.bars.map(({ time }) => time / 1000)).toEqual(
    Array.from({ length: 30 }, (_, index) => it.now - (30 - index) * 60),
  );
  const asked = it.server.requests.length;
  expect((await loaded(it, 40, it.now, it.now - 30 * 60))?.bars).toHaveLength(40);
  expect(it.server.requests.length).toBe(asked + 1);
});

test('symbols, marks and quotes are those of the server’s UDF', async () => {
  const it = scene();
  const told: unknown[] = [];
  const tell = (found: unknown) => told.push(found);
  it.datafeed.onReady(tell);
  it.datafeed.searchSymbols(' gold ', 'TEST', '', tell);
  it.datafeed.resolveSymbol('TEST:GOLD', tell, () => expect.unreachable());
  it.datafeed.resolveSymbol('NO', () => expect.unreachable(), tell);
  it.datafeed.getMarks(GOLD, 0, 120, tell, '1');
  it.datafeed.getTimescaleMarks(GOLD, 0, 120, tell, '1');
  it.datafeed.getQuotes(['TEST:GOLD'], tell, () => expect.unreachable());
  await it.world.pass(10);
  const { config, search, symbols, marks, timescale_marks: scale, quotes } = UDF;
  const wanted = [
    config,
    search,
    symbols,
    'unknown_symbol',
    marks,
    scale,
    (quotes as { d: object }).d,
  ];
  expect(told).toEqual(expect.arrayContaining(wanted));
  expect(told).toHaveLength(wanted.length);
  expect(it.asked).toContain('search query=gold&exchange=TEST&type=&limit=50');
  expect(it.asked).toContain('marks symbol=TEST:GOLD&from=0&to=120&resolution=1');
});

test('quotes are streamed, and of an unknown symbol it is said that it is', async () => {
  const it = scene();
  const told: LibraryQuote[] = [];
  it.datafeed.subscribeQuotes(['TEST:GOLD', 'X:Y'], ['X:Y'], (quotes) => told.push(...quotes), 'a');
  await it.world.pass(1_000);
  expect(told).toContainEqual({ s: 'error', n: 'X:Y', v: {} });
  const v = { original_name: 'TEST:GOLD', short_name: 'GOLD', lp: 5, open_price: 4 };
  expect(told).toContainEqual({ s: 'ok', n: 'TEST:GOLD', v });
  it.datafeed.unsubscribeQuotes('a');
  await it.world.pass(60_000);
  expect(it.world.pending).toBe(0);
});

test('a trade is streamed into the newest bar, and never into one before it', async () => {
  const it = scene();
  await loaded(it, 10);
  const ticks: LibraryBar[] = [];
  it.datafeed.subscribeBars(
    GOLD,
    '1m',
    (bar) => ticks.push(bar),
    'one',
    () => undefined,
  );
  await it.world.pass(1_000);
  it.server.trade(it.now + 5, 250);
  await it.world.pass(1_000);
  expect(ticks.at(-1)).toMatchObject({ time: it.now * 1000, close: 250, high: 250 });
  expect(Math.min(...ticks.map(({ time }) => time))).toBe(it.now * 1000);
  const count = ticks.length;
  it.datafeed.unsubscribeBars('one');
  it.server.trade(it.now + 6, 251);
  await it.world.pass(1_000);
  expect(ticks.length).toBe(count);
});

test('a correction has the library forget what it knows', async () => {
  const it = scene();
  let resets = 0;
  it.datafeed.subscribeBars(
    GOLD,
    '1m',
    () => undefined,
    'one',
    () => resets++,
  );
  await it.world.pass(1_000);
  it.server.trade(it.now - 300, 999);
  await it.world.pass(1_000);
  expect(resets).toBe(1);
  await vi.waitFor(() => expect(it.resets).toHaveBeenCalledOnce());
});

test('what goes wrong is told in words', async () => {
  const it = scene();
  const reasons: string[] = [];
  const period = { from: 0, to: 0, countBack: 5, firstDataRequest: true };
  const other = { name: 'X:Y', ticker: 'X:Y' } as LibrarySymbol;
  it.datafeed.getBars(
    other,
    '1m',
    period,
    () => expect.unreachable(),
    (reason) => reasons.push(reason),
  );
  await it.world.pass(1_000);
  expect(reasons.length).toBe(1);
});
