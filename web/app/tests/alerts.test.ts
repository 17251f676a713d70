import type { Bar } from '@chandlery/chart-core';
import { expect, test } from 'vitest';
import { type Alert, reached } from '../src/alerts/alerts';
import { sparkPath } from '../src/watchlist/tickers';

const bar = (t: number, o: number, h: number, l: number, c: number): Bar => ({
  t,
  o,
  h,
  l,
  c,
  v: 1,
});
const alert = (price: number, more: Partial<Alert> = {}): Alert => ({
  id: String(price),
  symbol: 'A:B',
  price,
  note: '',
  wentOff: null,
  ...more,
});
const prices = (alerts: readonly Alert[], before: Bar, now: Bar) =>
  reached(alerts, 'A:B', before, now).map(({ price }) => price);

test('an alert goes off when the price passes it, from either side', () => {
  const before = bar(60, 100, 101, 99, 100);
  expect(prices([alert(102), alert(104)], before, bar(60, 100, 103, 99, 103))).toEqual([102]);
  expect(prices([alert(98), alert(96)], before, bar(60, 100, 101, 97, 97))).toEqual([98]);
});

test('a spike between two looks sets it off', () => {
  const before = bar(60, 100, 101, 99, 100);
  expect(prices([alert(105)], before, bar(60, 100, 106, 99, 100))).toEqual([105]);
});

test('what was high in the bar before the alert was set does not', () => {
  const before = bar(60, 100, 110, 90, 100);
  expect(prices([alert(105)], before, bar(60, 100, 110, 90, 101))).toEqual([]);
});

test('the whole of the next bar counts, and the gap to it', () => {
  const before = bar(60, 100, 110, 90, 100);
  expect(prices([alert(105), alert(103)], before, bar(120, 108, 109, 107, 108))).toEqual([
    105, 103,
  ]);
});

test('one that went off, or is of another market, stays quiet', () => {
  const before = bar(60, 100, 101, 99, 100);
  const now = bar(60, 100, 120, 99, 120);
  const others = [alert(110, { wentOff: 1 }), alert(110, { symbol: 'C:D' }), alert(100)];
  expect(prices(others, before, now)).toEqual([]);
});

test('a tiny chart fills its box, and a flat one does not divide by zero', () => {
  expect(sparkPath([1, 3, 2], 10, 4)).toBe('M0.0 4.0L5.0 0.0L10.0 2.0');
  expect(sparkPath([5, 5], 10, 4)).toBe('M0.0 4.0L10.0 4.0');
  expect(sparkPath([5], 10, 4)).toBe('');
});
