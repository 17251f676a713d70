/**
 * Asks the server while somebody types: after a pause, one question at a time, and an answer that
 * came too late is dropped. What was found stays until the next answer, so that nothing flickers.
 */

import { Signal } from '@chandlery/chart-core';

export interface Found<Row> {
  /** What the rows are the answer to. */
  readonly query: string;
  readonly rows: readonly Row[];
  readonly isBusy: boolean;
  /** What went wrong, in words. */
  readonly fault: string;
}

export type Ask<Row> = (query: string, signal: AbortSignal) => Promise<readonly Row[]>;

export interface Timers {
  set(callback: () => void, ms: number): number;
  clear(id: number): void;
}

const REAL: Timers = {
  set: (callback, ms) => window.setTimeout(callback, ms),
  clear: (id) => window.clearTimeout(id),
};

export const PAUSE_MS = 90;

export class Lookup<Row> {
  readonly found: Signal<Found<Row>>;
  private asking: AbortController | null = null;
  private timer = 0;

  constructor(
    private readonly ask: Ask<Row>,
    private readonly timers: Timers = REAL,
  ) {
    this.found = new Signal<Found<Row>>({ query: '', rows: [], isBusy: false, fault: '' });
  }

  /** The first question is asked at once, later ones after a pause. */
  type(query: string, isAtOnce = false): void {
    this.stop();
    this.found.set({ ...this.found.get(), isBusy: true });
    if (isAtOnce) this.start(query);
    else this.timer = this.timers.set(() => this.start(query), PAUSE_MS);
  }

  /** Gives up what is being asked. */
  stop(): void {
    this.timers.clear(this.timer);
    this.asking?.abort();
    this.asking = null;
  }

  private start(query: string): void {
    const asking = new AbortController();
    this.asking = asking;
    this.ask(query, asking.signal).then(
      (rows) => this.answer(asking, { query, rows, isBusy: false, fault: '' }),
      (reason: unknown) => {
        const fault = reason instanceof Error ? reason.message : String(reason);
        this.answer(asking, { query, rows: [], isBusy: false, fault });
      },
    );
  }

  private answer(asking: AbortController, found: Found<Row>): void {
    if (this.asking !== asking) return;
    this.asking = null;
    this.found.set(found);
  }
}
