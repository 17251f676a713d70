import type { Gap } from '../api/answers';
import type { Client } from '../api/client';
import { checked } from '../api/columns';
import { browser, type Environment } from '../api/environment';
import { type ApiError, asApiError, isAbort } from '../api/error';
import type { StatusMessage, TopicMessage } from '../api/messages';
import type { Socket } from '../api/socket';
import { Signal } from '../signal';
import { parseInterval, secondsOf } from '../time/interval';
import type { Bar, Market, Seconds, SeriesStatus, Stop } from '../types';
import { History } from './history';
import { Insist } from './insist';
import { Seam } from './seam';
import { standingOf } from './standing';
import type { BarStore } from './store';

export interface FeedOptions {
  /** Bars that are loaded first, at most 1,000. */
  readonly firstBars?: number;
  /** Bars that are loaded at most. */
  readonly cap?: number;
  readonly environment?: Pick<Environment, 'after' | 'random'>;
}

const FIRST_BARS = 300;
const CAP = 50_000;
/** Farther back than so many bars, they are loaded by themselves instead of all up to there. */
const FAR = 20_000;
/** Bars that are loaded on each side of a time that is jumped to. */
const AROUND = 1_000;
/** So often gaps are looked at again that may be filled. */
const GAPS_MS = 30_000;

/**
 * One symbol at one interval: its newest bars, kept current, and older ones as they are asked for.
 * Nothing is asked before `start`, and all ends with `stop`.
 */
export class SeriesFeed {
  readonly bars: BarStore;
  readonly market = new Signal<Market | null>(null);
  readonly status = new Signal<SeriesStatus>('connecting');
  /** Why the status is what it is, in words; empty where all is well. */
  readonly reason = new Signal('');
  /** The code of the error that the status comes from; empty where there was none. */
  readonly code = new Signal('');
  /** Whether there are no older bars. */
  readonly isComplete: Signal<boolean>;
  /** Whether the newest bars are loaded; not so after a jump far back: see `loadNewest`. */
  readonly isAtEnd: Signal<boolean>;
  /** Grows when bars before the first loaded one changed, or may have: what was made of them is old. */
  readonly olderChanges: Signal<number>;
  /** The newest bar there is, also where it is not among those loaded. */
  readonly newest = new Signal<Bar | null>(null);
  readonly gaps = new Signal<readonly Gap[]>([]);
  private readonly seam: Seam;
  private readonly history: History;
  private readonly insist: Insist;
  private readonly world: Pick<Environment, 'after' | 'random'>;
  private stopGaps: Stop = () => undefined;
  private readonly trouble = new Signal<ApiError | null>(null);
  private readonly firstBars: number;
  private readonly seconds: number;
  private readonly given = new AbortController();
  private stops: Stop[] = [];
  private refusal: ApiError | null = null;
  private server: StatusMessage | null = null;
  /** The connection in which the stream was last joined. */
  private joinedEpoch = -1;
  private sequence = -1;
  private wasCurrent = false;
  private flight: Promise<void> | null = null;

  constructor(
    private readonly client: Client,
    private readonly socket: Socket,
    readonly symbol: string,
    readonly interval: string,
    options: FeedOptions = {},
  ) {
    const length = parseInterval(interval);
    this.seconds = length ? secondsOf(length) : 60;
    this.firstBars = options.firstBars ?? FIRST_BARS;
    this.world = options.environment ?? browser();
    this.insist = new Insist(this.world, this.trouble);
    const nowS = () => socket.clock.now() / 1000;
    this.history = new History(client, symbol, interval, this.seconds, nowS);
    this.seam = new Seam(this.history, this.insist, options.cap ?? CAP);
    this.bars = this.seam.bars;
    this.isComplete = this.seam.isComplete;
    this.isAtEnd = this.seam.isAtEnd;
    this.olderChanges = this.seam.olderChanges;
  }

  /** Begins to load and to follow. */
  start(): void {
    if (this.stops.length || this.given.signal.aborted) return;
    const { socket, symbol, interval } = this;
    const assess = () => this.assess();
    const candles = { channel: 'candles', symbol, interval } as const;
    const status = { channel: 'status', symbol } as const;
    this.stops = [
      socket.state.watch(assess),
      this.seam.isSynced.watch(assess),
      this.trouble.watch(assess),
      this.bars.watch(() => this.counted()),
      socket.subscribe(candles, this, this.firstBars),
      socket.subscribe(status, { message: (message) => this.heardOfServer(message) }),
    ];
    this.attempt(() => this.seam.paint(this.firstBars));
    this.attempt(() => this.loadMarket());
    this.attempt(() => this.loadGaps());
    assess();
  }

  /** Ends everything; what is loaded stays. */
  stop(): void {
    this.given.abort();
    this.history.stop();
    this.seam.lose();
    this.stopGaps();
    for (const stop of this.stops) stop();
    this.stops = [];
  }

  /** Loads about `count` bars before the first. One question at a time: calls meanwhile wait for it. */
  loadOlder(count: number): Promise<void> {
    return this.single(() => this.seam.older(count));
  }

  /** Loads about `count` bars after the last, where the newest are not loaded. */
  loadNewer(count: number): Promise<void> {
    return this.single(() => this.seam.newer(count));
  }

