/** The last 24 hours of the markets that are watched: a line each, and closes for a tiny chart. */

import { type Client, Signal, type Socket, type Ticker } from '@chandlery/chart-core';

/** A point each half hour of a day. */
const SPARK_INTERVAL = '30m';
const SPARK_POINTS = 48;
const SPARK_FRESH_MS = 10 * 60_000;
/** Questions about closes that are open at once. */
const AT_ONCE = 4;

export interface Quote {
  readonly ticker: Ticker | null;
  /** Closes from old to new. */
  readonly closes: readonly number[];
  /** Why there is nothing, in words. */
  readonly fault: string;
}

const NOTHING: Quote = { ticker: null, closes: [], fault: '' };

interface Followed {
  readonly stop: () => void;
  askedMs: number;
}

export class Tickers {
  /** Quotes outlive that their market is followed: who shows one goes on with the same. */
  private readonly quotes = new Map<string, Signal<Quote>>();
  private readonly followed = new Map<string, Followed>();
  private waiting: string[] = [];
  private open = 0;

  constructor(
    private readonly client: Client,
    private readonly socket: Socket,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /** Follows these markets and no others. */
  follow(symbols: readonly string[]): void {
    for (const symbol of this.followed.keys()) if (!symbols.includes(symbol)) this.end(symbol);
    for (const symbol of this.quotes.keys())
      if (!symbols.includes(symbol)) this.quotes.delete(symbol);
    for (const symbol of symbols) if (!this.followed.has(symbol)) this.begin(symbol);
    this.refresh();
  }

  /** The quote of a market, of which nothing is known before it is followed. */
  of(symbol: string): Signal<Quote> {
    const known = this.quotes.get(symbol);
    if (known) return known;
    const quote = new Signal(NOTHING);
    this.quotes.set(symbol, quote);
    return quote;
  }

  /** Asks anew for closes that have become old. */
  refresh(): void {
    const now = this.nowMs();
    for (const [symbol, followed] of this.followed) {
      if (now - followed.askedMs < SPARK_FRESH_MS) continue;
      followed.askedMs = now;
      this.waiting.push(symbol);
    }
    this.askNext();
  }

  stop(): void {
    for (const symbol of this.followed.keys()) this.end(symbol);
    this.waiting = [];
  }

  private begin(symbol: string): void {
    const quote = this.of(symbol);
    const stop = this.socket.subscribe(
      { channel: 'ticker', symbol },
      {
        message: (message) => {
          if (message.type === 'ticker') quote.set({ ...quote.get(), ticker: message.ticker });
        },
        failed: (error) => quote.set({ ...quote.get(), fault: error.message }),
      },
    );
    this.followed.set(symbol, { stop, askedMs: Number.NEGATIVE_INFINITY });
  }

  private end(symbol: string): void {
    this.followed.get(symbol)?.stop();
    this.followed.delete(symbol);
  }

  private askNext(): void {
    while (this.open < AT_ONCE) {
      const symbol = this.waiting.shift();
      if (symbol === undefined) return;
      if (this.followed.has(symbol)) void this.ask(symbol, this.of(symbol));
    }
  }

  private async ask(symbol: string, quote: Signal<Quote>): Promise<void> {
    this.open += 1;
    try {
      const query = { symbol, interval: SPARK_INTERVAL, limit: SPARK_POINTS };
      const { bars } = await this.client.candles(query);
      quote.set({ ...quote.get(), closes: bars.map((bar) => bar.c) });
    } catch {
      // The line of the market says what is wrong; without closes it only has no tiny chart.
    } finally {
      this.open -= 1;
      this.askNext();
    }
  }
}

/** The path of a tiny chart in a box; empty where there is nothing to draw. */
export function sparkPath(closes: readonly number[], width: number, height: number): string {
  if (closes.length < 2) return '';
  const low = Math.min(...closes);
  const span = Math.max(...closes) - low || 1;
  const points = closes.map((close, index) => {
    const x = (index / (closes.length - 1)) * width;
    const y = height - ((close - low) / span) * height;
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return `M${points.join('L')}`;
}
