import { Signal } from '@chandlery/chart-core';

/** Something that was done, and how it is undone and done again. */
export interface Step {
  readonly undo: () => void;
  readonly redo: () => void;
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
    const step = this.past.pop();
    if (!step) return;
    this.future.push(step);
    this.work(step.undo);
  }

  redo(): void {
    const step = this.future.pop();
    if (!step) return;
    this.past.push(step);
    this.work(step.redo);
  }

  private work(done: () => void): void {
    this.isAtWork = true;
    try {
      done();
    } finally {
      this.isAtWork = false;
      this.tell();
    }
  }

  private tell(): void {
    this.can.set({ undo: this.past.length > 0, redo: this.future.length > 0 });
  }
}
