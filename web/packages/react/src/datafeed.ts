/**
 * A datafeed for TradingView's library. What describes symbols, marks and quotes comes from the
 * server's own UDF, so that there is one place for it; bars come over REST and stream over the
 * WebSocket.
 */

import {
  type ApiError,
  type Bar,
  type Client,
  type Connection,
  connectionTo,
  type Seconds,
  type Ticker,
} from '@chandlery/chart-core';
import { Recent } from './recent';
import type {
  LibraryBar,
  LibraryDatafeed,
  LibraryFound,
  LibraryMark,
  LibraryPeriod,
  LibraryQuote,
  LibrarySymbol,
} from './tradingview';

const UDF = '/api/tradingview';
const MOST_FOUND = 50;
const MOST_BARS = 50_000;
/** Series whose newest bar is known: far more than can be followed at once. */
const MOST_SERIES = 1_000;
/** So long corrections are gathered before the chart is drawn anew. */
const REDRAW_MS = 500;

export interface DatafeedOptions {
  /** Address of the server; '' is that of the page. A path that ends with `/udf` is that of the server too. */
  readonly datafeedUrl?: string | undefined;
  /** Address of the WebSocket, where it is another server's. */
  readonly wsUrl?: string | undefined;
  readonly token?: string | undefined;
  /**
   * Old bars are others: the library has forgotten what it knew, and only its owner can have it draw
   * them, with `widget.activeChart().resetData()`.
   */
  readonly onReset?: (() => void) | undefined;
}

