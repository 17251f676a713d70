import { expect, test } from 'vitest';
import { logicalOf, timeAt } from '../../src/chart/axis';
import { dirtied } from '../../src/chart/plot';
import { Slots } from '../../src/chart/slots';
import { betweenOf } from '../../src/time/empty';
import { seeded } from '../fake/world';
import { barsFrom, MARKET, MemoryBars } from './stand-ins';

const MINUTES = betweenOf(MARKET, '1m');

function slotsOf(times: readonly number[], most?: number) {
  const bars = new MemoryBars();
  bars.reset(times.flatMap((minute) => barsFrom(minute * 60, 1)));
  const slots = new Slots(bars, most);
  slots.space(MINUTES);
  const dirtyAt: number[] = [];
  bars.watch((change) => dirtyAt.push(slots.take(dirtied(null, change) as number)));
  const minutes = () => Array.from({ length: slots.length }, (_, at) => slots.at(at).t / 60);
  return { bars, slots, dirtyAt, minutes };
}

test('bars lie as far apart as their times, and the scale is that of the places', () => {
  const { slots, minutes } = slotsOf([10, 11, 14]);
  expect(minutes()).toEqual([10, 11, 12, 13, 14]);
  expect([-1, 0, 1, 2, 3].map((bar) => slots.placeOf(bar))).toEqual([-1, 0, 1, 4, 5]);
  expect([-1, 0, 1, 3, 4, 5].map((place) => slots.barAt(place))).toEqual([-1, 0, 1, 1, 2, 3]);
  expect([0, 2, 4, 5].map((place) => slots.timeOn(place))).toEqual([600, null, 840, null]);
  const axis = { bars: slots, step: 60 };
  expect([logicalOf(axis, 750), timeAt(axis, 2.5)]).toEqual([2.5, 750]);
});

test('side by side, places are the bars', () => {
  const { slots, bars } = slotsOf([10, 11, 14]);
  slots.space(null);
  expect([slots.length, slots.at(2).t, slots.floor(700), slots.timeOn(2)]).toEqual([
    3, 840, 1, 840,
  ]);
  expect([slots.placeOf(2), slots.barAt(2), slots.take(1)]).toEqual([2, 2, 1]);
  bars.reset([]);
  expect([slots.length, slots.timeOn(0)]).toEqual([0, null]);
});

test('a price that changes moves nothing, and new bars change the end alone', () => {
  const { bars, dirtyAt, minutes } = slotsOf([10, 14]);
  bars.put(...barsFrom(14 * 60, 1));
  bars.put(...barsFrom(17 * 60, 1));
  expect(dirtyAt).toEqual([5, 5]);
  expect(minutes()).toEqual([10, 11, 12, 13, 14, 15, 16, 17]);
  bars.put(...barsFrom(12 * 60, 1));
  expect(minutes()).toEqual([10, 11, 12, 13, 14, 15, 16, 17]);
});

test('there are no more empty places than may be: those next to the newest bar stay', () => {
  const { bars, slots, minutes } = slotsOf([0, 10, 20, 30, 40], 20);
  // Kept at once are three quarters of what may be: one stretch of nine.
  expect(minutes()).toEqual([0, 10, 20, ...Array.from({ length: 11 }, (_, at) => 30 + at)]);
  bars.put(...barsFrom(50 * 60, 1));
  expect(slots.length).toBe(6 + 18);
  bars.put(...barsFrom(60 * 60, 1));
  expect(slots.length).toBe(7 + 9);
  expect(slots.timeOn(slots.placeOf(6))).toBe(3_600);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'whatever comes, places are those laid anew (script %i)',
  (seed) => {
    const random = seeded(seed);
    const { bars, slots, minutes } = slotsOf([1_000], 1_000_000);
    for (let step = 0; step < 60; step++) {
      const minute = 900 + Math.floor(random() * 200);
      const first = (bars.first()?.t ?? 0) / 60;
      if (random() < 0.2) bars.prepend(barsFrom((first - 2 - Math.floor(random() * 9)) * 60, 1));
      else if (random() < 0.1 && bars.length > 3) bars.cut(bars.length - 2);
      else bars.put(...barsFrom(minute * 60, 1));
      const fresh = new Slots(bars, 1_000_000);
      fresh.space(MINUTES);
      expect(minutes()).toEqual(
        Array.from({ length: fresh.length }, (_, at) => fresh.at(at).t / 60),
      );
      for (let bar = 0; bar < bars.length; bar++)
        expect(slots.timeOn(slots.placeOf(bar))).toBe(bars.at(bar).t);
    }
  },
);
