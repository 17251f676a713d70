/** Dragging a line as a machine of states: pointers and keys in, intents out. Pure of any screen. */

import type { Intent, PriceLine } from './line';

/** Where lines lie. */
export interface Heights {
  yOf(price: number): number | null;
  priceOf(y: number): number | null;
  toTick(price: number): number;
}

export const MOUSE_REACH_PX = 6;
export const FINGER_REACH_PX = 18;
const LONG_STEP = 10;

interface Drag {
  readonly id: string;
  readonly from: number;
  readonly price: number;
  /** How far above the line it was taken. */
  readonly offset: number;
}

export class LineDrag {
  private drag: Drag | null = null;

  constructor(
    private readonly heights: Heights,
    private readonly lines: () => readonly PriceLine[],
    private readonly wish: (intent: Intent) => void,
  ) {}

  /** The line that is dragged, and where it is just now. */
  get current(): { readonly id: string; readonly price: number } | null {
    return this.drag;
  }

  /** The line nearest to a height, those that can be moved first; null if none is near enough. */
  near(y: number, reach: number): PriceLine | null {
    let best: PriceLine | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const line of this.lines()) {
      const at = this.heights.yOf(line.price);
      const away = at === null ? Number.POSITIVE_INFINITY : Math.abs(at - y);
      const rank = line.canMove ? away : away + reach;
      if (away <= reach && rank < least) [best, least] = [line, rank];
    }
    return best;
  }

  down(y: number, reach: number): boolean {
    const line = this.near(y, reach);
    const at = line && this.heights.yOf(line.price);
    if (!line?.canMove || at === null) return false;
    this.drag = { id: line.id, from: line.price, price: line.price, offset: at - y };
    return true;
  }

  move(y: number): boolean {
    if (!this.drag) return false;
    const price = this.heights.priceOf(y + this.drag.offset);
    if (price === null) return true;
    const rounded = this.heights.toTick(price);
    if (rounded > 0 && rounded !== this.drag.price) {
      this.drag = { ...this.drag, price: rounded };
      this.wish({ kind: 'moving', id: this.drag.id, price: rounded });
    }
    return true;
  }

  up(): boolean {
    const drag = this.drag;
    this.drag = null;
    if (!drag) return false;
    if (drag.price !== drag.from) this.wish({ kind: 'moved', id: drag.id, price: drag.price });
    return true;
  }

  /** Leaves the line where it was. */
  cancel(): boolean {
    const drag = this.drag;
    this.drag = null;
    if (drag && drag.price !== drag.from)
      this.wish({ kind: 'moving', id: drag.id, price: drag.from });
    return drag !== null;
  }

  /**
   * Moves a line by a tick with the arrows, by ten with shift; Delete closes it. Enter and Escape
   * answer for one that asks.
   */
  key(id: string, key: string, tick: number, shift = false): boolean {
    if (key === 'Enter') return this.confirm(id);
    if (key === 'Escape') return this.find(id)?.isAsking === true && this.close(id);
    if (key === 'Delete' || key === 'Backspace') return this.close(id);
    const way = key === 'ArrowUp' ? 1 : key === 'ArrowDown' ? -1 : 0;
    return way !== 0 && this.step(id, way * tick * (shift ? LONG_STEP : 1));
  }

  private step(id: string, by: number): boolean {
    const line = this.find(id);
    if (!line?.canMove) return false;
    const price = this.heights.toTick(line.price + by);
    return price > 0 ? this.say({ kind: 'moved', id, price }) : true;
  }

  confirm(id: string): boolean {
    return this.find(id)?.isAsking === true && this.say({ kind: 'confirmed', id });
  }

  /** Says no to a line that asks, and closes any other; returns whether that may be. */
  close(id: string): boolean {
    const line = this.find(id);
    if (line?.isAsking) return this.say({ kind: 'cancelled', id });
    return line?.canClose === true && this.say({ kind: 'closed', id });
  }

  private find(id: string): PriceLine | undefined {
    return this.lines().find((line) => line.id === id);
  }

  private say(intent: Intent): true {
    this.wish(intent);
    return true;
  }
}
