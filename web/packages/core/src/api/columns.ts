import type { Bar, Seconds } from '../types';
import { ApiError } from './error';

type Column = readonly (number | null)[];

/** Bars as `format=columns` writes them: one list a column. */
export interface BarColumns {
  readonly t: readonly Seconds[];
  readonly o: Column;
  readonly h: Column;
  readonly l: Column;
  readonly c: Column;
  readonly v: Column;
  readonly q: Column;
  readonly n: Column;
  readonly bv: Column;
}

const LATEST = 100_000_000_000;

/** Returns the bars of columns, looked at: see `checked`. */
export function barsOfColumns(columns: BarColumns): Bar[] {
  const { t, o, h, l, c, v, q, n, bv } = columns;
  if (!Array.isArray(t)) throw malformed('a list of times expected, found none');
  const bars = t.map((time, row) => ({
    t: time,
    o: o[row] as number,
    h: h[row] as number,
    l: l[row] as number,
    c: c[row] as number,
    v: v[row] ?? 0,
    q: q[row] ?? null,
    n: n[row] ?? null,
    bv: bv[row] ?? null,
  }));
  return checked(bars);
}

/**
 * Returns bars as they are if they ascend, lie in seconds and are finite; the chart library does
 * not look, and draws nonsense. A volume that is not known is 0.
 */
export function checked(bars: readonly Bar[]): Bar[] {
  if (!Array.isArray(bars)) throw malformed('a list of bars expected, found none');
  let before = -1;
  return bars.map((bar) => {
    const { t, o, h, l, c } = bar;
    if (!(t > before && t < LATEST))
      throw malformed(`times in seconds that ascend expected, found ${t} after ${before}`);
    // Each by itself: in a sum, null is 0.
    if (![o, h, l, c].every(Number.isFinite))
      throw malformed(`finite prices expected, found ${JSON.stringify(bar)}`);
    before = t;
    return bar.v === null ? { ...bar, v: 0 } : bar;
  });
}

const malformed = (message: string): ApiError =>
  new ApiError('malformed', message, 'does something between here and the server change answers?');
