import { Client, Socket } from '@chandlery/chart-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeServer } from '../../packages/core/tests/fake/server';
import { FakeWorld } from '../../packages/core/tests/fake/world';
import { AlertBook } from '../src/alerts/book';
import { Desk } from '../src/desk';

const STEP = 60;

let world: FakeWorld;
let server: FakeServer;

beforeEach(() => {
  localStorage.clear();
  world = new FakeWorld();
  server = new FakeServer(world);
  server.stock((Math.floor(server.nowS() / STEP) - 9) * STEP, 10, () => 100);
});
afterEach(() => {
  vi.useRealTimers();
});

/** A page with alerts at these prices, on a connection that is open. */
async function watching(prices: readonly number[], ask: typeof fetch = server.fetch) {
  const socket = new Socket('', { environment: world, page: 'http://fake/' });
  const desk = new Desk(new Client('', { fetch: ask }), socket, '/', {});
  const book = new AlertBook(desk);
  for (const price of prices) book.add('TEST:GOLD', price, '');
  await world.pass(7_000);
  const gone = () =>
    book.list
      .get()
      .filter(({ wentOff }) => wentOff !== null)
      .map(({ price }) => price)
      .sort((a, b) => a - b);
  return { book, gone };
}

/** Minutes with a trade each, and one of them higher; nobody hears of them. */
async function away(minutes: number, spike: number): Promise<void> {
  server.isReachable = false;
  server.cut();
  for (let minute = 0; minute < minutes; minute++) {
    await world.pass(STEP * 1_000);
    if (minute === 3) server.trade(server.nowS(), spike);
    server.trade(server.nowS(), 100);
  }
  server.restart();
  server.isReachable = true;
}

test('a spike of a long cut sets an alert off, though the stream begins anew after it', async () => {
  const { gone } = await watching([105, 120]);
  await away(70, 110);
  await world.pass(60_000);
  expect(gone()).toEqual([105]);
});

test('bars that a cut kept back are asked for again where that fails', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let failing = true;
  const { gone } = await watching([105], (...given) =>
    failing ? Promise.reject(new TypeError('fetch failed')) : server.fetch(...given),
  );
  await away(70, 110);
  await world.pass(60_000);
  expect(gone()).toEqual([]);
  failing = false;
  await vi.advanceTimersByTimeAsync(10_000);
  await world.pass(7_000);
  expect(gone()).toEqual([105]);
});

test('a server that says when to ask again is left alone until then', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let asked = 0;
  const busy = { status: 429, headers: { 'Retry-After': '60' } };
  const { gone } = await watching([105], (...given) =>
    asked++ ? server.fetch(...given) : Promise.resolve(Response.json({}, busy)),
  );
  await away(70, 110);
  await world.pass(60_000);
  await vi.advanceTimersByTimeAsync(59_000);
  expect(asked).toBe(1);
  await vi.advanceTimersByTimeAsync(4_000);
  await world.pass(7_000);
  expect(gone()).toEqual([105]);
});

test('what a late trade makes of a bar that was over sets it off', async () => {
  const { gone } = await watching([105, 95]);
  await world.pass(3 * STEP * 1_000);
  server.trade(server.nowS(), 100);
  await world.pass(7_000);
  server.trade(server.nowS() - 2 * STEP, 106);
  await world.pass(7_000);
  expect(gone()).toEqual([105]);
});

test('what happened before an alert was set, or before the page looked, does not', async () => {
  const { book, gone } = await watching([130]);
  server.trade(server.nowS() - 5 * STEP, 140);
  await away(70, 110);
  book.add('TEST:GOLD', 105, '');
  await world.pass(60_000);
  expect(gone()).toEqual([]);
  server.trade(server.nowS(), 106);
  await world.pass(7_000);
  expect(gone()).toEqual([105]);
});

test('bars that make no sense are passed over', async () => {
  const { gone } = await watching([105]);
  server.trade(server.nowS(), Number.NaN);
  await world.pass(7_000);
  server.trade(server.nowS() + STEP, 106);
  await world.pass(7_000);
  expect(gone()).toEqual([105]);
});
