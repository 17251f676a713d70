import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { barsFrom, newScene } from './stand-ins';

const NOON = Date.parse('2024-06-03T12:00:00Z') / 1000;
let scene: ReturnType<typeof newScene>;

beforeEach(() => {
  scene = newScene();
  scene.view.show('DEMO:GOLD', '1m');
  scene.feeds[0]?.bars.reset(barsFrom(NOON, 20));
  scene.frames.draw();
});

afterEach(() => scene.end());

const texts = () => scene.view.legend.get()[0]?.values.map(({ label, text }) => `${label} ${text}`);

test('tells the newest bar and its change since the close before', () => {
  expect(scene.view.legend.get()[0]?.title).toBe('DEMO:GOLD');
  expect(texts()).toEqual([
    'O 118.50',
    'H 120.00',
    'L 118.00',
    'C 119.00',
    'change +1.00',
    'percent +0.85%',
    'Vol 15',
  ]);
});

test('the first bar changes from its own open', () => {
  scene.feeds[0]?.bars.reset([{ t: NOON, o: 100, h: 101, l: 89, c: 90, v: 1 }]);
  scene.frames.draw();
  expect(texts()?.slice(4, 6)).toEqual(['change −10.00', 'percent −10.00%']);
  expect(scene.view.legend.get()[0]?.values[3]?.colour).toBe('down');
});

test('a bar that changes is told once a frame, and what stays the same is not told', () => {
  const told = vi.fn();
  scene.view.legend.watch(told);
  for (let close = 120; close < 140; close++) {
    scene.feeds[0]?.bars.put({ t: NOON + 19 * 60, o: 118.5, h: 150, l: 118, c: close, v: 15 });
  }
  scene.frames.draw();
  expect(told).toHaveBeenCalledOnce();
  scene.feeds[0]?.bars.put({ t: NOON + 19 * 60, o: 118.5, h: 150, l: 118, c: 139, v: 15 });
  scene.frames.draw();
  expect(told).toHaveBeenCalledOnce();
});

test('an indicator tells its values, and why it has none', () => {
  const id = scene.view.indicators.add({ name: 'rsi', parameters: { period: 14 } });
  scene.studies[0]?.tell({ rsi: Array(19).fill(null).concat(61.234) }, 0);
  scene.frames.draw();
  const row = () => scene.view.legend.get().find((each) => each.id === id);
  expect(row()).toMatchObject({ title: 'rsi 14', pane: id, values: [{ text: '61.23' }] });
  scene.studies[0]?.reason.set('the server does not answer');
  scene.frames.draw();
  expect(row()?.reason).toBe('the server does not answer');
});

test('differences of prices are told with two places more than prices', () => {
  const id = scene.view.indicators.add({ name: 'atr' });
  scene.studies[0]?.tell({ atr: Array(19).fill(null).concat(0.07123) }, 0);
  scene.frames.draw();
  const row = scene.view.legend.get().find((each) => each.id === id);
  expect(row?.values[0]?.text).toBe('0.0712');
});
