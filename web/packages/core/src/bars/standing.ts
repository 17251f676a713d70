import type { ApiError } from '../api/error';
import type { StatusMessage } from '../api/messages';
import type { SocketState } from '../api/socket';
import type { SeriesStatus } from '../types';

/** What is known of a series and of the ways it comes. */
export interface Circumstances {
  readonly socket: SocketState;
  readonly isOnline: boolean;
  /** Bars agree with the server's, and the stream goes on. */
  readonly isCurrent: boolean;
  /** It has been so before. */
  readonly wasCurrent: boolean;
  readonly hasBars: boolean;
  /** The server will not have the series followed. */
  readonly refusal: ApiError | null;
  /** What went wrong with a question, and is asked again. */
  readonly trouble: ApiError | null;
  /** What the server says of itself and of the market's feed. */
  readonly server: StatusMessage | null;
}

export interface Standing {
  readonly status: SeriesStatus;
  /** Why, in words; empty where all is well. */
  readonly reason: string;
  /** The code of the error that it comes from; empty where there was none. */
  readonly code: string;
}

const UNREACHABLE_AFTER = 3;
const SILENT_S = 60;
const UNKNOWN = new Set(['unknown_symbol', 'unknown_interval', 'not_found']);

/** Returns how a series stands. Pure. */
export function standingOf(known: Circumstances): Standing {
  const { socket, refusal, trouble } = known;
  if (refusal) return of(UNKNOWN.has(refusal.code) ? 'unknown' : 'error', refusal);
  if (socket.phase === 'refused') return of('error', socket.error);
  if (socket.phase === 'waiting' || (socket.phase === 'connecting' && socket.failures > 0))
    return disconnected(known);
  if (!known.isCurrent) return of(known.wasCurrent ? 'reconnecting' : 'connecting', trouble);
  return current(known);
}

function disconnected({ socket, isOnline, wasCurrent }: Circumstances): Standing {
  if (!isOnline) return plain('offline', 'this device has no network');
  if (socket.failures >= UNREACHABLE_AFTER) return of('offline', socket.error);
  return of(wasCurrent ? 'reconnecting' : 'connecting', socket.error);
}

function current({ hasBars, server }: Circumstances): Standing {
  if (server?.status === 'failing') return plain('delayed', server.reason);
  const feed = server?.feed;
  if (feed) {
    const reason = `${feed.name}: ${feed.reason || feed.state}`;
    if (['connecting', 'waiting', 'stalled'].includes(feed.state))
      return plain('reconnecting', reason);
    if (['backfilling', 'paused', 'stopped'].includes(feed.state)) return plain('delayed', reason);
    if ((feed.silent_s ?? 0) >= SILENT_S)
      return plain('delayed', `${feed.name}: nothing came for ${feed.silent_s} s`);
  }
  return plain(hasBars ? 'live' : 'empty', '');
}

const plain = (status: SeriesStatus, reason: string): Standing => ({ status, reason, code: '' });

const of = (status: SeriesStatus, error: ApiError | null): Standing =>
  error
    ? { status, reason: [error.message, error.hint].filter(Boolean).join(': '), code: error.code }
    : plain(status, '');
