import { apiBase } from '../place';
import { keptToken } from '../session';

/** What the server refuses, in its words. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly hint: string,
    readonly status: number,
  ) {
    super(message);
  }
}

const PATIENCE_MS = 30_000;

/** Asks the server, and returns the JSON of its answer. */
export async function ask<Answer>(
  path: string,
  { method = 'GET', body }: { method?: string; body?: unknown } = {},
): Promise<Answer> {
  const token = keptToken();
  const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const answer = await fetch(apiBase() + path, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch(() => {
    throw new ApiError('the server cannot be reached', 'is it running?', 0);
  });
  if (answer.ok) return (await answer.json()) as Answer;
  const told = (await answer.json().catch(() => ({}))) as { error?: string; hint?: string };
  throw new ApiError(
    told.error ?? `the server answered ${answer.status}`,
    told.hint ?? '',
    answer.status,
  );
}

export const post = <Answer>(path: string, body: unknown = {}): Promise<Answer> =>
  ask<Answer>(path, { method: 'POST', body });

/** An error in one line, for people. */
export function wordsOf(error: unknown): string {
  if (error instanceof ApiError)
    return error.hint ? `${error.message}: ${error.hint}` : error.message;
  return error instanceof Error ? error.message : String(error);
}
