/** The symbols that are watched, kept in the browser. */

import { Signal } from '@chandlery/chart-core';
import { useSignal } from '@chandlery/react';
import { kept, textsOf } from '../layout/kept';
import { moved } from '../layout/layout';
import { useDesk } from '../shell/context';

/** As many tickers as one connection follows beside its charts. */
export const MOST_WATCHED = 50;

const store = kept<readonly string[]>('watchlist', [], (found) => textsOf(found, MOST_WATCHED));

export class Watched {
  readonly symbols = new Signal<readonly string[]>(store.read());

  /** Watches a market, or does so no more; returns whether there was room. */
  toggle(symbol: string): boolean {
    const now = this.symbols.get();
    if (now.includes(symbol)) this.set(now.filter((other) => other !== symbol));
    else if (now.length >= MOST_WATCHED) return false;
    else this.set([...now, symbol]);
    return true;
  }

  move(from: number, to: number): void {
    this.set(moved(this.symbols.get(), from, to));
  }

  private set(symbols: readonly string[]): void {
    this.symbols.set(symbols);
    store.write(symbols);
  }
}

export function useWatched(): readonly string[] {
  return useSignal(useDesk().watched.symbols);
}
