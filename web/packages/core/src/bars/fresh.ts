import type { Bar, Seconds, Stop } from '../types';

/**
 * What the stream told while answers to questions were under way: an answer may have been made
 * before it. Bars come whole, and whatever changes after an answer was made is told as well, so
 * laying these over the answer is right in the end whichever was first.
 */
export class Fresh {
  private readonly bars = new Map<Seconds, Bar>();
  private asking = 0;

  /** Remembers the stream from now on, until all who began have ended. */
  begin(): Stop {
    let isOpen = true;
    this.asking += 1;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.asking -= 1;
      if (!this.asking) this.bars.clear();
    };
  }

  /** Takes note of bars of the stream. */
  note(bars: readonly Bar[]): void {
    if (this.asking) for (const bar of bars) this.bars.set(bar.t, bar);
  }

  /** Returns the bars of an answer, with what the stream told of from <= t < until laid over it. */
  over(answer: readonly Bar[], from: Seconds, until: Seconds): Bar[] {
    const told = [...this.bars.values()].filter((bar) => bar.t >= from && bar.t < until);
    if (!told.length) return [...answer];
    const found = new Map([...answer, ...told].map((bar) => [bar.t, bar]));
    return [...found.values()].sort((a, b) => a.t - b.t);
  }
}
