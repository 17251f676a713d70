/**
 * The key of whoever sits here. On the server's own pages it is kept as a cookie that no script can
 * read; elsewhere for as long as the tab is open.
 */

import { asApiError, Client } from '@chandlery/chart-core';

const PATH = '/api/session';
const KEPT = 'chandlery.token';
/** Pages wait for this answer before they show anything. */
const PATIENCE_MS = 10_000;
/** The server that the page comes from. */
const session = new Client('', { timeoutMs: PATIENCE_MS });

/** The token to send with each request; empty where the cookie does it. */
export function keptToken(): string {
  try {
    return sessionStorage.getItem(KEPT) ?? '';
  } catch {
    return '';
  }
}

/** Has a token checked and kept; returns what is wrong with it, or nothing. */
export async function signIn(base: string, token: string): Promise<string> {
  if (base) {
    sessionStorage.setItem(KEPT, token);
    return '';
  }
  try {
    await session.send('POST', PATH, { token });
    return '';
  } catch (error) {
    return asApiError(error).message;
  }
}

/** Forgets the key. */
export async function signOut(base: string): Promise<void> {
  sessionStorage.removeItem(KEPT);
  if (!base) await session.send('DELETE', PATH);
}

/** Takes in the token of a link such as `/#token=...`, and takes it out of the address. */
export async function takeTokenOfLink(base: string): Promise<void> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (!token) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  await signIn(base, token);
}
