import { PriceScaleMode } from 'lightweight-charts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LayerHost } from '../../src/chart/layer';
import { barsFrom, newShownScene } from './stand-ins';

const NOON = Date.parse('2024-06-03T12:00:00Z') / 1000;
let scene: ReturnType<typeof newShownScene>['scene'];
let host: LayerHost;

beforeEach(() => {
  ({ scene, host } = newShownScene(NOON, 20));
});

afterEach(() => scene.end());

const mode = () => host.chart.priceScale('right', 0).options().mode;
const line = () => host.chart.panes()[0]?.getSeries().at(-1)?.data() ?? [];

test('another symbol is a line of changes at the times of the bars, and at no other', () => {
  scene.view.compare.add('DEMO:BTC');
  expect(mode()).toBe(PriceScaleMode.Percentage);
  const others = barsFrom(NOON - 600, 25).filter((_, index) => index !== 15);
  scene.feeds[1]?.bars.reset(others);
  scene.frames.draw();
  const common = others.map((bar) => bar.t).filter((time) => time >= NOON);
  expect(line().map((item) => item.time)).toEqual(common);
  scene.view.compare.remove('DEMO:BTC');
  expect([mode(), scene.feeds[1]?.isStarted, scene.feeds[1]?.bars.watchers]).toEqual([
    PriceScaleMode.Normal,
    false,
    0,
  ]);
});

test('a bar that begins between two of the chart belongs to the later one', () => {
  scene.view.compare.add('DEMO:BTC');
  scene.feeds[1]?.bars.reset(barsFrom(NOON + 30, 3));
  scene.frames.draw();
  const [first] = line();
  expect(line()).toHaveLength(3);
  expect(first).toMatchObject({ time: NOON + 60, value: 100 });
});

test('it is loaded as far back as the chart, and asked for once', () => {
  scene.view.compare.add('DEMO:BTC');
  const other = scene.feeds[1];
  other?.isComplete.set(false);
  other?.bars.reset(barsFrom(NOON + 600, 10));
  scene.frames.draw();
  scene.frames.draw();
  expect(other?.asked).toEqual([10]);
});

test('where the chart jumped, it is loaded on to the end of what the chart shows', () => {
  scene.view.compare.add('DEMO:BTC');
  const other = scene.feeds[1];
  scene.feeds[0]?.isAtEnd.set(false);
  other?.isAtEnd.set(false);
  other?.bars.reset(barsFrom(NOON, 5));
  scene.frames.draw();
  expect(other?.asked).toContain(20);
  expect(other?.bars.last()?.t).toBeGreaterThanOrEqual(NOON + 19 * 60);
});

test('its newest close is drawn as it comes', () => {
  scene.view.compare.add('DEMO:BTC');
  scene.feeds[1]?.bars.reset(barsFrom(NOON, 20));
  scene.frames.draw();
  const last = NOON + 19 * 60;
  scene.feeds[1]?.bars.put({ t: last, o: 1, h: 9, l: 1, c: 7, v: 1 });
  scene.frames.draw();
  expect(line().at(-1)).toMatchObject({ time: last, value: 7 });
});

test('the legend tells its close and its change since the first bar in sight', () => {
  scene.view.compare.add('DEMO:BTC', '#ff0000');
  scene.feeds[1]?.bars.reset(barsFrom(NOON, 20));
  scene.frames.draw();
  scene.frames.draw();
  const row = scene.view.legend.get().find(({ kind }) => kind === 'compare');
  expect(row).toMatchObject({
    id: 'compare:DEMO:BTC',
    title: 'DEMO:BTC',
    values: [
      { text: '119.00', colour: '#ff0000' },
      { text: '+19.00%', colour: '#ff0000' },
    ],
  });
});

test('what is compared goes along to another interval, and comes back from JSON', () => {
  const { compare } = scene.view;
  compare.add('DEMO:BTC');
  compare.add('DEMO:BTC');
  compare.add('DEMO:ETH');
  compare.hide('DEMO:ETH');
  const saved = JSON.parse(JSON.stringify(compare.list.get()));
  expect(saved).toHaveLength(2);
  scene.view.show('DEMO:GOLD', '5m');
  scene.feeds.at(-1)?.bars.reset(barsFrom(NOON, 5, 300));
  expect(scene.feeds.slice(-2).map(({ symbol, interval }) => [symbol, interval])).toEqual([
    ['DEMO:BTC', '5m'],
    ['DEMO:ETH', '5m'],
  ]);
  compare.restore([]);
  compare.restore(saved);
  expect(compare.list.get()).toEqual(saved);
});
