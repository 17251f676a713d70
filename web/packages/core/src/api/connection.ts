import { baseOf } from './address';
import { Client } from './client';
import { Socket } from './socket';

/** Both ways to a server: questions, and what it tells by itself. */
export interface Connection {
  readonly client: Client;
  readonly socket: Socket;
}

const MOST = 20;
const connections = new Map<string, Connection>();

/**
 * Returns the connection of this page to a server, the same for whoever asks with the same token.
 * A socket that nobody uses is closed, so nothing has to be let go of. The newest 20 are remembered.
 */
export function connectionTo(base = '', token?: string): Connection {
  const key = JSON.stringify([baseOf(base), token ?? '']);
  const known = connections.get(key);
  if (known) return known;
  const made = { client: new Client(base, { token }), socket: new Socket(base, { token }) };
  const [oldest] = connections.keys();
  if (connections.size >= MOST && oldest !== undefined) connections.delete(oldest);
  connections.set(key, made);
  return made;
}
