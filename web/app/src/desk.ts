/** What the app holds: the layout and its address, what people like, and what is open. */

import {
  type ChartView,
  type Client,
  type LayerHost,
  type SeriesStatus,
  Signal,
  type Socket,
} from '@chandlery/chart-core';
import { addressOf, layoutOf } from './layout/address';
import { type Layout, MOST_COMPARED, MOST_STUDIES, PLAIN, type Study } from './layout/layout';
import { type Prefs, prefs, recentSymbols } from './layout/prefs';
import { lastAddress } from './layout/saved';
import { Undo } from './layout/undo';
import { below } from './place';
import { Watched } from './watchlist/watched';

/** The dialog that is open, with what it was opened for. */
export type Opened =
  | { readonly name: 'search'; readonly text: string; readonly use: SymbolUse }
  | { readonly name: 'interval'; readonly text: string; readonly isEntered?: boolean }
  | { readonly name: 'study'; readonly id: string }
  | { readonly name: 'alert'; readonly price: number | null }
  | { readonly name: 'indicators' | 'zone' | 'goto' | 'layouts' | 'help' | 'about' | 'key' };

export interface Standing {
  readonly status: SeriesStatus;
  readonly reason: string;
  /** The code of the error that it comes from; empty where there was none. */
  readonly code: string;
}

/** What a symbol is looked for. */
export type SymbolUse = 'show' | 'compare' | 'watch';

const MOST_RECENT = 10;
const WORTH_UNDOING = ['kind', 'zone', 'scale', 'volume', 'studies', 'compare'] as const;

export class Desk {
  readonly layout: Signal<Layout>;
  readonly prefs = new Signal<Prefs>(prefs.read());
  readonly recent = new Signal<readonly string[]>(recentSymbols.read());
  readonly opened = new Signal<Opened | null>(null);
  readonly view = new Signal<ChartView | null>(null);
  /** What the chart tells of places and prices; null while it shows no bars. */
  readonly host = new Signal<LayerHost | null>(null);
  /** Layouts that came from an address: their range is to be gone to. */
  readonly arrived = new Signal(0);
  readonly undo = new Undo();
  readonly watched = new Watched();
  /** Whether the drawing tools are out, on a phone. */
  readonly isDrawing = new Signal(false);
  /** Whether the range of an address is still being gone to. */
  readonly isGoing = new Signal(false);
  /** How the series that is shown stands, and why. */
  readonly standing = new Signal<Standing>(
    { status: 'connecting', reason: '', code: '' },
    (a, b) => a.status === b.status && a.reason === b.reason && a.code === b.code,
  );

  constructor(
    readonly client: Client,
    readonly socket: Socket,
    /** Path of the app. */
    readonly base: string,
    first: Partial<Layout>,
  ) {
    this.layout = new Signal<Layout>({ ...PLAIN, ...first });
    window.addEventListener('popstate', () => this.arrive());
  }

  /** Changes what is shown. Another symbol or interval is a step of the browser's history. */
  change(patch: Partial<Layout>): void {
    const before = this.layout.get();
    const now = { ...before, ...patch };
    const isElsewhere = now.symbol !== before.symbol || now.interval !== before.interval;
    if (isElsewhere && !('range' in patch) && this.view.get()?.isAtEdge.get() !== false) {
      this.set({ ...now, range: null }, isElsewhere);
    } else this.set(now, isElsewhere);
    if (now.symbol !== before.symbol) this.remember(now.symbol);
    this.note(before, patch);
  }

  /** Where one looks now; told by the chart, and no change of the layout. */
  look(range: Layout['range']): void {
    this.layout.set({ ...this.layout.get(), range });
    this.write(false);
  }

  /** Shows another layout as a whole. */
  load(layout: Layout): void {
    const before = this.layout.get();
    this.set(layout, true);
    this.arrived.set(this.arrived.get() + 1);
    this.note(before, layout);
  }

  like(patch: Partial<Prefs>): void {
    this.prefs.set({ ...this.prefs.get(), ...patch });
    prefs.write(this.prefs.get());
  }

  open(opened: Opened): void {
    this.opened.set(opened);
  }

  readonly close = (): void => this.opened.set(null);

  /** Takes a key typed before the dialog that was asked for is there; returns whether it was one for it. */
  typeAhead(key: string): boolean {
    const opened = this.opened.get();
    if (!opened) return false;
    if (key === 'Escape') this.close();
    else if (!('text' in opened)) return false;
    else if (key === 'Backspace') this.open({ ...opened, text: opened.text.slice(0, -1) });
    else if (key === 'Enter' && opened.name === 'interval')
      this.open({ ...opened, isEntered: true });
    else if (key.length === 1) this.open({ ...opened, text: opened.text + key });
    else return false;
    return true;
  }

  addStudy(study: Study): boolean {
    const { studies } = this.layout.get();
    if (studies.length >= MOST_STUDIES) return false;
    this.change({ studies: [...studies, study] });
    return true;
  }

  changeStudy(index: number, patch: Partial<Study>): void {
    const { studies } = this.layout.get();
    this.change({
      studies: studies.map((study, place) => (place === index ? { ...study, ...patch } : study)),
    });
  }

  removeStudy(index: number): void {
    this.change({ studies: this.layout.get().studies.filter((_, place) => place !== index) });
  }

  /** Compares with a market, or does so no more. */
  toggleCompare(symbol: string): void {
    const { compare } = this.layout.get();
    const rest = compare.filter((other) => other !== symbol);
    if (rest.length === compare.length) rest.push(symbol);
    this.change({ compare: rest.slice(-MOST_COMPARED) });
  }

  private arrive(): void {
    const found = layoutOf(below(this.base, location.pathname), location.search);
    this.layout.set({ ...PLAIN, symbol: this.layout.get().symbol, ...found });
    this.arrived.set(this.arrived.get() + 1);
  }

  private set(layout: Layout, isStep: boolean): void {
    this.layout.set(layout);
    this.write(isStep);
  }

  /** Writes the address bar, and keeps it for the next visit. */
  write(isStep: boolean): void {
    const address = addressOf(this.layout.get());
    lastAddress.write(address);
    const url = this.base + address;
    if (url === location.pathname + location.search) return;
    if (isStep) history.pushState(null, '', url);
    else history.replaceState(history.state, '', url);
  }

  private remember(symbol: string): void {
    const rest = this.recent.get().filter((other) => other !== symbol);
    this.recent.set([symbol, ...rest].slice(0, MOST_RECENT));
    recentSymbols.write(this.recent.get());
  }

  private note(before: Layout, patch: Partial<Layout>): void {
    const changed = WORTH_UNDOING.filter((key) => key in patch && patch[key] !== before[key]);
    if (changed.length === 0) return;
    const pick = (from: Partial<Layout>) =>
      Object.fromEntries(changed.map((key) => [key, from[key]])) as Partial<Layout>;
    const [old, young] = [pick(before), pick(patch)];
    this.undo.push({ undo: () => this.change(old), redo: () => this.change(young) });
  }
}
