import type { Bar, BarsChange, Seconds, Stop } from '../types';

/** The bars of one series, ascending and unique. `LoadedBars` holds them. */
export interface BarStore {
  readonly length: number;
  at(index: number): Bar;
  first(): Bar | null;
  last(): Bar | null;
  /** The index of the bar that begins at a time, -1 if none does. */
  indexOf(time: Seconds): number;
  /** The index of the last bar that begins at or before a time, -1 if all begin later. */
  floor(time: Seconds): number;
  all(): readonly Bar[];
  watch(listener: (change: BarsChange) => void): Stop;
}
