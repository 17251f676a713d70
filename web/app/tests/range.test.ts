import {
  type ChartFeed,
  type ChartView,
  type LayerHost,
  LoadedBars,
  Signal,
} from '@chandlery/chart-core';
import { expect, test } from 'vitest';
import { showRange } from '../src/shell/range';

test('a range whose market is left before it has bars is not waited for any more', async () => {
  const feed = { bars: new LoadedBars(), status: new Signal('connecting') } as unknown as ChartFeed;
  const view = { feed: new Signal<ChartFeed | null>(feed) } as unknown as ChartView;
  const shown = showRange(view, new Signal<LayerHost | null>(null), { from: 0, to: 60 });
  view.feed.set(null);
  await expect(shown).resolves.toBeUndefined();
});

test('a range is not shown any more once another address was gone to', async () => {
  const bars = new LoadedBars();
  bars.reset([{ t: 60, o: 1, h: 1, l: 1, c: 1, v: 1 }]);
  let arrive = () => {};
  const loads: number[] = [];
  const feed = {
    bars,
    status: new Signal('live'),
    loadUntil: async (time: number) => loads.push(time),
  } as unknown as ChartFeed;
  const view = {
    feed: new Signal<ChartFeed | null>(feed),
    goTo: () => new Promise<void>((resolve) => (arrive = resolve)),
  } as unknown as ChartView;
  let isWanted = true;
  const range = { from: 0, to: 60 };
  const shown = showRange(view, new Signal<LayerHost | null>(null), range, () => isWanted);
  await Promise.resolve();
  await Promise.resolve();
  isWanted = false;
  arrive();
  await shown;
  expect(loads).toEqual([]);
});
