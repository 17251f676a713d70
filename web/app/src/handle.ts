/** What the page offers to scripts and to who helps others: small, and it stays as it is. */

import { type Bar, parseMoment, type SeriesStatus } from '@chandlery/chart-core';
import type { Desk } from './desk';
import { VERSION } from './version';

export interface Handle {
  readonly symbol: string;
  readonly interval: string;
  readonly status: SeriesStatus;
  readonly version: string;
  /** The bars that are loaded. */
  bars(): readonly Pick<Bar, 't' | 'o' | 'h' | 'l' | 'c' | 'v'>[];
  /** Shows a time: seconds since 1970, or a date or time as ISO 8601, in UTC where it names no zone. */
  goTo(time: number | string): Promise<void>;
}

declare global {
  interface Window {
    chandlery?: Handle;
  }
}

export function offerHandle(desk: Desk): void {
  window.chandlery = {
    get symbol() {
      return desk.layout.get().symbol;
    },
    get interval() {
      return desk.layout.get().interval;
    },
    get status() {
      return desk.standing.get().status;
    },
    version: VERSION,
    bars: () =>
      (desk.view.get()?.bars() ?? []).map(({ t, o, h, l, c, v }) => ({ t, o, h, l, c, v })),
    goTo: async (time) => {
      const seconds = typeof time === 'number' ? time : parseMoment(time);
      if (seconds === null || !Number.isFinite(seconds))
        throw new RangeError(`a time in seconds or a date as ISO 8601 expected, found '${time}'`);
      await desk.view.get()?.goTo(seconds);
    },
  };
}
