import {
  asApiError,
  type Bar,
  type ChartFeed,
  type Client,
  type Gap,
  isAbort,
  LoadedBars,
  type Market,
  type Seconds,
  type SeriesStatus,
  Signal,
} from '@chandlery/chart-core';

const FIRST_BARS = 500;
const MOST_AT_ONCE = 5_000;

/** Bars as they are when they are asked for: nothing is followed, older ones come with scrolling. */
export class StillFeed implements ChartFeed {
  readonly bars = new LoadedBars();
  readonly market = new Signal<Market | null>(null);
  readonly status = new Signal<SeriesStatus>('connecting');
  readonly reason = new Signal('');
  readonly isComplete = new Signal(false);
  readonly isAtEnd = new Signal(true);
  readonly newest = new Signal<Bar | null>(null);
  readonly gaps = new Signal<readonly Gap[]>([]);
  private readonly given = new AbortController();

  constructor(
    private readonly client: Client,
    readonly symbol: string,
    readonly interval: string,
  ) {}

  start(): void {
    void this.begin();
  }

  stop(): void {
    this.given.abort();
  }

  async loadOlder(count: number): Promise<void> {
    const end = this.bars.first()?.t;
    if (end === undefined || this.isComplete.get()) return;
    const found = await this.page(Math.min(count, MOST_AT_ONCE), end);
    if (found.length > 0) this.bars.prepend(found);
  }

  async loadUntil(time: Seconds): Promise<void> {
    while (!this.given.signal.aborted && !this.isComplete.get()) {
      const first = this.bars.first();
      if (!first || first.t <= time) return;
      await this.loadOlder(MOST_AT_ONCE);
    }
  }

  loadNewer(): Promise<void> {
    return Promise.resolve();
  }

  loadNewest(): Promise<void> {
    return Promise.resolve();
  }

  private async begin(): Promise<void> {
    try {
      const { signal } = this.given;
      const [market, bars] = await Promise.all([
        this.client.symbol(this.symbol, { signal }),
        this.page(FIRST_BARS),
      ]);
      this.market.set(market);
      this.bars.reset(bars);
      this.newest.set(this.bars.last());
      this.status.set(bars.length > 0 ? 'live' : 'empty');
    } catch (error) {
      if (isAbort(error)) return;
      const { code, message, hint } = asApiError(error);
      this.reason.set([message, hint].filter(Boolean).join(': '));
      this.status.set(code.startsWith('unknown') ? 'unknown' : 'error');
    }
  }

  private async page(limit: number, end?: Seconds): Promise<readonly Bar[]> {
    const { symbol, interval } = this;
    const query = { symbol, interval, limit, end };
    const { bars, cursor } = await this.client.candles(query, { signal: this.given.signal });
    if (cursor === null) this.isComplete.set(true);
    return bars;
  }
}
