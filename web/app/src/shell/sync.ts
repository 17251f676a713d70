/** Has a chart show what a layout says, by changing only what is different. */

import type { ChartView, IndicatorState } from '@chandlery/chart-core';
import { isZone } from '../layout/address';
import type { Layout, Study } from '../layout/layout';

/** The zone of the IANA database that a layout asks for. */
export function zoneName(zone: string, exchange: string | undefined): string {
  if (zone === 'local') return Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone === 'exchange' ? exchange || 'UTC' : zone;
}

export function apply(view: ChartView, layout: Layout): void {
  if (layout.kind !== view.kind.get()) view.setKind(layout.kind);
  if (layout.volume !== view.volume.get()) view.setVolume(layout.volume);
  if (!isSame(layout.scale, view.scale.get())) view.setScale(layout.scale);
  applyZone(view, layout.zone);
  applyStudies(view, layout.studies);
  applyCompare(view, layout.compare);
  if (layout.symbol) view.show(layout.symbol, layout.interval);
}

/** The exchange's zone is known once the market is. */
export function applyZone(view: ChartView, zone: string): void {
  const asked = zoneName(zone, view.feed.get()?.market.get()?.time_zone);
  // The server's list of zones may be newer than the browser's.
  const name = isZone(asked) ? asked : 'UTC';
  if (name !== view.zone.get()) view.setZone(name);
}

function applyStudies({ indicators }: ChartView, studies: readonly Study[]): void {
  const wanted = new Set(studies.map(({ id }) => id));
  for (const { id } of indicators.list.get()) if (!wanted.has(id)) indicators.remove(id);
  for (const study of studies) {
    const shown = indicators.list.get().find(({ id }) => id === study.id);
    if (!shown) indicators.add(newOf(study, studies));
    else change(indicators, shown, study, studies);
  }
  arrange(indicators, studies);
}

type Indicators = ChartView['indicators'];

function newOf(study: Study, all: readonly Study[]) {
  const { id, name, parameters, colours, isHidden } = study;
  const pane = paneOf(study, all);
  return { id, name, parameters, colours, isHidden, ...(pane === null ? {} : { pane }) };
}

/** The key of the pane that a study asks for: that of the one whose it shares. */
function paneOf({ pane }: Study, all: readonly Study[]): string | null {
  const host = all.find(({ id }) => id === pane);
  return host?.pane && host.pane !== host.id ? host.pane : pane;
}

function change(
  indicators: Indicators,
  shown: IndicatorState,
  study: Study,
  all: readonly Study[],
): void {
  const pane = paneOf(study, all) ?? shown.pane;
  const { parameters, colours } = study;
  const isOther =
    pane !== shown.pane || !isSame(parameters, shown.parameters) || !isSame(colours, shown.colours);
  if (isOther) indicators.update(study.id, { parameters, colours, pane });
  if (study.isHidden !== shown.isHidden) indicators.hide(study.id, study.isHidden);
}

/** Moves panes until they lie in the order of the studies. */
function arrange(indicators: Indicators, studies: readonly Study[]): void {
  const keyOf = (id: string) => indicators.list.get().find((each) => each.id === id)?.pane ?? '';
  const keys = indicators.ownPanes();
  const wanted = [...new Set(studies.map(({ id }) => keyOf(id)))].filter((key) =>
    keys.includes(key),
  );
  wanted.forEach((key, place) => {
    const first = indicators.list.get().find(({ pane }) => pane === key);
    for (let now = indicators.ownPanes().indexOf(key); first && now > place; now--) {
      indicators.movePane(first.id, -1);
    }
  });
}

function applyCompare({ compare }: ChartView, symbols: readonly string[]): void {
  for (const { symbol } of compare.list.get()) {
    if (!symbols.includes(symbol)) compare.remove(symbol);
  }
  for (const symbol of symbols) compare.add(symbol);
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
