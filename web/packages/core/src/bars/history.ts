import type { CandlePage } from '../api/answers';
import type { Client } from '../api/client';
import type { Bar, Seconds } from '../types';

/** Bars after a moment; `until` is how far was looked, null for up to now. */
export interface Later {
  readonly bars: readonly Bar[];
  readonly until: Seconds | null;
}

const MOST_STEPS = 40;
const PAGE = 10_000;

/**
 * The bars of one series, asked of the server. Caches of the browser are never taken at their word:
 * a bar may have been corrected.
 */
export class History {
  private readonly given = new AbortController();

  constructor(
    private readonly client: Client,
    readonly symbol: string,
    readonly interval: string,
    private readonly seconds: number,
    private readonly nowS: () => Seconds,
  ) {}

  newest(limit: number): Promise<CandlePage> {
    return this.page({ limit });
  }

  before(end: Seconds, limit: number): Promise<CandlePage> {
    return this.page({ end, limit });
  }

  /** Returns the newest `most` bars of a range. */
  between(start: Seconds, end: Seconds, most: number): Promise<Bar[]> {
    const { symbol, interval } = this;
    if (end <= start) return Promise.resolve([]);
    return this.client.allCandles({ symbol, interval, start, end, limit: PAGE }, most, this.ask);
  }

  /**
   * Returns the bars that follow a time, about `count` of them. The server tells the newest of a
   * range, so ranges are asked for that hold no more; where nothing was traded they get longer, and
   * shorter again where that was too long.
   */
  async after(time: Seconds, count: number): Promise<Later> {
    const bars: Bar[] = [];
    let start = time + 1;
    const least = count * this.seconds;
    const most = Math.max(PAGE, 2 * count);
    let span = least;
    for (let step = 0; step < MOST_STEPS; step++) {
      const isLast = start + span > this.nowS();
      const end = isLast ? undefined : start + span;
      const { symbol, interval } = this;
      const query = { symbol, interval, start, end, limit: PAGE };
      const found = await this.client.allCandles(query, most, this.ask);
      if (found.length === most && span > least) {
        span = Math.max(span / 4, least);
        continue;
      }
      bars.push(...found);
      if (end === undefined) return { bars, until: null };
      if (bars.length * 2 >= count || step === MOST_STEPS - 1) return { bars, until: end };
      start = end;
      span *= 2;
    }
    return { bars, until: start };
  }

  /** Gives up what is under way. */
  stop(): void {
    this.given.abort();
  }

  private page(range: { end?: Seconds; limit: number }): Promise<CandlePage> {
    return this.client.candles(
      { symbol: this.symbol, interval: this.interval, ...range },
      this.ask,
    );
  }

  private get ask() {
    return { signal: this.given.signal, cache: 'no-cache' as const };
  }
}
