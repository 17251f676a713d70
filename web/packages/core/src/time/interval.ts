/** The lengths of bars: how they are written, read and compared. Pure. */

export type Unit = 's' | 'd' | 'w' | 'M';

/** So many units; minutes and hours are counted in seconds. */
export interface IntervalLength {
  readonly count: number;
  readonly unit: Unit;
}

const SECONDS: Record<Unit, number> = { s: 1, d: 86_400, w: 604_800, M: 2_592_000 };
const MOST: Record<Unit, number> = { s: 86_399, d: 365, w: 52, M: 12 };
const ORDER: Record<Unit, number> = { s: 0, d: 1, w: 2, M: 3 };

const SIZES: Record<string, readonly [number, Unit]> = {
  '': [60, 's'],
  s: [1, 's'],
  S: [1, 's'],
  m: [60, 's'],
  h: [3_600, 's'],
  H: [3_600, 's'],
  d: [1, 'd'],
  D: [1, 'd'],
  w: [1, 'w'],
  W: [1, 'w'],
  M: [1, 'M'],
};
const WORDS: Record<string, string> = {
  sec: 's',
  second: 's',
  min: 'm',
  minute: 'm',
  hour: 'h',
  day: 'd',
  week: 'w',
  mo: 'M',
  mon: 'M',
  month: 'M',
};
/** What TradingView writes without a count. */
const BARE = new Set(['D', 'W', 'M']);

/**
 * Returns the length that a TradingView, exchange or plain spelling names, null if it names none.
 * `1m` is a minute and `1M` a month; a number alone counts minutes.
 */
export function parseInterval(text: string): IntervalLength | null {
  const [, digits, suffix = ''] = /^([1-9][0-9]{0,4})?([A-Za-z]{0,7})$/.exec(text.trim()) ?? [];
  const size = SIZES[letterOf(suffix)];
  if (!size || (!digits && !BARE.has(suffix))) return null;
  const count = Number(digits ?? 1) * size[0];
  if (size[1] === 's' && count === SECONDS.d) return { count: 1, unit: 'd' };
  return count >= 1 && count <= MOST[size[1]] ? { count, unit: size[1] } : null;
}

/** Returns the plain spelling, which messages of the server carry: `1s`, `5m`, `1h`, `1d`, `1w`, `1M`. */
export function printInterval({ count, unit }: IntervalLength): string {
  if (unit === 's' && count % 3_600 === 0) return `${count / 3_600}h`;
  if (unit === 's' && count % 60 === 0) return `${count / 60}m`;
  return `${count}${unit}`;
}

/** Returns TradingView's spelling: `1S`, `5`, `60`, `1D`, `1W`, `1M`. */
export function tradingViewInterval({ count, unit }: IntervalLength): string {
  if (unit === 's' && count % 60 === 0) return String(count / 60);
  return `${count}${unit.toUpperCase()}`;
}

/** Returns the nominal length, a month being 30 days: for ordering and estimates only. */
export const secondsOf = ({ count, unit }: IntervalLength): number => count * SECONDS[unit];

/** Whether bars are shorter than a day: then their times are instants, else dates at 00:00 UTC. */
export const isIntraday = ({ unit }: IntervalLength): boolean => unit === 's';

/** Orders by nominal length; of two equally long ones the smaller unit comes first. */
export const compareIntervals = (a: IntervalLength, b: IntervalLength): number =>
  secondsOf(a) - secondsOf(b) || ORDER[a.unit] - ORDER[b.unit];

/** Returns the length in words: `5 minutes`, `1 day`. */
export function labelOf(interval: IntervalLength): string {
  const plain = printInterval(interval);
  const count = Number.parseInt(plain, 10);
  const letter = plain.slice(String(count).length);
  const noun = { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week', M: 'month' }[letter];
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function letterOf(suffix: string): string {
  if (suffix.length < 2) return suffix;
  const word = suffix.toLowerCase();
  return WORDS[word] ?? WORDS[word.replace(/s$/, '')] ?? suffix;
}
