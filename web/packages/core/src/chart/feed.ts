/** What a chart needs of a series of bars; `SeriesFeed` is one. */

import type { Gap } from '../api/answers';
import type { BarStore } from '../bars/store';
import type { Signal } from '../signal';
import type { Bar, Market, Seconds, SeriesStatus } from '../types';

export interface ChartFeed {
  readonly symbol: string;
  readonly interval: string;
  readonly bars: BarStore;
  readonly market: Signal<Market | null>;
  readonly status: Signal<SeriesStatus>;
  readonly reason: Signal<string>;
  /** The code of the error that the status comes from; empty where there was none. */
  readonly code?: Signal<string>;
  readonly isComplete: Signal<boolean>;
  /** Whether the newest bars are among those loaded. */
  readonly isAtEnd: Signal<boolean>;
  /** The newest bar there is, loaded or not. */
  readonly newest: Signal<Bar | null>;
  readonly gaps: Signal<readonly Gap[]>;
  /** Grows when bars before the first loaded one changed. */
  readonly olderChanges?: Signal<number>;
  loadOlder(count: number): Promise<void>;
  loadNewer(count: number): Promise<void>;
  loadNewest(): Promise<void>;
  loadUntil(time: Seconds): Promise<void>;
  /** Asks again which stretches were not collected. */
  loadGaps?(): Promise<void>;
  start(): void;
  stop(): void;
}
