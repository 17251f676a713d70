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
