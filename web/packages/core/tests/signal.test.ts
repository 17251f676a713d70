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

test('what counts as the same is for the owner to say', () => {
  const signal = new Signal([1], (a, b) => a.length === b.length);
  const watcher = vi.fn();
  signal.watch(watcher);
  signal.set([2]);
  expect(watcher).not.toHaveBeenCalled();
});
