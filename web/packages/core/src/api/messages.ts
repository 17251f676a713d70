/** The messages of `/ws`, as docs/websocket.md has them. */

import { parseInterval, printInterval } from '../time/interval';
import type { Bar } from '../types';
import type { Ticker } from './answers';

/** What can be subscribed to. */
export type Topic =
  | { readonly channel: 'candles'; readonly symbol: string; readonly interval: string }
  | { readonly channel: 'trades' | 'ticker'; readonly symbol: string }
  | { readonly channel: 'status'; readonly symbol?: string };

export interface Hello {
  readonly type: 'hello';
  readonly protocol: number;
  readonly server: string;
  readonly time: number;
  readonly heartbeat_s: number;
  readonly authenticated: boolean;
  readonly limits: {
    readonly subscriptions: number;
    readonly bars: number;
    readonly messages_per_s: number;
    readonly message_burst: number;
  };
}

export interface BarsMessage {
  readonly type: 'snapshot' | 'update' | 'correction';
  readonly channel: 'candles';
  readonly symbol: string;
  readonly interval: string;
  readonly sequence: number;
  /** Whether the last bar has ended. */
  readonly closed: boolean;
  readonly bars: readonly Bar[];
}

export interface ResyncMessage {
  readonly type: 'resync';
  readonly channel: 'candles';
  readonly symbol: string;
  readonly interval: string;
}

export interface Trade {
  /** Microseconds since 1970. */
  readonly time: number;
  readonly price: number;
  readonly size: number;
  readonly side: 'buy' | 'sell' | null;
  readonly id: string;
}

export interface TradesMessage {
  readonly type: 'trades';
  readonly channel: 'trades';
  readonly symbol: string;
  readonly skipped: number;
  readonly trades: readonly Trade[];
}

export interface TickerMessage {
  readonly type: 'ticker';
  readonly channel: 'ticker';
  readonly symbol: string;
  readonly ticker: Ticker;
}

/** The feed that a market belongs to. */
export interface FeedState {
  readonly name: string;
  readonly state: string;
  readonly reason: string;
  readonly reconnects: number;
  readonly silent_s: number | null;
}

export interface StatusMessage {
  readonly type: 'status';
  readonly channel: 'status';
  readonly symbol?: string;
  readonly status: 'ok' | 'failing' | 'draining';
  readonly reason: string;
  readonly within_s?: number;
  readonly feed?: FeedState | null;
  readonly feeds?: readonly FeedState[];
}

/** What belongs to a topic. */
export type TopicMessage =
  | BarsMessage
  | ResyncMessage
  | TradesMessage
  | TickerMessage
  | StatusMessage;

export interface ErrorMessage {
  readonly type: 'error';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly id: unknown;
}

export interface Subscribed {
  readonly type: 'subscribed' | 'unsubscribed';
  readonly channel: Topic['channel'];
  readonly symbol?: string;
  readonly interval?: string;
  readonly id: unknown;
}

export type ServerMessage =
  | Hello
  | { readonly type: 'authenticated' }
  | { readonly type: 'heartbeat' | 'pong'; readonly time: number }
  | Subscribed
  | TopicMessage
  | ErrorMessage;

/** Returns the message of a text; null where it is none. What is in it is looked at by who uses it. */
export function read(text: unknown): ServerMessage | null {
  if (typeof text !== 'string') return null;
  try {
    const found: unknown = JSON.parse(text);
    const isMessage = typeof found === 'object' && found !== null && 'type' in found;
    return isMessage ? (found as ServerMessage) : null;
  } catch {
    return null;
  }
}

/**
 * Returns what tells topics apart, however they are spelt: as the server takes them, symbols are the
 * same in any case, and intervals of one length.
 */
export function keyOf(topic: {
  readonly channel: string;
  readonly symbol?: string;
  readonly interval?: string;
}): string {
  const { channel, symbol = '', interval = '' } = topic;
  const length = parseInterval(interval);
  const plain = length ? printInterval(length) : interval;
  return [channel, symbol.trim().toUpperCase(), plain].join('\n');
}
