import { isolated } from '../isolated';
import type { ApiError } from './error';
import type { Topic, TopicMessage } from './messages';

/** Whoever follows a topic. */
export interface Listener {
  message(message: TopicMessage): void;
  /** The server does not let it be followed. */
  failed?(error: ApiError): void;
}

/** A topic that is followed, and by whom: it outlives connections. */
export class Subscription {
  /** Listeners, and whether each has seen where the topic began. */
  readonly listeners = new Map<Listener, boolean>();
  /** Bars of a snapshot. */
  bars = 0;
  /** The sequence that all have seen; null where nothing can be resumed. */
  since: number | null = null;
  /** How often it was refused for now. */
  tries = 0;
  /** The newest message, for topics of which one message says all. */
  private newest: TopicMessage | null = null;

  constructor(
    readonly key: string,
    readonly topic: Topic,
  ) {}

  /** Takes a follower; returns whether the server has to be asked to begin anew. */
  add(listener: Listener, bars: number): boolean {
    this.listeners.set(listener, false);
    this.bars = Math.max(this.bars, bars);
    if (this.newest) queueMicrotask(() => this.repeat(listener));
    return this.topic.channel === 'candles';
  }

  /** Returns the fields of the message that subscribes, after what was seen before. */
  fields(mostBars: number): object {
    if (this.topic.channel !== 'candles') return this.topic;
    const isKnown = this.since !== null && [...this.listeners.values()].every(Boolean);
    if (isKnown) return { ...this.topic, bars: mostBars, since: this.since };
    return { ...this.topic, bars: Math.min(Math.max(this.bars, 2), mostBars) };
  }

  /** Those that were up to date learn that what comes is a new beginning. */
  renew(): void {
    const { topic } = this;
    if (topic.channel !== 'candles' || this.since === null) return;
    if ([...this.listeners.values()].every(Boolean)) return;
    this.since = null;
    this.tell({ type: 'resync', ...topic }, (isReady) => isReady);
  }

  /** Hands a message on. */
  take(message: TopicMessage): void {
    this.tries = 0;
    if (message.type === 'resync') this.since = null;
    else if (message.channel === 'candles') this.since = message.sequence;
    else if (message.channel !== 'trades') this.newest = message;
    const begins = message.channel !== 'candles' || message.type === 'snapshot';
    if (begins) for (const listener of this.listeners.keys()) this.listeners.set(listener, true);
    this.tell(message, (isReady) => isReady || message.type === 'resync');
  }

  /** What was the newest word is old now. */
  stale(): void {
    this.newest = null;
  }

  fail(error: ApiError): void {
    for (const listener of [...this.listeners.keys()]) isolated(() => listener.failed?.(error));
  }

  private tell(message: TopicMessage, wants: (isReady: boolean) => boolean): void {
    for (const [listener, isReady] of [...this.listeners])
      if (this.listeners.has(listener) && wants(isReady)) isolated(() => listener.message(message));
  }

  private repeat(listener: Listener): void {
    if (!this.newest || this.listeners.get(listener) !== false) return;
    this.listeners.set(listener, true);
    listener.message(this.newest);
  }
}
