/**
 * A layout as an address, and back: `chart/BINANCE:BTCUSDT?interval=5m&kind=line&i=sma,period=20`.
 * What is not understood is left out, so that an old or mistyped link still shows a chart. Pure.
 */

import { KINDS, parseMoment, type Scale, VOLUME_PLACES } from '@chandlery/chart-core';
import {
  counted,
  type Layout,
  MODES,
  MOST_COMPARED,
  MOST_STUDIES,
  PLAIN,
  type Range,
  type Study,
} from './layout';

const PAGE = 'chart/';
const WORD = /^[\w-]{1,40}$/;
const HEX = /^[0-9a-f]{6}$/i;

/** The address of a layout below the app's base. */
export function addressOf(layout: Layout): string {
  const query = [`interval=${encoded(layout.interval)}`];
  const add = (name: string, value: string) => value && query.push(`${name}=${encoded(value)}`);
  if (layout.kind !== PLAIN.kind) add('kind', layout.kind);
  if (layout.zone !== PLAIN.zone) add('zone', layout.zone);
  add('scale', scaleText(layout.scale));
  if (layout.volume !== PLAIN.volume) add('volume', layout.volume);
  for (const study of counted(layout.studies)) add('i', studyText(study));
  add('compare', layout.compare.join(','));
  if (layout.range) add('t', `${Math.floor(layout.range.from)}-${Math.ceil(layout.range.to)}`);
  return `${PAGE}${encoded(layout.symbol)}?${query.join('&')}`;
}

/** What an address says of a layout; `path` is below the app's base. */
export function layoutOf(path: string, search: string): Partial<Layout> {
  const query = new URLSearchParams(search);
  const symbol = path.startsWith(PAGE) ? decoded(path.slice(PAGE.length)) : '';
  const told = Object.entries(READ).map(([key, read]) => [key, read(query)]);
  const found = [['symbol', symbol], ...told].filter(([, value]) => value);
  return Object.fromEntries(found) as Partial<Layout>;
}

type Reading<Value> = (query: URLSearchParams) => Value | null;

/** How each part is read; what is empty was not told. */
const READ: { readonly [Key in Exclude<keyof Layout, 'symbol'>]: Reading<Layout[Key]> } = {
  interval: (query) => textOf(query, 'interval', (text) => text.length <= 8),
  kind: (query) => oneOf(KINDS, query.get('kind')),
  zone: (query) => textOf(query, 'zone', isZone),
  scale: (query) => (query.has('scale') ? scaleOf(query.get('scale') ?? '') : null),
  volume: (query) => oneOf(VOLUME_PLACES, query.get('volume')),
  studies: (query) =>
    filled(
      counted(
        query
          .getAll('i')
          .slice(0, MOST_STUDIES * 2)
          .flatMap(studyOf),
      ).slice(0, MOST_STUDIES),
    ),
  compare: (query) => {
    const symbols = (query.get('compare') ?? '').split(',').filter(Boolean);
    return filled([...new Set(symbols)].slice(0, MOST_COMPARED));
  },
  range: (query) => rangeOf(query.get('t') ?? ''),
};

function textOf(query: URLSearchParams, name: string, isFit: (text: string) => boolean) {
  const text = query.get(name);
  return text && isFit(text) ? text : null;
}

function oneOf<Value extends string>(values: readonly Value[], text: string | null): Value | null {
  return values.find((value) => value === text) ?? null;
}

function filled<Item>(items: readonly Item[]): readonly Item[] | null {
  return items.length ? items : null;
}

/** Whether a text names a time zone, or one of our own two words. */
export function isZone(text: string): boolean {
  if (text === 'exchange' || text === 'local') return true;
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: text }));
  } catch {
    return false;
  }
}

/** Everything escaped that must be, and nothing that makes an address unreadable. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/%(3A|2F|2C|40|3D)/g, decodeURIComponent);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text).slice(0, 200);
  } catch {
    return '';
  }
}

function scaleText({ mode, inverted, auto }: Scale): string {
  const words = [mode === 'normal' ? '' : mode, inverted ? 'inverted' : '', auto ? '' : 'manual'];
  return words.filter(Boolean).join(',');
}

function scaleOf(text: string): Scale {
  const words = text.split(',');
  const mode = MODES.find((each) => words.includes(each)) ?? 'normal';
  return { mode, inverted: words.includes('inverted'), auto: !words.includes('manual') };
}

function studyText({ name, parameters, colours, pane, isHidden }: Study): string {
  const words = [name];
  for (const [key, value] of Object.entries(parameters)) words.push(`${key}=${value}`);
  for (const [key, value] of Object.entries(colours)) words.push(`@${key}=${value.slice(1)}`);
  if (pane !== null) words.push(`@pane=${pane}`);
  if (isHidden) words.push('@hidden');
  return words.join(',');
}

function studyOf(text: string, place: number): Study[] {
  const [name = '', ...words] = text.split(',');
  if (!WORD.test(name)) return [];
  const parameters: Record<string, number | string> = {};
  const colours: Record<string, string> = {};
  let pane: string | null = null;
  for (const word of words) {
    const [key = '', value = ''] = word.split('=');
    if (key === '@pane' && WORD.test(value)) pane = value;
    else if (key.startsWith('@') && HEX.test(value))
      colours[key.slice(1)] = `#${value.toLowerCase()}`;
    else if (WORD.test(key) && value && value.length <= 40) parameters[key] = numberOr(value);
  }
  return [
    { id: `@${place}`, name, parameters, colours, pane, isHidden: words.includes('@hidden') },
  ];
}

function numberOr(text: string): number | string {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** `from-to` in seconds, or one moment (seconds, or a date or time as ISO 8601, in UTC) with the day around it. */
function rangeOf(text: string): Range | null {
  const pair = /^(\d{1,11})-(\d{1,11})$/.exec(text);
  if (pair) {
    const [from, to] = [Number(pair[1]), Number(pair[2])];
    return from < to ? { from, to } : null;
  }
  const moment = /^\d{5,11}$/.test(text) ? Number(text) : parseMoment(text);
  return moment !== null ? { from: moment - 43_200, to: moment + 43_200 } : null;
}
