import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Countdown, timeLeft } from '../../src/chart/countdown';
import { wordsOf } from '../../src/chart/gaps';
import type { LayerHost } from '../../src/chart/layer';
import { answeringClient, barsFrom, newShownScene } from './stand-ins';

const NOON = Date.parse('2024-06-03T12:00:00Z') / 1000;

test.each([
  [0.2, '00:01'],
  [59, '00:59'],
  [61, '01:01'],
  [3_599.5, '1:00:00'],
  [11_220, '3:07:00'],
  [190_800, '2d 05h'],
  [0, ''],
  [-5, ''],
])('%d seconds are left as %s', (seconds, text) => {
  expect(timeLeft(seconds)).toBe(text);
});

test('a gap says its state, when, and why', () => {
  const label = (time: number) => `at ${time}`;
  expect(wordsOf({ start: 1, end: 2, state: 'filling', reason: 'disconnected' }, label)).toEqual([
    'Not collected, being filled',
    'at 1 – at 2',
    'disconnected',
  ]);
  expect(wordsOf({ start: 1, end: null, state: 'open', reason: '' }, label)).toEqual([
    'Not collected',
    'at 1 – now',
  ]);
});

let scene: ReturnType<typeof newShownScene>['scene'];
let host: LayerHost;

beforeEach(() => {
  const mark = { id: 7, time: NOON + 120, color: 'red', text: 'bought', label: 'B' };
  ({ scene, host } = newShownScene(
    NOON,
    20,
    answeringClient({ '/api/tradingview/marks': [mark] }),
  ));
});

afterEach(() => scene.end());

test('the countdown lies under the last price and ends with the bar, by the server', () => {
  vi.useFakeTimers();
  const newest = barsFrom(NOON, 20).at(-1) ?? null;
  let nowMs = (NOON + 19 * 60 + 12) * 1_000;
  const attached = vi.spyOn(host.series, 'attachPrimitive');
  const countdown = new Countdown({ nowMs: () => nowMs, newest: () => newest });
  countdown.attach(host);
  const [primitive] = attached.mock.calls[0] ?? [];
  const label = primitive?.priceAxisViews?.()[0];
  expect(label?.text()).toBe('00:48');
  expect(label?.coordinate()).toBeCloseTo((host.yOf(119) ?? 0) + 20);
  nowMs += 48_000;
  expect([label?.text(), label?.visible?.()]).toEqual(['', false]);
  countdown.detach();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('each of them is taken off and laid on again', () => {
  const { overlays } = scene.view;
  for (const name of ['sessions', 'gaps', 'marks', 'countdown'] as const) {
    overlays.show(name, false);
    overlays.show(name, false);
    expect(overlays.shown.get()[name]).toBe(false);
    overlays.show(name, true);
    expect(overlays.shown.get()[name]).toBe(true);
  }
});

test('gaps and marks are followed while the chart shows them, and not after', () => {
  const feed = scene.feeds[0];
  feed?.gaps.set([{ start: NOON, end: NOON + 60, state: 'open', reason: '' }]);
  scene.frames.draw();
  scene.view.show('DEMO:BTC', '1m');
  expect(feed?.bars.watchers).toBe(0);
});
