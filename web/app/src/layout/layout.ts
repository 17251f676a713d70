/** What a chart looks like: all that an address, a saved layout and a step of undo hold. Pure. */

import type { Kind, Scale, VolumePlace } from '@chandlery/chart-core';

export type Parameters = Readonly<Record<string, number | string>>;

/** An indicator as it was set up. */
export interface Study {
  /** `rsi-2`: what it is called on this chart. */
  readonly id: string;
  readonly name: string;
  readonly parameters: Parameters;
  readonly colours: Readonly<Record<string, string>>;
  /** `price`, the id of one whose pane it shares, or null for where it belongs. */
  readonly pane: string | null;
  readonly isHidden: boolean;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Layout {
  readonly symbol: string;
  readonly interval: string;
  readonly kind: Kind;
  /** `exchange`, `local`, or a name of the IANA database. */
  readonly zone: string;
  readonly scale: Scale;
  readonly volume: VolumePlace;
  readonly studies: readonly Study[];
  readonly compare: readonly string[];
  /** What is looked at; null follows the newest bars. */
  readonly range: Range | null;
}

/** What one chart holds at most. */
export const MOST_STUDIES = 12;
export const MOST_COMPARED = 6;
export const MODES = ['normal', 'log', 'percent', 'indexed'] as const;

export const PLAIN: Layout = {
  symbol: '',
  interval: '1m',
  kind: 'candles',
  zone: 'exchange',
  scale: { mode: 'normal', inverted: false, auto: true },
  volume: 'overlay',
  studies: [],
  compare: [],
  range: null,
};

/** The items with one moved to another place among them. */
export function moved<Item>(items: readonly Item[], from: number, to: number): readonly Item[] {
  const item = items[from];
  if (item === undefined) return items;
  const rest = items.filter((_, index) => index !== from);
  const place = Math.max(0, Math.min(rest.length, to));
  return [...rest.slice(0, place), item, ...rest.slice(place)];
}

/** An id for another indicator of a name. */
export function freeId(name: string, studies: readonly Study[]): string {
  let number = 1;
  while (studies.some(({ id }) => id === `${name}-${number}`)) number++;
  return `${name}-${number}`;
}

/** The studies with ids counted anew in their order, as an address has them. */
export function counted(studies: readonly Study[]): readonly Study[] {
  const counts = new Map<string, number>();
  const ids = new Map<string, string>();
  for (const { id, name } of studies) {
    const number = (counts.get(name) ?? 0) + 1;
    counts.set(name, number);
    ids.set(id, `${name}-${number}`);
  }
  const known = new Set(ids.values());
  return studies.map((study) => {
    const pane = ids.get(study.pane ?? '') ?? study.pane;
    const isThere = pane === 'price' || (pane !== null && known.has(pane));
    return { ...study, id: ids.get(study.id) ?? study.id, pane: isThere ? pane : null };
  });
}
