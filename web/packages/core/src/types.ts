/** The vocabulary: values that every part of the chart speaks of. */

/** Seconds since 1970, UTC. */
export type Seconds = number & { readonly unit?: 'seconds' };

/** A bar as the server sends it; what a source does not know is null. */
export interface Bar {
  readonly t: Seconds;
  readonly o: number;
  readonly h: number;
  readonly l: number;
  readonly c: number;
  readonly v: number;
  readonly q?: number | null;
  readonly n?: number | null;
  readonly bv?: number | null;
}

/** A market as `/api/v1/symbols` tells it. */
export interface Market {
  readonly symbol: string;
  readonly exchange: string;
  readonly base: string;
  readonly quote: string;
  readonly type: string;
  readonly description: string;
  readonly session: string;
  readonly time_zone: string;
  readonly price_scale: number;
  readonly volume_precision: number;
}

/** How a series stands; each is shown to people in its own way. */
export type SeriesStatus =
  | 'connecting'
  | 'live'
  | 'delayed'
  | 'reconnecting'
  | 'offline'
  | 'empty'
  | 'unknown'
  | 'error';

/**
 * What a change of the bars did, so that a drawing redraws that much and no more. Only `reset` says
 * that these are other bars, so that the view is to be set anew.
 */
export type BarsChange =
  /** All bars are others. */
  | { readonly kind: 'reset' }
  /** So many bars came in front of the first. */
  | { readonly kind: 'older'; readonly count: number }
  /**
   * From this index on bars are new, changed, moved or gone; nothing before it. Mostly the last bar
   * or the one after it. A lower index: a bar came in between, or what was loaded was looked at
   * again. 0: also that bars at the old end were let go.
   */
  | { readonly kind: 'tail'; readonly from: number }
  /** Bars at these indices were corrected; times are the same. */
  | { readonly kind: 'corrected'; readonly indices: readonly number[] };

/** Ends what was begun; to call it again does nothing. */
export type Stop = () => void;
