import { Signal } from '@chandlery/chart-core';

/**
 * Something that was done, and how it is undone and done again. One that returns false had nothing
 * left to do, such as for drawings of a market that is not shown any more, and is passed over.
 */
export interface Step {
  readonly undo: () => unknown;
  readonly redo: () => unknown;
}

const MOST_STEPS = 200;

/** What was done, in order; the layout and the drawings share one. */
export class Undo {
  readonly can = new Signal(
    { undo: false, redo: false },
    (a, b) => a.undo === b.undo && a.redo === b.redo,
  );
  private past: Step[] = [];
  private future: Step[] = [];
  private isAtWork = false;

  /** What is pushed while something is undone is part of that, and no step of its own. */
  push(step: Step): void {
    if (this.isAtWork) return;
    this.past = [...this.past, step].slice(-MOST_STEPS);
    this.future = [];
    this.tell();
  }

  undo(): void {
    for (let step = this.past.pop(); step; step = this.past.pop()) {
      if (!this.work(step.undo)) continue;
      this.future.push(step);
      break;
    }
    this.tell();
  }

  redo(): void {
    for (let step = this.future.pop(); step; step = this.future.pop()) {
      if (!this.work(step.redo)) continue;
      this.past.push(step);
      break;
    }
    this.tell();
  }

  private work(done: () => unknown): boolean {
    this.isAtWork = true;
    try {
      return done() !== false;
    } finally {
      this.isAtWork = false;
    }
  }

  private tell(): void {
    this.can.set({ undo: this.past.length > 0, redo: this.future.length > 0 });
  }
}
