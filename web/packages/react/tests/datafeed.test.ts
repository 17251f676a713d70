// @vitest-environment node
import { Client, Socket } from '@chandlery/chart-core';
import { expect, test } from 'vitest';
import { FakeServer } from '../../core/tests/fake/server';
import { FakeWorld } from '../../core/tests/fake/world';
import { Datafeed } from '../src/datafeed';
import type { LibraryBar, LibrarySymbol } from '../src/tradingview';

const GOLD = { name: 'TEST:GOLD', ticker: 'TEST:GOLD' } as LibrarySymbol;

function scene() {
  const world = new FakeWorld();
  const server = new FakeServer(world);
  const client = new Client('', { fetch: server.fetch });
  const socket = new Socket('', { environment: world, page: 'http://fake/' });
  const now = Math.floor(server.nowS() / 60) * 60;
  let price = 100;
  server.stock(now - 99 * 60, 100, () => ++price);
  return { world, server, now, datafeed: new Datafeed({ client, socket }) };
}

async function loaded(
  { world, datafeed }: ReturnType<typeof scene>,
  countBack: number,
  to?: number,
) {
  const found: { bars: readonly LibraryBar[]; noData: boolean }[] = [];
  const period = { from: 0, to: to ?? 0, countBack, firstDataRequest: to === undefined };
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
