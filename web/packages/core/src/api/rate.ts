/**
 * What is still to be said, no faster than the server allows: a bucket of tokens that fills evenly.
 * A later word about the same topic takes the place of an earlier one. Pure; time is handed in.
 */
export class Outbox {
  private readonly waiting = new Map<string, string>();
  private tokens: number;

  /** `since` is now, in milliseconds. */
  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
    private since: number,
  ) {
    this.tokens = burst;
  }

  put(about: string, text: string): void {
    this.waiting.delete(about);
    this.waiting.set(about, text);
  }

  drop(about: string): void {
    this.waiting.delete(about);
  }

  /** Returns what may be said now, in order. */
  take(now: number): string[] {
    const earned = (Math.max(0, now - this.since) / 1000) * this.perSecond;
    this.tokens = Math.min(this.burst, this.tokens + earned);
    this.since = now;
    const said: string[] = [];
    for (const [about, text] of this.waiting) {
      if (this.tokens < 1) break;
      this.tokens -= 1;
      this.waiting.delete(about);
      said.push(text);
    }
    return said;
  }
}
