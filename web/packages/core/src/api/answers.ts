import type { Bar, Seconds } from '../types';

/** A page of bars, ascending. `cursor` leads to the page before it; null at the beginning. */
export interface CandlePage {
  readonly bars: readonly Bar[];
  readonly cursor: string | null;
  /** The interval of the bars: another one than was asked for with `adaptive`. */
  readonly interval: string;
}

/** What to ask of `/api/v1/candles`; bars with start <= t < end. */
export interface CandleQuery {
  readonly symbol: string;
  readonly interval: string;
  readonly start?: Seconds | undefined;
  readonly end?: Seconds | undefined;
  readonly limit?: number | undefined;
  readonly fill?: 'none' | 'flat' | undefined;
  readonly adaptive?: boolean | undefined;
  readonly cursor?: string | undefined;
}

/** The last 24 hours of a market in one line; null where nothing was traded. */
export interface Ticker {
  readonly symbol: string;
  readonly last: number | null;
  readonly time: Seconds | null;
  readonly open: number | null;
  readonly high: number | null;
  readonly low: number | null;
  readonly volume: number | null;
  readonly quote_volume: number | null;
  readonly change: number | null;
  readonly change_percent: number | null;
  readonly trades: number | null;
}

/** A stretch that was not collected; `end` is null while it lasts. */
export interface Gap {
  readonly start: Seconds;
  readonly end: Seconds | null;
  readonly state: 'open' | 'filling' | 'lost';
  readonly reason: string;
}

export interface Interval {
  readonly interval: string;
  readonly spellings: readonly string[];
  readonly seconds: number;
  readonly rung: boolean;
}

export interface IndicatorParameter {
  readonly name: string;
  readonly kind: 'int' | 'float' | 'choice';
  readonly help: string;
  readonly expected: string;
  readonly default: number | string;
  readonly least?: number;
  readonly most?: number;
  readonly choices?: readonly string[];
}

/** An indicator as `/api/v1/indicators` lists it. */
export interface IndicatorInfo {
  readonly name: string;
  readonly title: string;
  readonly help: string;
  readonly pane: 'overlay' | 'own';
  readonly outputs: readonly string[];
  readonly parameters: readonly IndicatorParameter[];
}

/** A value for each parameter of an indicator. */
export type Parameters = Readonly<Record<string, number | string>>;

/** An indicator over bars: a value of each output for each time, null where there is none. */
export interface IndicatorValues {
  readonly indicator: string;
  readonly interval: string;
  readonly parameters: Parameters;
  /** By how many bars each output is drawn to the right of its bar (left: negative). */
  readonly displacement: Readonly<Record<string, number>>;
  readonly t: readonly Seconds[];
  readonly outputs: Readonly<Record<string, readonly (number | null)[]>>;
}

export interface IndicatorQuery {
  readonly symbol: string;
  readonly interval: string;
  readonly start?: Seconds | undefined;
  readonly end?: Seconds | undefined;
  readonly limit?: number | undefined;
  readonly parameters?: Parameters | undefined;
}

/** A page of markets. */
export interface SymbolPage<Market> {
  readonly markets: readonly Market[];
  readonly cursor: string | null;
}
