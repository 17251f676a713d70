import type { Bar } from '@chandlery/chart-core';
import { expect, test } from 'vitest';
import { type Alert, keptAlerts, priceText, reached, typedPrice } from '../src/alerts/alerts';
import { Track } from '../src/alerts/track';
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
  since: 0,
  wentOff: null,
  ...more,
});
/** The prices of alerts that go off where bars come after another. */
function prices(alerts: readonly Alert[], before: Bar, ...now: Bar[]): number[] {
  const track = new Track();
  track.take([before]);
  return reached(alerts, 'A:B', track.take(now)).map(({ price }) => price);
}

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

test('a late bar counts with what it has beyond what was known of it', () => {
  const [first, second] = [bar(60, 100, 101, 99, 100), bar(120, 100, 101, 99, 100)];
  const late = [second, bar(60, 100, 103, 99, 100)];
  expect(prices([alert(102), alert(104), alert(101.5)], first, ...late)).toEqual([102, 101.5]);
  expect(prices([alert(105), alert(98)], first, second, bar(0, 100, 110, 90, 100))).toEqual([]);
});

test('a bar that had ended when an alert was set does not count for it', () => {
  const before = bar(60, 100, 101, 99, 100);
  const spike = [bar(120, 100, 110, 99, 100), bar(180, 100, 101, 99, 100)];
  const set = (since: number) => prices([alert(105, { since })], before, ...spike);
  expect(set(179_999)).toEqual([105]);
  expect(set(180_000)).toEqual([]);
});

test('bars are forgotten after a day, and count no more', () => {
  const track = new Track();
  track.take([bar(0, 100, 101, 99, 100)]);
  for (let t = 60; t <= 1_440 * 60; t += 60) track.take([bar(t, 100, 101, 99, 100)]);
  expect(track.take([bar(0, 100, 110, 99, 100)])).toEqual([]);
  expect(track.take([bar(60, 100, 110, 99, 100)])).toMatchObject([{ high: 110 }]);
});

test('prices are written as the axis does, however small', () => {
  expect([1e-7, 1.5e-10, 64010.5, 100, 1.23456].map(priceText)).toEqual([
    '0.0000001',
    '0.0₉15',
    '64010.5',
    '100',
    '1.23456',
  ]);
  expect([1e-7, 64010.5].map(typedPrice)).toEqual(['0.0000001', '64010.5']);
});

test('alerts that were kept before they knew since when they wait are kept', () => {
  localStorage.setItem('chandlery.alerts', JSON.stringify([{ ...alert(5), since: undefined }]));
  expect(keptAlerts.read()).toEqual([alert(5)]);
});

test('a tiny chart fills its box, and a flat one does not divide by zero', () => {
  expect(sparkPath([1, 3, 2], 10, 4)).toBe('M0.0 4.0L5.0 0.0L10.0 2.0');
  expect(sparkPath([5, 5], 10, 4)).toBe('M0.0 4.0L10.0 4.0');
  expect(sparkPath([5], 10, 4)).toBe('');
});
