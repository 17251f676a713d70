import type { ISeriesApi, SeriesType } from 'lightweight-charts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LayerHost } from '../../src/chart/layer';
import { histogramColour } from '../../src/chart/looks';
import { barsFrom, newShownScene } from './stand-ins';

const NOON = Date.parse('2024-06-03T12:00:00Z') / 1000;
let scene: ReturnType<typeof newShownScene>['scene'];
let host: LayerHost;

beforeEach(() => {
  ({ scene, host } = newShownScene(NOON, 50));
});

afterEach(() => scene.end());

const column = (value: (index: number) => number | null, length = 50) =>
  Array.from({ length }, (_, index) => value(index));

function seriesOf(pane: number): ISeriesApi<SeriesType>[] {
  return host.chart.panes()[pane]?.getSeries() ?? [];
}

const keys = () => scene.view.panes.get().map((box) => box.key);

test('an overlay is drawn over the bars, at their times, nothing where it has no value', () => {
  scene.view.indicators.add({ name: 'sma', parameters: { period: 20 } });
  scene.studies[0]?.tell({ sma: column((index) => (index < 19 ? null : index)) }, 0);
  scene.frames.draw();
  const drawn = seriesOf(0).at(-1)?.data() ?? [];
  expect(drawn.filter((item) => 'value' in item)).toHaveLength(31);
  expect(drawn.at(-1)).toMatchObject({ time: NOON + 49 * 60, value: 49 });
});

test('others have panes of their own, in the order of the list', () => {
  const { indicators } = scene.view;
  const macd = indicators.add({ name: 'macd' });
  const rsi = indicators.add({ name: 'rsi' });
  scene.frames.draw();
  expect(keys()).toEqual(['price', macd, rsi]);
  expect(seriesOf(1).map((series) => series.seriesType())).toEqual(['Histogram', 'Line', 'Line']);
  indicators.movePane(rsi, -1);
  scene.frames.draw();
  expect(keys()).toEqual(['price', rsi, macd]);
  expect(indicators.list.get().map(({ name }) => name)).toEqual(['rsi', 'macd']);
  indicators.movePane(rsi, -1);
  expect(indicators.list.get().map(({ name }) => name)).toEqual(['rsi', 'macd']);
});

test('one removed takes its series, its values and its pane along, and no other', () => {
  const { indicators } = scene.view;
  const first = indicators.add({ name: 'rsi' });
  const second = indicators.add({ name: 'atr' });
  indicators.remove(first);
  scene.frames.draw();
  expect(keys()).toEqual(['price', second]);
  expect([scene.studies[0]?.isStopped, scene.studies[0]?.watchers]).toEqual([true, 0]);
  expect(scene.studies[1]?.isStopped).toBe(false);
  indicators.remove(second);
  scene.frames.draw();
  expect(keys()).toEqual(['price']);
});

test('two may share a pane, which stays while one of them is there', () => {
  const { indicators } = scene.view;
  const rsi = indicators.add({ name: 'rsi' });
  const other = indicators.add({ name: 'stochastic', pane: rsi });
  scene.frames.draw();
  expect(keys()).toEqual(['price', rsi]);
  indicators.remove(rsi);
  scene.frames.draw();
  expect(seriesOf(1)).toHaveLength(2);
  indicators.update(other, { pane: 'price' });
  scene.frames.draw();
  expect(keys()).toEqual(['price']);
});

test('volume in a pane of its own lies between the bars and the indicators', () => {
  const rsi = scene.view.indicators.add({ name: 'rsi' });
  scene.view.setVolume('pane');
  scene.frames.draw();
  expect(keys()).toEqual(['price', 'volume', rsi]);
  scene.view.setVolume('overlay');
  scene.frames.draw();
  expect(keys()).toEqual(['price', rsi]);
});

test('the state is plain JSON, and gives the same indicators again', () => {
  const { indicators } = scene.view;
  indicators.add({ name: 'macd', parameters: { fast: 5 }, colours: { signal: '#ff0000' } });
  indicators.hide(indicators.add({ name: 'ema' }));
  const saved = JSON.parse(JSON.stringify(indicators.list.get()));
  indicators.restore([]);
  expect(indicators.list.get()).toEqual([]);
  indicators.restore(saved);
  expect(indicators.list.get()).toEqual(saved);
});

test('other parameters are asked for anew, and the place in the list stays', () => {
  const { indicators } = scene.view;
  const first = indicators.add({ name: 'sma', parameters: { period: 5 } });
  indicators.add({ name: 'ema' });
  indicators.update(first, { parameters: { period: 9 } });
  expect(scene.studies).toHaveLength(3);
  expect(scene.studies[0]?.isStopped).toBe(true);
  expect(indicators.list.get()[0]?.parameters).toEqual({ period: 9 });
});

test('what lags is drawn as many bars to the left', () => {
  scene.view.indicators.add({ name: 'ichimoku' });
  const study = scene.studies[0];
  Object.assign(study?.displacement ?? {}, { lagging: -25, span_a: 25, span_b: 25 });
  const values = column((index) => index);
  const outputs = ['conversion', 'base', 'lagging', 'span_a', 'span_b'];
  study?.tell(Object.fromEntries(outputs.map((output) => [output, values])), 0);
  scene.frames.draw();
  const lagging = seriesOf(0).at(-1)?.data() ?? [];
  expect(lagging[0]).toMatchObject({ time: NOON, value: 25 });
  expect(lagging.at(-1)).toMatchObject({ time: NOON + 24 * 60, value: 49 });
});

test('SuperTrend breaks where it turns, also when the newest bar turns it and back', () => {
  scene.view.indicators.add({ name: 'supertrend' });
  const study = scene.studies[0];
  const supertrend = column((index) => index);
  const turned = column((index) => (index < 30 ? 1 : -1));
  study?.tell({ supertrend, direction: turned }, 0);
  scene.frames.draw();
  const colours = () =>
    seriesOf(0)
      .at(-1)
      ?.data()
      .map((item) => ('color' in item ? item.color : undefined)) ?? [];
  const [up, down, clear] = [host.colour('up'), host.colour('down'), 'rgba(0, 0, 0, 0)'];
  expect(colours().slice(28, 31)).toEqual([up, clear, down]);
  study?.tell({ supertrend, direction: turned.with(49, 1) }, 49);
  scene.frames.draw();
  expect(colours().slice(47)).toEqual([down, clear, up]);
  study?.tell({ supertrend, direction: turned }, 49);
  scene.frames.draw();
  expect(colours().slice(47)).toEqual([down, down, down]);
});

test('a histogram tells rising from falling on both sides of zero', () => {
  expect([
    histogramColour(1, 0.5),
    histogramColour(1, 2),
    histogramColour(-1, -2),
    histogramColour(-1, -0.5),
    histogramColour(0, null),
  ]).toEqual([0, 1, 2, 3, 0]);
});

test('each symbol and interval has its own values', () => {
  scene.view.indicators.add({ name: 'sma' });
  scene.view.show('DEMO:BTC', '5m');
  expect([scene.studies[0]?.isStopped, scene.studies.length]).toEqual([true, 1]);
  scene.feeds[1]?.bars.reset(barsFrom(NOON, 10, 300));
  expect(scene.studies.length).toBe(2);
});

test('a chart that is gone holds nothing', () => {
  scene.view.indicators.add({ name: 'rsi' });
  scene.view.destroy();
  expect([scene.studies[0]?.isStopped, scene.studies[0]?.watchers]).toEqual([true, 0]);
});