/** A datafeed for the server at an address. */
export function datafeedOf({ datafeedUrl = '', wsUrl, token, onReset }: DatafeedOptions): Datafeed {
  const base = datafeedUrl.replace(/\/(udf|api\/tradingview)?\/*$/, '');
  const { client, socket } = connectionTo(base, token);
  const stream = wsUrl ? wsUrl.replace(/^ws/, 'http').replace(/\/ws\/*$/, '') : base;
  const other = stream === base ? socket : connectionTo(stream, token).socket;
  return new Datafeed({ client, socket: other }, onReset);
}

export class Datafeed implements LibraryDatafeed {
  private readonly client: Client;
  private readonly socket: Connection['socket'];
  private readonly stops = new Map<string, () => void>();
  /** The newest bar that was given, by symbol and resolution: earlier ones may not be streamed. */
  private readonly given = new Recent<string, Seconds>(MOST_SERIES);
  private redraw: ReturnType<typeof setTimeout> | undefined;

  constructor(
    { client, socket }: Connection,
    private readonly onReset: () => void = () => undefined,
  ) {
    this.client = client;
    this.socket = socket;
  }

  onReady(ready: (configuration: object) => void): void {
    // Without an answer the library would wait for ever: it shows its own errors later.
    this.client.read<object>(`${UDF}/config`).then(ready, () => ready({}));
  }

  searchSymbols(
    text: string,
    exchange: string,
    type: string,
    found: (symbols: readonly LibraryFound[]) => void,
  ): void {
    const query = { query: text.trim(), exchange, type, limit: MOST_FOUND };
    this.client.read<LibraryFound[]>(`${UDF}/search`, query).then(found, () => found([]));
  }

  resolveSymbol(
    name: string,
    resolved: (symbol: LibrarySymbol) => void,
    failed: (reason: string) => void,
  ): void {
    this.client.read<LibrarySymbol | { s: 'error' }>(`${UDF}/symbols`, { symbol: name }).then(
      (symbol) => ('ticker' in symbol ? resolved(symbol) : failed('unknown_symbol')),
      // The library has a picture of its own for this word.
      (error: ApiError) => failed(error.status === 404 ? 'unknown_symbol' : error.message),
    );
  }

  getBars(
    { ticker }: LibrarySymbol,
    resolution: string,
    period: LibraryPeriod,
    loaded: (bars: readonly LibraryBar[], meta: { noData: boolean }) => void,
    failed: (reason: string) => void,
  ): void {
    this.bars(ticker, resolution, period).then(
      (bars) => {
        const last = bars.at(-1);
        if (period.firstDataRequest && last) this.given.set(`${ticker} ${resolution}`, last.t);
        loaded(bars.map(barOf), { noData: bars.length === 0 });
      },
      (error: Error) => failed(error.message),
    );
  }

  subscribeBars(
    { ticker }: LibrarySymbol,
    resolution: string,
    tick: (bar: LibraryBar) => void,
    listener: string,
    reset: () => void,
  ): void {
    const key = `${ticker} ${resolution}`;
    const take = (bars: readonly Bar[]) => {
      for (const bar of bars) {
        if (bar.t < (this.given.get(key) ?? 0)) continue;
        this.given.set(key, bar.t);
        tick(barOf(bar));
      }
    };
    this.unsubscribeBars(listener);
    const stop = this.socket.subscribe(
      { channel: 'candles', symbol: ticker, interval: resolution },
      {
        message: (message) => {
          if (message.type === 'snapshot' || message.type === 'update') take(message.bars);
          // Old bars cannot be changed one by one: the library forgets all and asks again.
          else if (message.type === 'correction' || message.type === 'resync') this.forget(reset);
        },
      },
    );
    this.stops.set(listener, stop);
  }

  unsubscribeBars(listener: string): void {
    this.stops.get(listener)?.();
    this.stops.delete(listener);
  }

  getServerTime(told: (seconds: Seconds) => void): void {
    told(Math.floor(this.socket.clock.now() / 1000));
  }

  getMarks(
    symbol: LibrarySymbol,
    from: Seconds,
    to: Seconds,
    found: (marks: readonly LibraryMark[]) => void,
    resolution: string,
  ): void {
    this.marks('marks', { symbol: symbol.ticker, from, to, resolution }, found);
  }

  getTimescaleMarks(
    symbol: LibrarySymbol,
    from: Seconds,
    to: Seconds,
    found: (marks: readonly LibraryMark[]) => void,
    resolution: string,
  ): void {
    this.marks('timescale_marks', { symbol: symbol.ticker, from, to, resolution }, found);
  }

  getQuotes(
    symbols: readonly string[],
    found: (quotes: readonly LibraryQuote[]) => void,
    failed: (reason: string) => void,
  ): void {
    if (!symbols.length) {
      found([]);
      return;
    }
    const query = { symbols: symbols.join(',') };
    this.client.read<{ d: LibraryQuote[] }>(`${UDF}/quotes`, query).then(
      ({ d }) => found(d),
      (error: Error) => failed(error.message),
    );
  }

  subscribeQuotes(
    symbols: readonly string[],
    fastSymbols: readonly string[],
    told: (quotes: readonly LibraryQuote[]) => void,
    listener: string,
  ): void {
    this.unsubscribeQuotes(listener);
    const stops = [...new Set([...symbols, ...fastSymbols])].map((symbol) =>
      this.socket.subscribe(
        { channel: 'ticker', symbol },
        {
          message: (message) => {
            if (message.type === 'ticker') told([quoteOf(symbol, message.ticker)]);
          },
          failed: () => told([{ s: 'error', n: symbol, v: {} }]),
        },
      ),
    );
    this.stops.set(quotesOf(listener), () => {
      for (const stop of stops) stop();
    });
  }

  unsubscribeQuotes(listener: string): void {
    this.unsubscribeBars(quotesOf(listener));
  }

  /** Ends all that is followed. */
  stop(): void {
    clearTimeout(this.redraw);
    for (const listener of [...this.stops.keys()]) this.unsubscribeBars(listener);
  }

  /**
   * Returns all bars of a period, and at least as many as were asked for: the library never asks
   * again for what lies between two answers.
   */
  private async bars(symbol: string, interval: string, period: LibraryPeriod): Promise<Bar[]> {
    const { from, to, countBack, firstDataRequest } = period;
    const series = { symbol, interval };
    // The first request ends in the future at times; the newest bars are meant.
    const end = firstDataRequest ? undefined : to;
    const limit = Math.max(1, Math.min(countBack, MOST_BARS));
    const { bars, cursor } = await this.client.candles({ ...series, end, limit }, NO_CACHE);
    const first = bars[0];
    if (!first || cursor === null || first.t <= from) return [...bars];
    const range = { ...series, start: from, end: first.t };
    const rest = await this.client.allCandles(range, MOST_BARS, NO_CACHE);
    return [...rest, ...bars];
  }

  private marks(
    path: string,
    query: Record<string, string | number>,
    found: (marks: readonly LibraryMark[]) => void,
  ): void {
    this.client.read<LibraryMark[]>(`${UDF}/${path}`, query).then(found, () => found([]));
  }

  private forget(reset: () => void): void {
    reset();
    clearTimeout(this.redraw);
    this.redraw = setTimeout(this.onReset, REDRAW_MS);
  }
}

const NO_CACHE = { cache: 'no-cache' } as const;

const quotesOf = (listener: string): string => `quotes ${listener}`;

function barOf({ t, o, h, l, c, v }: Bar): LibraryBar {
  return { time: t * 1000, open: o, high: h, low: l, close: c, volume: v };
}

/** A quote has no field for what is not known. */
function quoteOf(symbol: string, ticker: Ticker): LibraryQuote {
  const values = {
    original_name: ticker.symbol,
    short_name: ticker.symbol.slice(ticker.symbol.indexOf(':') + 1),
    lp: ticker.last,
    ch: ticker.change,
    chp: ticker.change_percent,
    open_price: ticker.open,
    high_price: ticker.high,
    low_price: ticker.low,
    prev_close_price: ticker.change === null ? null : ticker.open,
    volume: ticker.volume,
  };
  const known = Object.entries(values).filter(([, value]) => value !== null);
  return { s: 'ok', n: symbol, v: Object.fromEntries(known) };
}
