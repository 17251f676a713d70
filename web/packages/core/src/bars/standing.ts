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
}

const UNREACHABLE_AFTER = 3;
const SILENT_S = 60;
const UNKNOWN = new Set(['unknown_symbol', 'unknown_interval', 'not_found']);

/** Returns how a series stands. Pure. */
export function standingOf(known: Circumstances): Standing {
  const { socket, refusal, trouble } = known;
  if (refusal)
    return { status: UNKNOWN.has(refusal.code) ? 'unknown' : 'error', reason: said(refusal) };
  if (socket.phase === 'refused') return { status: 'error', reason: said(socket.error) };
  if (socket.phase === 'waiting' || (socket.phase === 'connecting' && socket.failures > 0))
    return disconnected(known);
  if (!known.isCurrent) {
    const reason = said(trouble);
    return { status: known.wasCurrent ? 'reconnecting' : 'connecting', reason };
  }
  return current(known);
}

function disconnected({ socket, isOnline, wasCurrent }: Circumstances): Standing {
  if (!isOnline) return { status: 'offline', reason: 'this device has no network' };
  const reason = said(socket.error);
  if (socket.failures >= UNREACHABLE_AFTER) return { status: 'offline', reason };
  return { status: wasCurrent ? 'reconnecting' : 'connecting', reason };
}

function current({ hasBars, server }: Circumstances): Standing {
  if (server?.status === 'failing') return { status: 'delayed', reason: server.reason };
  const feed = server?.feed;
  if (feed) {
    const reason = `${feed.name}: ${feed.reason || feed.state}`;
    if (['connecting', 'waiting', 'stalled'].includes(feed.state))
      return { status: 'reconnecting', reason };
    if (['backfilling', 'paused', 'stopped'].includes(feed.state))
      return { status: 'delayed', reason };
    if ((feed.silent_s ?? 0) >= SILENT_S)
      return { status: 'delayed', reason: `${feed.name}: nothing came for ${feed.silent_s} s` };
  }
  return { status: hasBars ? 'live' : 'empty', reason: '' };
}

const said = (error: ApiError | null): string =>
  error ? [error.message, error.hint].filter(Boolean).join(': ') : '';
