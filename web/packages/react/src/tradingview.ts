/**
 * What we use of TradingView's library, in our own words. The library itself is not ours to give:
 * who has been granted it says where its files lie.
 */

export interface LibraryBar {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export interface LibrarySymbol {
  readonly name: string;
  readonly ticker: string;
  readonly [more: string]: unknown;
}

export interface LibraryFound {
  readonly symbol: string;
  readonly ticker: string;
  readonly description: string;
  readonly exchange: string;
  readonly type: string;
}

export interface LibraryPeriod {
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly countBack: number;
  readonly firstDataRequest: boolean;
}

/** A mark at a bar or at the time scale, as the server's UDF tells it; `time` in seconds. */
export interface LibraryMark {
  readonly id: string | number;
  readonly time: number;
  readonly [more: string]: unknown;
}

export interface LibraryQuote {
  readonly s: 'ok' | 'error';
  /** The symbol, spelt as it was asked for. */
  readonly n: string;
  readonly v: Readonly<Record<string, unknown>>;
}

type Failed = (reason: string) => void;
type Marked = (
  symbol: LibrarySymbol,
  from: number,
  to: number,
  found: (marks: readonly LibraryMark[]) => void,
  resolution: string,
) => void;

export interface LibraryDatafeed {
  onReady(ready: (configuration: object) => void): void;
  searchSymbols(
    text: string,
    exchange: string,
    type: string,
    found: (symbols: readonly LibraryFound[]) => void,
  ): void;
  resolveSymbol(name: string, resolved: (symbol: LibrarySymbol) => void, failed: Failed): void;
  getBars(
    symbol: LibrarySymbol,
    resolution: string,
    period: LibraryPeriod,
    loaded: (bars: readonly LibraryBar[], meta: { noData: boolean }) => void,
    failed: Failed,
  ): void;
  subscribeBars(
    symbol: LibrarySymbol,
    resolution: string,
    tick: (bar: LibraryBar) => void,
    listener: string,
    reset: () => void,
  ): void;
  unsubscribeBars(listener: string): void;
  getServerTime(told: (seconds: number) => void): void;
  readonly getMarks?: Marked;
  readonly getTimescaleMarks?: Marked;
  getQuotes?(
    symbols: readonly string[],
    found: (quotes: readonly LibraryQuote[]) => void,
    failed: Failed,
  ): void;
  subscribeQuotes?(
    symbols: readonly string[],
    fastSymbols: readonly string[],
    told: (quotes: readonly LibraryQuote[]) => void,
    listener: string,
  ): void;
  unsubscribeQuotes?(listener: string): void;
}

export interface LibraryWidget {
  remove(): void;
  onChartReady(ready: () => void): void;
  activeChart?(): { resetData(): void };
}

interface Library {
  readonly widget: new (options: object) => LibraryWidget;
}

declare global {
  interface Window {
    TradingView?: Library;
  }
}

const FILE = 'charting_library.js';
const loading = new Map<string, Promise<Library>>();

/** Loads the library once from the path where its files lie. */
export function libraryAt(path: string): Promise<Library> {
  const address = `${path.replace(/\/*$/, '/')}${FILE}`;
  const known = loading.get(address);
  if (known) return known;
  const library = load(address).catch((reason: unknown) => {
    loading.delete(address);
    throw reason;
  });
  loading.set(address, library);
  return library;
}

function load(address: string): Promise<Library> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = address;
    script.async = true;
    script.onload = () => {
      if (window.TradingView?.widget) resolve(window.TradingView);
      else reject(new Error(`${address} is there, and is not TradingView’s library`));
    };
    script.onerror = () => {
      script.remove();
      reject(new Error(`${address} could not be loaded`));
    };
    document.head.append(script);
  });
}
