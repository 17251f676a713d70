import { type LayerHost, Signal } from '@chandlery/chart-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { barsFrom, type MemoryFeed, newScene } from '../../packages/core/tests/chart/stand-ins';
import { showRange } from '../src/shell/range';
import { Reader } from '../src/shell/reader';

const NOON = Date.parse('2024-06-03T12:00:00Z') / 1000;
/** Of five places one has a bar. */
const STEP = 300;

let scene: ReturnType<typeof newScene>;
const host = new Signal<LayerHost | null>(null);

beforeEach(() => {
  scene = newScene();
  const { view, feeds, frames } = scene;
  view.attach({ attach: (given) => host.set(given), detach: () => host.set(null) });
  view.setWhitespace(true);
  view.show('DEMO:GOLD', '1m');
  (feeds[0] as MemoryFeed).bars.reset(barsFrom(NOON, 100, STEP));
  frames.draw();
});

afterEach(() => scene.end());

test('a range of time is shown though places between bars are empty', async () => {
  const { view, frames } = scene;
  const wanted = { from: NOON + 40 * STEP, to: NOON + 60 * STEP };
  const shown = showRange(view, host, wanted);
  for (let wait = 0; wait < 20; wait++) {
    await Promise.resolve();
    frames.draw();
  }
  await shown;
  frames.draw();
  expect(view.visible.get()?.from).toBeCloseTo(wanted.from, 6);
  expect(view.visible.get()?.to).toBeCloseTo(wanted.to, 6);
});

test('the keyboard reads bars, and passes over empty places', () => {
  const { view, frames } = scene;
  const told: string[] = [];
  const reader = new Reader(
    view,
    host,
    (time) => String((time - NOON) / STEP),
    told.push.bind(told),
  );
  const read = () => Number(told.at(-1)?.split(':')[0]);
  const press = (key: string) => {
    const none = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
    reader.press({ key, ...none });
    frames.draw();
  };
  press('ArrowLeft');
  expect(read()).toBe(99);
  press('ArrowLeft');
  expect(read()).toBe(98);
  const { from = 0 } = view.visible.get() ?? {};
  press('Home');
  const first = Math.ceil((from - NOON) / STEP);
  expect([first, read()]).toEqual([expect.any(Number), first]);
  expect(first).toBeGreaterThan(20);
  for (let step = 1; step <= 12; step++) press('ArrowLeft');
  expect(read()).toBe(first - 12);
  expect(view.visible.get()?.from).toBeLessThanOrEqual(NOON + (first - 12) * STEP);
});
