import { ApiError, isAbort } from './error';

/** How requests are made; what is left out is the browser's. */
export interface RequestOptions {
  readonly fetch?: typeof fetch;
  readonly token?: string | undefined;
  readonly timeoutMs?: number;
}

/** An answer that was good: its JSON, and the headers that came with it. */
export interface Answer<Body> {
  readonly body: Body;
  readonly headers: Headers;
}

/** What the server says of an error. */
interface Refusal {
  readonly error?: unknown;
  readonly hint?: unknown;
  readonly code?: unknown;
}

const TIMEOUT_MS = 30_000;
const MOST_RETRY_S = 600;

/** How something is changed. */
export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Requests, and JSON in return. Every failure is an `ApiError`, but that of an abort, which stays one. */
export class Requests {
  token: string | undefined;
  private readonly fetch: typeof fetch;
  private readonly timeoutMs: number;

  constructor(options: RequestOptions = {}) {
    this.fetch = options.fetch ?? ((...given) => globalThis.fetch(...given));
    this.token = options.token;
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  }

  get<Body>(
    address: string,
    signal?: AbortSignal,
    cache: RequestCache = 'default',
  ): Promise<Answer<Body>> {
    return this.ask(address, { cache, headers: this.authority }, signal);
  }

  /** Sends a body as JSON, or nothing. */
  send<Body>(
    method: Method,
    address: string,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<Answer<Body>> {
    if (body === undefined) return this.ask(address, { method, headers: this.authority }, signal);
    const headers = { ...this.authority, 'Content-Type': 'application/json' };
    return this.ask(address, { method, headers, body: JSON.stringify(body) }, signal);
  }

  private get authority(): Record<string, string> {
    return this.token ? { Authorization: `Bearer ${this.token}` } : {};
  }

  private async ask<Body>(
    address: string,
    given: RequestInit,
    signal: AbortSignal | undefined,
  ): Promise<Answer<Body>> {
    signal?.throwIfAborted();
    const limit = AbortSignal.timeout(this.timeoutMs);
    const stop = signal ? AbortSignal.any([signal, limit]) : limit;
    try {
      const answer = await this.fetch(address, { ...given, signal: stop });
      if (!answer.ok) throw await refusalOf(answer);
      return { body: (await answer.json()) as Body, headers: answer.headers };
    } catch (error) {
      throw this.told(error, address, signal);
    }
  }

  /** Returns a failure in words; whoever gave up gets his own abort back. */
  private told(error: unknown, address: string, signal: AbortSignal | undefined): unknown {
    if (error instanceof ApiError) return error;
    if (signal?.aborted) return isAbort(error) ? error : signal.reason;
    if (error instanceof DOMException && error.name === 'TimeoutError') {
      const seconds = this.timeoutMs / 1000;
      return new ApiError('timeout', `no answer from ${address} within ${seconds} s`);
    }
    if (error instanceof SyntaxError) {
      const hint = 'is this the address of a Chandlery server?';
      return new ApiError('not_json', `JSON expected from ${address}, found something else`, hint);
    }
    const hint = 'is the server running, and does it allow this page (http.origins)?';
    return new ApiError('unreachable', `${address} cannot be reached`, hint);
  }
}

async function refusalOf(answer: Response): Promise<ApiError> {
  const said = await answer.json().then(
    (body: Refusal | null) => body ?? {},
    (): Refusal => ({}),
  );
  const message = typeof said.error === 'string' ? said.error : `HTTP ${answer.status}`;
  const hint = typeof said.hint === 'string' ? said.hint : '';
  const code = typeof said.code === 'string' ? said.code : codeOf(answer.status);
  return new ApiError(code, message, hint, answer.status, retryOf(answer.headers));
}

const codeOf = (status: number): string =>
  ({ 401: 'unauthorized', 403: 'forbidden', 404: 'not_found', 429: 'rate_limited' })[status] ??
  (status >= 500 ? 'unavailable' : 'bad_request');

function retryOf(headers: Headers): number | null {
  const seconds = Number(headers.get('Retry-After') ?? Number.NaN);
  return seconds >= 0 ? Math.min(seconds, MOST_RETRY_S) : null;
}
