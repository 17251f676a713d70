// @vitest-environment node
import { expect, test } from 'vitest';
import { Client } from '../../src/api/client';
import { History, type Later } from '../../src/bars/history';
import { FakeServer } from '../fake/server';
import { FakeWorld, seeded } from '../fake/world';

test('after a long stretch without bars no more are loaded than were asked for, and none is left out', async () => {
  const world = new FakeWorld(seeded(1));
  const server = new FakeServer(world);
  const client = new Client('', { fetch: server.fetch });
  const history = new History(client, server.symbol, '1m', 60, () => server.nowS());
  const now = Math.floor(server.nowS() / 60) * 60;
  const before = now - 120_000 * 60;
  server.stock(before, 1, () => 1);
  server.stock(now - 60_000 * 60, 60_000, () => 2);
  let later: Later | null = null;
  void history.after(before, 100).then((found) => {
    later = found;
  });
  await world.pass(60_000);
  const { bars, until } = later ?? { bars: [], until: null };
  expect(bars.length).toBeGreaterThan(0);
  expect(bars.length).toBeLessThan(10_000);
  expect(bars).toEqual(server.all().filter(({ t }) => t > before && t < (until ?? Infinity)));
});
