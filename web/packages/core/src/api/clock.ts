const MOST = 16;
/** No word is under way so long: our clock was set, or the machine slept. */
const LONGEST_MS = 5_000;

/**
 * How far the server's clock is from ours, from the times it tells. What it tells is old by the
 * time it arrives, so of the last few the one that arrived soonest is the best.
 */
export class ServerClock {
  private offsets: number[] = [];

  constructor(private readonly local: () => number) {}

  /** Takes note of a time the server has just told, in microseconds. */
  heard(timeUs: number): void {
    if (!Number.isFinite(timeUs)) return;
    const offset = timeUs / 1000 - this.local();
    if (offset < this.offsetMs - LONGEST_MS) this.offsets = [];
    this.offsets.push(offset);
    if (this.offsets.length > MOST) this.offsets.shift();
  }

  /** Milliseconds to add to our clock. */
  get offsetMs(): number {
    return this.offsets.length ? Math.max(...this.offsets) : 0;
  }

  /** The time on the server in milliseconds since 1970. */
  now(): number {
    return this.local() + this.offsetMs;
  }
}
