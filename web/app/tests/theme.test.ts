import { Signal } from '@chandlery/chart-core';
import { beforeEach, expect, test, vi } from 'vitest';
import { type Prefs, prefs } from '../src/layout/prefs';
import { followTheme } from '../src/theme';

let frames: Map<number, FrameRequestCallback>;

beforeEach(() => {
  frames = new Map();
  let last = 0;
  vi.stubGlobal('requestAnimationFrame', (call: FrameRequestCallback) => {
    frames.set(++last, call);
    return last;
  });
  vi.stubGlobal('cancelAnimationFrame', (frame: number) => frames.delete(frame));
  return () => vi.unstubAllGlobals();
});

test('however often it changes, the theme is told once a frame, and not after the end', () => {
  const liked = new Signal<Prefs>(prefs.read());
  let told = 0;
  const stop = followTheme(liked, () => told++);
  const change = (theme: Prefs['theme']) => liked.set({ ...liked.get(), theme });
  change('light');
  change('dark');
  for (const call of frames.values()) call(0);
  expect(told).toBe(1);
  frames.clear();
  change('light');
  stop();
  expect(frames.size).toBe(0);
});
