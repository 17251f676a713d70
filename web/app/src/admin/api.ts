/** Questions to the server, with the key of whoever sits here. */

import { asApiError, Client, type Method } from '@chandlery/chart-core';
import { apiBase } from '../place';
import { keptToken } from '../session';

/** Made anew for each question: the key may be another one by then. */
const server = () => new Client(apiBase(), { token: keptToken() || undefined });

export const ask = <Answer>(path: string): Promise<Answer> => server().read<Answer>(path);

export const send = <Answer>(method: Method, path: string, body?: unknown): Promise<Answer> =>
  server().send<Answer>(method, path, body);

export const post = <Answer>(path: string, body: unknown = {}): Promise<Answer> =>
  send<Answer>('POST', path, body);

/** An error in one line, for people. */
export function wordsOf(error: unknown): string {
  const { message, hint } = asApiError(error);
  return hint ? `${message}: ${hint}` : message;
}
