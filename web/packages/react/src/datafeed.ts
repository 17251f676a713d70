/** A datafeed for TradingView's library over our REST API and WebSocket, streaming included. */

import {
  type Bar,
  type Client,
  type Connection,
  connectionTo,
  isAbort,
  type Market,
} from '@chandlery/chart-core';
import type { LibraryBar, LibraryDatafeed, LibraryFound, LibrarySymbol } from './tradingview';

const MOST_FOUND = 50;
const MOST_BARS = 10_000;
const SPELLING = /^\d+[SDWM]?$/;

export interface DatafeedOptions {
  /** Address of the server; '' is that of the page. A path that ends with `/udf` is that of the server too. */
  readonly datafeedUrl?: string | undefined;
  /** Address of the WebSocket, where it is another server's. */
  readonly wsUrl?: string | undefined;
  readonly token?: string | undefined;
}

/** A datafeed for the server at an address. */
export function datafeedOf({ datafeedUrl = '', wsUrl, token }: DatafeedOptions): LibraryDatafeed {
  const base = datafeedUrl.replace(/\/(udf|api\/tradingview)?\/*$/, '');
  const { client, socket } = connectionTo(base, token);
  const stream = wsUrl ? wsUrl.replace(/^ws/, 'http').replace(/\/ws\/*$/, '') : base;
  const other = stream === base ? socket : connectionTo(stream, token).socket;
  return new Datafeed({ client, socket: other });
}

export class Datafeed implements LibraryDatafeed {
  private readonly client: Client;
  private readonly socket: Connection['socket'];
  private readonly stops = new Map<string, () => void>();
  /** The newest bar that was given, by symbol and resolution: earlier ones may not be streamed. */
  private readonly given = new Map<string, number>();
  private resolutions: Promise<readonly string[]> | null = null;

  constructor({ client, socket }: Connection) {
    this.client = client;
    this.socket = socket;
  }

  onReady(ready: (configuration: object) => void): void {
    const told = (supported_resolutions: readonly string[]) =>
      ready({ supported_resolutions, supports_time: true, supports_marks: false });
    this.offered().then(told, () => told(['1', '5', '15', '60', '240', '1D', '1W', '1M']));
  }

  searchSymbols(
    text: string,
    exchange: string,
    type: string,
    found: (symbols: readonly LibraryFound[]) => void,
  ): void {
    const query = {
      query: text.trim() || undefined,
      exchange: exchange || undefined,
      type: type || undefined,
      limit: MOST_FOUND,
    };
    this.client.symbols(query).then(
      ({ markets }) => found(markets.map(foundOf)),
      () => found([]),
    );
  }

  resolveSymbol(
    name: string,
    resolved: (symbol: LibrarySymbol) => void,
    failed: (reason: string) => void,
  ): void {
    Promise.all([this.client.symbol(name), this.offered()]).then(
      ([market, resolutions]) => resolved(symbolOf(market, resolutions)),
      (reason: unknown) => failed(wordsOf(reason)),
    );
  }

  getBars(
    { ticker }: LibrarySymbol,
    resolution: string,
    {
      to,
      countBack,
      firstDataRequest,
    }: { to: number; countBack: number; firstDataRequest: boolean },
    loaded: (bars: readonly LibraryBar[], meta: { noData: boolean }) => void,
    failed: (reason: string) => void,
  ): void {
    const limit = Math.max(1, Math.min(countBack, MOST_BARS));
    // The first request ends in the future at times; the server's newest bars are meant.
    const range = firstDataRequest ? { limit } : { limit, end: to };
    this.client.candles({ symbol: ticker, interval: resolution, ...range }).then(
      ({ bars }) => {
        const last = bars.at(-1);
        if (firstDataRequest && last) this.given.set(`${ticker} ${resolution}`, last.t);
        loaded(bars.map(barOf), { noData: bars.length === 0 });
      },
      (reason: unknown) => {
        if (!isAbort(reason)) failed(wordsOf(reason));
      },
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
          else if (message.type === 'correction' || message.type === 'resync') reset();
        },
      },
    );
    this.stops.set(listener, stop);
  }

  unsubscribeBars(listener: string): void {
    this.stops.get(listener)?.();
    this.stops.delete(listener);
  }

  getServerTime(told: (seconds: number) => void): void {
    told(Math.floor(this.socket.clock.now() / 1000));
  }

  /** Ends all that is followed. */
  stop(): void {
    for (const listener of [...this.stops.keys()]) this.unsubscribeBars(listener);
  }

  private offered(): Promise<readonly string[]> {
    this.resolutions ??= this.client
      .intervals()
      .then((list) =>
        list.flatMap(({ spellings }) => spellings.find((each) => SPELLING.test(each)) ?? []),
      )
      .catch((reason: unknown) => {
        this.resolutions = null;
        throw reason;
      });
    return this.resolutions;
  }
}

function barOf({ t, o, h, l, c, v }: Bar): LibraryBar {
  return { time: t * 1000, open: o, high: h, low: l, close: c, volume: v };
}

function foundOf({ symbol, description, exchange, type }: Market): LibraryFound {
  return { symbol, ticker: symbol, description, exchange, type };
}

function symbolOf(market: Market, resolutions: readonly string[]): LibrarySymbol {
  return {
    ...foundOf(market),
    name: market.symbol,
    listed_exchange: market.exchange,
    session: market.session,
    timezone: market.time_zone === 'UTC' ? 'Etc/UTC' : market.time_zone,
    minmov: 1,
    pricescale: market.price_scale,
    volume_precision: market.volume_precision,
    has_intraday: true,
    has_seconds: resolutions.some((each) => each.endsWith('S')),
    has_weekly_and_monthly: true,
    supported_resolutions: resolutions,
    format: 'price',
    data_status: 'streaming',
  };
}

const wordsOf = (reason: unknown): string =>
  reason instanceof Error ? reason.message : String(reason);
