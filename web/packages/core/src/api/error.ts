/** What went wrong with a request or a subscription, in the server's words where it had any. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    /** Stays the same over versions: `unknown_symbol`, `rate_limited`, `unreachable` ... */
    readonly code: string,
    message: string,
    /** What to do about it; may be empty. */
    readonly hint = '',
    /** The status of HTTP; 0 where there was no answer. */
    readonly status = 0,
    /** After how many seconds it is worth asking again; null where nobody said. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }

  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const LOCKED = new Set([
  'unauthorized',
  'forbidden',
  'not_allowed',
  'authentication_required',
  'authentication_failed',
]);

/** Whether a key, or another one, would help, by the code of an error. */
export const needsKey = (code: string): boolean => LOCKED.has(code);

/** Whether a request was given up by whoever made it. */
export const isAbort = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'AbortError';

/** Returns any failure as an `ApiError`. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError('internal', error instanceof Error ? error.message : String(error));
}
