import { expect, test, vi } from 'vitest';
import { LoadedBars } from '../../src/bars/loaded';
import type { Bar, BarsChange } from '../../src/types';

const bar = (t: number, c = t): Bar => ({ t, o: c, h: c, l: c, c, v: 1 });
const bars = (...times: number[]) => times.map((t) => bar(t));

function filled(...times: number[]) {
  const store = new LoadedBars();
  store.reset(bars(...times));
  const told: BarsChange[] = [];
  store.watch((change) => told.push(change));
  return { store, told, times: () => store.all().map(({ t }) => t) };
}

test('a bar is found by its time, and the one that holds a time', () => {
  const { store } = filled(10, 20, 30);
  expect([store.indexOf(20), store.indexOf(25), store.indexOf(5)]).toEqual([1, -1, -1]);
  expect([9, 10, 29, 30, 99].map((time) => store.floor(time))).toEqual([-1, 0, 1, 2, 2]);
  expect(() => store.at(3)).toThrow('an index below 3 expected, found 3');
});

test('the last bar changes and the next one comes', () => {
  const { store, told } = filled(10, 20);
  store.apply([bar(20, 21)]);
  store.apply([bar(20, 22), bar(30)]);
  expect(told).toEqual([
    { kind: 'tail', from: 1 },
    { kind: 'tail', from: 1 },
  ]);
  expect(store.last()).toEqual(bar(30));
});

test('a correction says which bars it touched, and one that changes nothing says nothing', () => {
  const { store, told } = filled(10, 20, 30);
  expect(store.apply([bar(10, 11), bar(20, 21)])).toEqual({ kind: 'corrected', indices: [0, 1] });
  expect(store.apply([bar(10, 11)])).toBeNull();
  expect(told).toHaveLength(1);
});

test('a bar that comes in between moves those after it', () => {
  const { store, times } = filled(10, 30, 40);
  expect(store.apply([bar(20), bar(40, 41)])).toEqual({ kind: 'tail', from: 1 });
  expect(times()).toEqual([10, 20, 30, 40]);
});

test('older bars go in front, without those that are there', () => {
  const { store, times } = filled(30, 40);
  expect(store.prepend(bars(10, 20, 30))).toEqual({ kind: 'older', count: 2 });
  expect(store.prepend(bars(30))).toBeNull();
  expect(times()).toEqual([10, 20, 30, 40]);
});

test('looked at again, only what differs is told', () => {
  const { store } = filled(10, 20, 30);
  expect(store.replace(bars(10, 20, 30))).toBeNull();
  expect(store.replace(bars(10, 20, 25, 30))).toEqual({ kind: 'tail', from: 2 });
  expect(store.replace(bars(10, 20))).toEqual({ kind: 'tail', from: 2 });
});

test('one end is let go of', () => {
  const { store, times } = filled(10, 20, 30, 40);
  expect(store.keep(3, 'newest')).toEqual({ kind: 'tail', from: 0 });
  expect(store.keep(2, 'oldest')).toEqual({ kind: 'tail', from: 2 });
  expect(store.keep(2, 'oldest')).toBeNull();
  expect(times()).toEqual([20, 30]);
});

test('a listener that throws takes nobody with it, and is told of', () => {
  const mistakes: (() => void)[] = [];
  vi.stubGlobal('queueMicrotask', (call: () => void) => mistakes.push(call));
  const store = new LoadedBars();
  const last = vi.fn();
  store.watch(() => {
    throw new Error('mistake');
  });
  store.watch(last);
  const change = store.reset(bars(10));
  vi.unstubAllGlobals();
  expect(last.mock.calls).toEqual([[change]]);
  expect(mistakes[0]).toThrow('mistake');
});
