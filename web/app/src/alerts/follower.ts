/** Follows the price of one market, also through what a lost connection kept back. */

import {
  asApiError,
  type Bar,
  type Client,
  checkedBars,
  type Seconds,
  type Socket,
  type Stop,
  type TopicMessage,
} from '@chandlery/chart-core';
import { type Move, Track } from './track';

const INTERVAL = '1m';
/** The newest week of a cut is looked at. */
const MOST_MISSED = 10_080;
const PAGE = 10_000;
const AGAIN_MS = 10_000;

/** Tells each move of a market's price until it is stopped. */
export function followed(
  { client, socket }: { readonly client: Client; readonly socket: Socket },
  symbol: string,
  tell: (moves: readonly Move[]) => void,
): Stop {
  const follower = new Follower(client, symbol, tell);
  const stop = socket.subscribe({ channel: 'candles', symbol, interval: INTERVAL }, follower);
  return () => {
    stop();
    follower.stop();
  };
}

class Follower {
  private readonly track = new Track();
  private readonly given = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The time from which on bars are missing. */
  private missing: Seconds | null = null;

  constructor(
    private readonly client: Client,
    private readonly symbol: string,
    private readonly tell: (moves: readonly Move[]) => void,
  ) {}

  /** See `Listener`. */
  message(message: TopicMessage): void {
    if (message.channel !== 'candles' || message.type === 'resync') return;
    const { last } = this.track;
    const bars = sound(message.bars);
    const isHole = message.type === 'snapshot' && last !== null && (bars[0]?.t ?? 0) > last;
    // The last one that was seen went on, too.
    if (isHole && this.missing === null) {
      this.missing = last;
      void this.fill(last);
    }
    this.take(bars);
  }

  stop(): void {
    this.given.abort();
    clearTimeout(this.timer);
  }

  private take(bars: readonly Bar[]): void {
    const moves = this.track.take(bars);
    if (moves.length) this.tell(moves);
  }

  private async fill(start: Seconds): Promise<void> {
    const { symbol } = this;
    const { signal } = this.given;
    const query = { symbol, interval: INTERVAL, start, limit: PAGE };
    try {
      const bars = await this.client.allCandles(query, MOST_MISSED, { signal, cache: 'no-cache' });
      this.missing = null;
      if (!signal.aborted) this.take(bars);
    } catch (error) {
      if (signal.aborted) return;
      if (asApiError(error).isPassing)
        this.timer = setTimeout(() => void this.fill(start), AGAIN_MS);
      else this.missing = null;
    }
  }
}

/** Bars that make no sense reach nothing. */
function sound(bars: readonly Bar[]): readonly Bar[] {
  try {
    return checkedBars(bars);
  } catch {
    return [];
  }
}
