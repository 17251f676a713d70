/** Follows the price of one market, also through what a lost connection kept back. */

import {
  type ApiError,
  type Bar,
  browser,
  type Client,
  checkedBars,
  Insist,
  type Seconds,
  Signal,
  type Socket,
  type Stop,
  type TopicMessage,
} from '@chandlery/chart-core';
import { type Move, Track } from './track';

const INTERVAL = '1m';
/** The newest week of a cut is looked at. */
const MOST_MISSED = 10_080;
const PAGE = 10_000;

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
  private readonly insist = new Insist(browser(), new Signal<ApiError | null>(null));
  private isFilling = false;

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
    if (isHole && !this.isFilling) void this.fill(last);
    this.take(bars);
  }

  stop(): void {
    this.given.abort();
  }

  private take(bars: readonly Bar[]): void {
    const moves = this.track.take(bars);
    if (moves.length) this.tell(moves);
  }

  private async fill(start: Seconds): Promise<void> {
    const query = { symbol: this.symbol, interval: INTERVAL, start, limit: PAGE };
    const { signal } = this.given;
    const ask = () =>
      this.client.allCandles(query, MOST_MISSED, { signal, cache: 'no-cache' as const });
    this.isFilling = true;
    // Where asking again cannot help, nothing goes off by what was missed.
    const bars = await this.insist.ask(ask, () => !signal.aborted).catch(() => null);
    this.isFilling = false;
    if (bars && !signal.aborted) this.take(bars);
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