  /** Loads the newest bars again after a jump. */
  async loadNewest(): Promise<void> {
    // `while`: somebody else who waited may have asked another question before us.
    while (this.flight) await this.flight;
    if (!this.isAtEnd.get()) await this.single(() => this.seam.jump(null, this.firstBars));
  }

  /** Loads bars so that those around a time are among them: all up to there, or, far away, others. */
  async loadUntil(time: Seconds): Promise<void> {
    while (this.flight) await this.flight;
    const first = this.bars.first();
    const last = this.bars.last();
    if (!first || !last) return;
    if (time > last.t && !this.isAtEnd.get()) await this.jump(time);
    if (time >= first.t || this.isComplete.get()) return;
    if ((first.t - time) / this.seconds > FAR) await this.jump(time);
    else {
      await this.single(() => this.seam.until(time));
      await this.loadOlder(AROUND);
    }
  }

  /** Asks which stretches were not collected, and again while one of them may be filled. */
  async loadGaps(): Promise<void> {
    this.stopGaps();
    const gaps = await this.client.gaps(this.symbol, undefined, this.ask);
    if (this.given.signal.aborted) return;
    this.gaps.set(gaps);
    if (gaps.every(({ state }) => state === 'lost')) return;
    this.stopGaps = this.world.after(GAPS_MS, () => this.attempt(() => this.loadGaps()));
  }

  /** See `Listener`. */
  message(message: TopicMessage): void {
    if (message.type === 'resync') this.seam.lose();
    else if (message.channel === 'candles') {
      try {
        this.heard(message.type, checked(message.bars), message.sequence);
      } catch (error) {
        this.trouble.set(asApiError(error));
      }
    }
    this.assess();
  }

  /** See `Listener`. */
  failed(error: ApiError): void {
    this.refusal = error;
    this.assess();
  }

  private heard(type: 'snapshot' | 'update' | 'correction', bars: Bar[], sequence: number): void {
    const last = bars[bars.length - 1];
    if (last && last.t >= (this.newest.get()?.t ?? 0)) this.newest.set(last);
    this.refusal = null;
    const { epoch } = this.socket.state.get();
    // Of what was missed a first message may carry corrections alone; its sequence is the old one.
    if (type !== 'correction' || sequence > this.sequence) this.joinedEpoch = epoch;
    this.sequence = sequence;
    if (type === 'snapshot') this.attempt(() => this.seam.begin(bars));
    else this.seam.take(bars);
  }

  private heardOfServer(message: TopicMessage): void {
    if (message.type !== 'status') return;
    const before = this.server?.feed?.state;
    this.server = message;
    // What a feed missed is known when it is back.
    if (before !== undefined && message.feed?.state !== before) this.attempt(() => this.loadGaps());
    this.assess();
  }

  private async jump(time: Seconds): Promise<void> {
    const end = Math.round(time + AROUND * this.seconds);
    const isNow = end > this.socket.clock.now() / 1000;
    await this.single(() => this.seam.jump(isNow ? null : end, 2 * AROUND));
    const before = this.bars.first();
    if (!before || before.t <= time || this.isComplete.get()) return;
    await this.single(() => this.seam.until(time));
    await this.loadOlder(AROUND);
  }

  private async loadMarket(): Promise<void> {
    const isWanted = () => !this.given.signal.aborted;
    const ask = () => this.client.symbol(this.symbol, this.ask);
    const market = await this.insist.ask(ask, isWanted);
    if (market) this.market.set(market);
  }

  /** Does one thing at a time, again where the stream began anew meanwhile. */
  private single(load: () => Promise<boolean>): Promise<void> {
    this.flight ??= this.repeated(load).finally(() => {
      this.flight = null;
    });
    return this.flight;
  }

  private async repeated(load: () => Promise<boolean>): Promise<void> {
    const isStopped = () => this.given.signal.aborted;
    try {
      while (!isStopped() && !(await load()));
    } catch (error) {
      if (!isAbort(error)) this.trouble.set(asApiError(error));
    }
  }

  /** Does what tells its own failure. */
  private attempt(work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      if (isAbort(error) || this.given.signal.aborted) return;
      const told = asApiError(error);
      if (told.status > 0 && !told.isPassing) this.failed(told);
      else this.trouble.set(told);
    });
  }

  private counted(): void {
    const last = this.bars.last();
    if (last && this.isAtEnd.get() && last.t >= (this.newest.get()?.t ?? 0)) this.newest.set(last);
    this.assess();
  }

  private assess(): void {
    const { socket, seam } = this;
    const state = socket.state.get();
    const isJoined = state.phase === 'open' && this.joinedEpoch === state.epoch;
    const isCurrent = isJoined && seam.isSynced.get();
    this.wasCurrent ||= isCurrent;
    const { status, reason, code } = standingOf({
      socket: state,
      isOnline: socket.isOnline,
      isCurrent,
      wasCurrent: this.wasCurrent,
      hasBars: this.bars.length > 0,
      refusal: this.refusal,
      trouble: this.trouble.get(),
      server: this.server,
    });
    this.reason.set(reason);
    this.code.set(code);
    this.status.set(status);
  }

  private get ask() {
    return { signal: this.given.signal, cache: 'no-cache' as const };
  }
}
