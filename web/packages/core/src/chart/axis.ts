/** Times and places on the time scale, also between bars and beyond the last one. Pure. */

import type { Seconds } from '../types';

/** The times of the scale, evenly spaced whatever lies between them. */
export interface Axis {
  readonly bars: {
    readonly length: number;
    at(index: number): { readonly t: Seconds };
    floor(time: Seconds): number;
  };
  /** Seconds from one bar to the next, for what lies before the first and after the last. */
  readonly step: number;
}

/** Where a time lies, in bars from the first one; null before there are bars. */
export function logicalOf({ bars, step }: Axis, time: Seconds): number | null {
  if (bars.length === 0) return null;
  const index = bars.floor(time);
  if (index < 0) return (time - bars.at(0).t) / step;
  const start = bars.at(index).t;
  if (index === bars.length - 1) return index + (time - start) / step;
  return index + (time - start) / (bars.at(index + 1).t - start);
}

/** The time at a place; the inverse of `logicalOf`. */
export function timeAt({ bars, step }: Axis, logical: number): Seconds | null {
  const last = bars.length - 1;
  if (last < 0) return null;
  if (logical <= 0) return bars.at(0).t + logical * step;
  if (logical >= last) return bars.at(last).t + (logical - last) * step;
  const index = Math.floor(logical);
  const start = bars.at(index).t;
  return start + (logical - index) * (bars.at(index + 1).t - start);
}
