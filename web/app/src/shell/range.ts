/** Brings a stretch of time into view, once it is loaded. */

import type { ChartFeed, ChartView, LayerHost, Signal } from '@chandlery/chart-core';
import type { Range } from '../layout/layout';

/** Shows from one time to another; gives up when something else is shown meanwhile. */
export async function showRange(
  view: ChartView,
  host: Signal<LayerHost | null>,
  range: Range,
  isWanted: () => boolean = () => true,
): Promise<void> {
  const feed = view.feed.get();
  if (!feed) return;
  const isStill = () => view.feed.get() === feed && isWanted();
  await firstBars(feed, view);
  if (!isStill()) return;
  await view.goTo((range.from + range.to) / 2).catch(() => undefined);
  if (!isStill()) return;
  await feed.loadUntil(range.from).catch(() => undefined);
  if (!isStill()) return;
  await new Promise(requestAnimationFrame);
  const shown = host.get();
  if (!isStill() || !shown) return;
  const { bars } = shown;
  const from = Math.max(0, bars.floor(range.from));
  const to = range.to > (bars.last()?.t ?? 0) ? bars.length + 4 : bars.floor(range.to);
  if (to <= from) return;
  const [first, last] = [from, to].map((bar) => view.places.placeOf(bar)) as [number, number];
  shown.chart.timeScale().setVisibleLogicalRange({ from: first, to: last });
}

/** Waits until there are bars, it is plain that there will be none, or others are shown. */
function firstBars(feed: ChartFeed, view: Pick<ChartView, 'feed'>): Promise<void> {
  return new Promise((resolve) => {
    const stops = [feed.bars, feed.status, view.feed].map((each) => each.watch(() => look()));
    const look = () => {
      const isHopeless = ['empty', 'unknown', 'error'].includes(feed.status.get());
      const isGone = view.feed.get() !== feed;
      if (feed.bars.length === 0 && !isHopeless && !isGone) return;
      for (const stop of stops) stop();
      resolve();
    };
    look();
  });
}
