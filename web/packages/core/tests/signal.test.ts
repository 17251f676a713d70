import { expect, test, vi } from 'vitest';
import { Signal } from '../src/signal';

test('watchers are told of each change, and of nothing else', () => {
  const signal = new Signal(1);
  const watcher = vi.fn();
  const stop = signal.watch(watcher);
  signal.set(1);
  expect(watcher).not.toHaveBeenCalled();
  signal.set(2);
  expect([signal.get(), watcher.mock.calls.length]).toEqual([2, 1]);
  stop();
  stop();
  signal.set(3);
  expect([signal.get(), watcher.mock.calls.length]).toEqual([3, 1]);
});

test('a watcher that leaves while the others are told takes nobody with it', () => {
  const signal = new Signal(0);
  const last = vi.fn();
  const stop = signal.watch(() => stop());
  signal.watch(last);
  signal.set(1);
  expect(last).toHaveBeenCalledOnce();
});

test('a watcher that throws takes nobody with it, and is told of', () => {
  const mistakes: (() => void)[] = [];
  vi.stubGlobal('queueMicrotask', (call: () => void) => mistakes.push(call));
  const signal = new Signal(0);
  const last = vi.fn();
  signal.watch(() => {
    throw new Error('mistake');
  });
  signal.watch(last);
  signal.set(1);
  vi.unstubAllGlobals();
  expect(last).toHaveBeenCalledOnce();
  expect(mistakes).toHaveLength(1);
  expect(mistakes[0]).toThrow('mistake');
});

test('what counts as the same is for the owner to say', () => {
  const signal = new Signal([1], (a, b) => a.length === b.length);
  const watcher = vi.fn();
  signal.watch(watcher);
  signal.set([2]);
  expect(watcher).not.toHaveBeenCalled();
});
