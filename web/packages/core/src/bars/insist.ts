import type { Environment } from '../api/environment';
import { ApiError, asApiError, isAbort } from '../api/error';
import type { Signal } from '../signal';

const LONGEST_WAIT_MS = 30_000;

/**
 * Asks until there is an answer, waiting longer each time, or as long as the server says. What
 * asking again cannot help is waited out once and thrown, so that whoever asks again does not storm.
 */
export class Insist {
  constructor(
    private readonly world: Pick<Environment, 'after' | 'random'>,
    /** What went wrong last; null once an answer came. */
    private readonly trouble: Signal<ApiError | null>,
  ) {}

  /** Returns the answer; null if it is not wanted any more. */
  async ask<Value>(ask: () => Promise<Value>, isWanted: () => boolean): Promise<Value | null> {
    for (let tries = 1; ; tries++) {
      const answer = await ask().catch((error: unknown) => this.failed(error, isWanted()));
      if (!(answer instanceof ApiError)) {
        if (answer !== null) this.trouble.set(null);
        return answer;
      }
      await this.wait(answer, tries);
      if (!isWanted()) return null;
      if (!answer.isPassing) throw answer;
    }
  }

  private failed(error: unknown, isWanted: boolean): ApiError | null {
    if (isAbort(error) || !isWanted) return null;
    const told = asApiError(error);
    this.trouble.set(told);
    return told;
  }

  private wait(error: ApiError, tries: number): Promise<void> {
    const longest = Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** tries);
    const ms = (error.retryAfter ?? 0) * 1_000 + (0.5 + this.world.random() / 2) * longest;
    return new Promise((resolve) => this.world.after(ms, resolve));
  }
}
