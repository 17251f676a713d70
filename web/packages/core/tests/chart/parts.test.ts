import { expect, test } from 'vitest';
import { logicalOf, timeAt } from '../../src/chart/axis';
import { extent, valueAt } from '../../src/chart/column';
import { LOOKS, lookOf } from '../../src/chart/looks';
import { heikinAshi } from '../../src/chart/main';
import { dirtied, dirtier } from '../../src/chart/plot';
import { crossings, Ribbon } from '../../src/chart/ribbon';
import { Slots } from '../../src/chart/slots';
import { coloursOf, DARK, faded, LIGHT } from '../../src/chart/theme';
import { betweenOf } from '../../src/time/empty';
import type { Bar } from '../../src/types';
import { barsFrom, MARKET, MemoryBars } from './stand-ins';

test('times and places are each other’s inverse, between bars, before the first and after the last', () => {
  const bars = new MemoryBars();
  const axis = { bars, step: 60 };
  expect([logicalOf(axis, 0), timeAt(axis, 0)]).toEqual([null, null]);
  bars.reset([...barsFrom(600, 3), ...barsFrom(6_000, 2)]);
  const places = [
    [480, -2],
    [600, 0],
    [630, 0.5],
    [3_360, 2.5],
    [6_060, 4],
    [6_180, 6],
  ] as const;
  for (const [time, place] of places) {
    expect([logicalOf(axis, time), timeAt(axis, place)]).toEqual([place, time]);
  }
});

test('what is to be drawn begins with the first bar that changed', () => {
  expect(dirtied(null, { kind: 'tail', from: 7 })).toBe(7);
  expect(dirtied(7, { kind: 'corrected', indices: [9, 3] })).toBe(3);
  expect(dirtied(7, { kind: 'older', count: 5 })).toBe(0);
  expect(dirtied(7, { kind: 'reset' })).toBe(0);
  expect([dirtier(null, null), dirtier(null, 0), dirtier(0, null), dirtier(4, 2)]).toEqual([
    null,
    0,
    0,
    2,
  ]);
});

test('a column tells nothing where there is nothing', () => {
  const column = [null, 3, Number.NaN, -2];
  expect([0, 1, 2, 3, 4, -1].map((index) => valueAt(column, index))).toEqual([
    null,
    3,
    null,
    -2,
    null,
    null,
  ]);
  expect(extent(column, -5, 99)).toEqual([-2, 3]);
  expect(extent(column, 2, 2)).toBeNull();
});

test('a cloud is cut where its edges cross', () => {
  const spot = (x: number, upper: number, lower: number) => ({ x, upper, lower });
  const parts = crossings([spot(0, 10, 20), spot(10, 20, 10), spot(20, 25, 5)]);
  expect(parts).toEqual([
    [spot(0, 10, 20), spot(5, 15, 15)],
    [spot(5, 15, 15), spot(10, 20, 10), spot(20, 25, 5)],
  ]);
});

test('a Heikin Ashi bar holds its own open and close, and begins in the middle of the one before', () => {
  const bar: Bar = { t: 60, o: 10, h: 12, l: 9, c: 11, v: 5 };
  const first = heikinAshi(bar, undefined);
  expect(first).toEqual({ t: 60, o: 10.5, h: 12, l: 9, c: 10.5, v: 5 });
  const second = heikinAshi({ t: 120, o: 20, h: 21, l: 19, c: 20, v: 1 }, first);
  expect(second).toMatchObject({ o: 10.5, h: 21, l: 10.5, c: 20 });
});

test('both themes have the same tokens, and what a theme lacks is taken from the dark one', () => {
  expect(Object.keys(LIGHT).sort()).toEqual(Object.keys(DARK).sort());
  const colour = coloursOf({ up: '#00ff00' });
  expect([colour('up'), colour('down')]).toEqual(['#00ff00', DARK.down]);
  expect([faded('#102030', 0.5), faded('rgb(1, 2, 3)', 0.5)]).toEqual([
    '#10203080',
    'rgb(1, 2, 3)',
  ]);
});

test('every token that a look names is one of the theme', () => {
  const looks = Object.values(LOOKS);
  const named = looks.flatMap(({ outputs, ribbon }) => [
    ...outputs.flatMap(({ colours }) => colours),
    ...(ribbon ? [ribbon.above, ribbon.below] : []),
  ]);
  expect(named.filter((token) => !(token in DARK))).toEqual([]);
});

test('an indicator that is not known has a line for each output', () => {
  expect(lookOf('mine', ['a', 'b']).outputs.map(({ output, shape }) => [output, shape])).toEqual([
    ['a', 'line'],
    ['b', 'line'],
  ]);
});

test('a ribbon has the scale hold what lies at the places in sight', () => {
  const bars = new MemoryBars();
  bars.reset([...barsFrom(600, 2), ...barsFrom(840, 1)]);
  const slots = new Slots(bars);
  const look = { above: '', below: '', upperLine: '', lowerLine: '' };
  const ribbon = new Ribbon(look, () => slots);
  ribbon.set([1, 2, 3], [-1, -2, -3]);
  const reach = (from: number, to: number) => ribbon.autoscaleInfo(from as never, to as never);
  expect(reach(0, 1)?.priceRange).toEqual({ minValue: -2, maxValue: 2 });
  slots.space(betweenOf(MARKET, '1m'));
  expect(reach(0, 3)?.priceRange).toEqual({ minValue: -2, maxValue: 2 });
  expect(reach(4, 9)?.priceRange).toEqual({ minValue: -3, maxValue: 3 });
});
