/**
 * The alerts at work: their markets are followed in one-minute bars, so that a spike between two
 * looks, or what happened while the connection was lost, sets them off too.
 */

import { newId, Signal } from '@chandlery/chart-core';
import { PriceLineLayer } from '@chandlery/chart-core/orders';
import type { Desk } from '../desk';
import { type Alert, keptAlerts, MOST_ALERTS, reached } from './alerts';
import { followed } from './follower';
import { notify, ring } from './tell';
import type { Move } from './track';

let book: AlertBook | null = null;

/** The one book of the page. */
export function bookOf(desk: Desk): AlertBook {
  book ??= new AlertBook(desk);
  return book;
}

export class AlertBook {
  readonly list = new Signal<readonly Alert[]>(keptAlerts.read());
  private readonly followed = new Map<string, () => void>();
  private readonly lines: PriceLineLayer;

  constructor(private readonly desk: Desk) {
    this.lines = new PriceLineLayer((intent) => {
      if (intent.kind === 'moved') this.move(intent.id, intent.price);
      else if (intent.kind === 'closed') this.remove(intent.id);
    });
    const attach = () => desk.view.get()?.attach(this.lines);
    desk.view.watch(attach);
    desk.layout.watch(() => this.draw());
    attach();
    this.changed();
  }

  /** Returns whether there was room. */
  add(symbol: string, price: number, note: string): boolean {
    if (this.list.get().length >= MOST_ALERTS) return false;
    const alert = { id: newId(), symbol, price, note, since: this.now(), wentOff: null };
    this.set([alert, ...this.list.get()]);
    return true;
  }

  remove(id: string): void {
    this.set(this.list.get().filter((alert) => alert.id !== id));
  }

  /** At another price it waits again. */
  move(id: string, price: number): void {
    this.change([id], { price, since: this.now(), wentOff: null });
  }

  again(id: string): void {
    this.change([id], { since: this.now(), wentOff: null });
  }

  private change(ids: readonly string[], patch: Partial<Alert>): void {
    this.set(
      this.list.get().map((alert) => (ids.includes(alert.id) ? { ...alert, ...patch } : alert)),
    );
  }

  private set(list: readonly Alert[]): void {
    this.list.set(list);
    keptAlerts.write(list);
    this.changed();
  }

  private changed(): void {
    this.draw();
    const waiting = this.list.get().filter(({ wentOff }) => wentOff === null);
    const wanted = new Set(waiting.map(({ symbol }) => symbol));
    for (const [symbol, stop] of this.followed) {
      if (wanted.has(symbol)) continue;
      stop();
      this.followed.delete(symbol);
    }
    for (const symbol of wanted) {
      if (this.followed.has(symbol)) continue;
      this.followed.set(
        symbol,
        followed(this.desk, symbol, (moves) => this.look(symbol, moves)),
      );
    }
  }

  /** The server's time, which is that of the bars. */
  private now(): number {
    return this.desk.socket.clock.now();
  }

  private look(symbol: string, moves: readonly Move[]): void {
    const gone = reached(this.list.get(), symbol, moves);
    if (gone.length === 0) return;
    this.change(
      gone.map(({ id }) => id),
      { wentOff: Date.now() },
    );
    ring();
    for (const alert of gone) notify(alert, () => this.desk.change({ symbol: alert.symbol }));
  }

  private draw(): void {
    const { symbol } = this.desk.layout.get();
    const own = this.list
      .get()
      .filter((alert) => alert.symbol === symbol && alert.wentOff === null);
    this.lines.set(
      own.map(({ id, price, note }) => ({
        id,
        kind: 'alert',
        price,
        label: note || 'Alert',
        canMove: true,
        canClose: true,
      })),
    );
  }
}
