import type { IChartApi } from 'lightweight-charts';
import type { BarStore } from '../bars/store';
import { Signal } from '../signal';
import type { Stop } from '../types';
import { NO_COLUMN, valueAt } from './column';
import type { ChartFeed } from './feed';
import { type Look, lookOf, type OutputLook } from './looks';
import type { PriceStyle } from './numbers';
import { type Panes, PRICE_PANE } from './panes';
import { type Dirty, dirtier } from './plot';
import type { Places } from './slots';
import { type Columns, type Displacement, Study } from './study';
import type { Colours } from './theme';

export type Parameters = Readonly<Record<string, number | string>>;

/** The values of one indicator over the bars of one feed, kept current. */
export interface StudyFeed {
  readonly columns: Columns;
  readonly displacement: Displacement;
  /** Why there are no values, for people; empty if there are. */
  readonly reason: Signal<string>;
  /** Tells the first index from which on values are others. */
  watch(listener: (from: number) => void): Stop;
  stop(): void;
}

export type OpenStudy = (feed: ChartFeed, name: string, parameters: Parameters) => StudyFeed;

/** An indicator on the chart, as it is saved in links and layouts. */
export interface IndicatorState {
  readonly id: string;
  readonly name: string;
  readonly parameters: Parameters;
  /** CSS colours or tokens by output; what is not here has the colours of its look. */
  readonly colours: Readonly<Record<string, string>>;
  /** `price`, or the key that all indicators of a pane share. */
  readonly pane: string;
  readonly isHidden: boolean;
}

export type NewIndicator = Pick<IndicatorState, 'name'> & Partial<Omit<IndicatorState, 'name'>>;

const OWN_PANE = ['rsi', 'macd', 'atr', 'stochastic', 'adx', 'obv'];
/** More would leave no room to see anything. */
const MOST = 32;
const PALETTE = 8;

interface Shown {
  state: IndicatorState;
  readonly look: Look;
  readonly tint: string;
  readonly study: Study;
  feed: StudyFeed | null;
  stop: Stop;
  dirty: Dirty;
}

export interface IndicatorScene {
  readonly chart: IChartApi;
  readonly panes: Panes;
  readonly colour: Colours;
  readonly style: () => PriceStyle;
  readonly places: () => Places;
  readonly open: OpenStudy;
  /** Asks for a frame. */
  readonly ask: () => void;
  /** Panes that are not of indicators, above theirs. */
  readonly otherPanes: () => readonly string[];
}

/** The indicators of a chart. Their order is that of their panes and of the legend. */
export class IndicatorSet {
  readonly list = new Signal<readonly IndicatorState[]>([]);
  private shown: Shown[] = [];
  private source: ChartFeed | null = null;
  private count = 0;

  constructor(private readonly scene: IndicatorScene) {}

  /** Adds an indicator and returns its id. */
  add(indicator: NewIndicator): string {
    if (this.shown.length >= MOST)
      throw new RangeError(`${MOST} indicators are the most there can be`);
    const id = this.freeId(indicator.id);
    const isOwn = OWN_PANE.includes(indicator.name);
    this.insert(this.shown.length, {
      id,
      parameters: {},
      colours: {},
      isHidden: false,
      pane: isOwn ? id : PRICE_PANE,
      ...withoutId(indicator),
    });
    this.tell();
    return id;
  }

  /** Changes parameters, colours, or the pane. */
  update(id: string, change: Partial<Omit<IndicatorState, 'id' | 'name'>>): void {
    const index = this.indexOf(id);
    const before = this.shown[index];
    if (!before) return;
    const state = { ...before.state, ...change };
    this.take(index);
    this.insert(index, state, before.tint);
    this.tell();
  }

  remove(id: string): void {
    const index = this.indexOf(id);
    if (index < 0) return;
    this.take(index);
    this.tell();
  }

  hide(id: string, isHidden = true): void {
    const shown = this.shown[this.indexOf(id)];
    if (!shown) return;
    shown.state = { ...shown.state, isHidden };
    shown.study.setVisible(!isHidden);
    this.tell();
  }

  /** Moves the pane of an indicator up (-1) or down (1) among the panes below the price pane. */
  movePane(id: string, by: -1 | 1): void {
    const key = this.shown[this.indexOf(id)]?.state.pane;
    const keys = this.ownPanes();
    const place = key ? keys.indexOf(key) : -1;
    const other = keys[place + by];
    if (place < 0 || other === undefined || key === undefined) return;
    keys[place + by] = key;
    keys[place] = other;
    const rank = (shown: Shown) => keys.indexOf(shown.state.pane);
    this.shown.sort((a, b) => rank(a) - rank(b));
    this.tell();
  }

  /** Has just these indicators. */
  restore(states: readonly NewIndicator[]): void {
    while (this.shown.length) this.take(0);
    for (const state of states.slice(0, MOST)) this.add(state);
    this.tell();
  }

  /** The keys of the panes of indicators below the price pane, from top to bottom. */
  ownPanes(): string[] {
    const keys = this.shown.map((shown) => shown.state.pane).filter((key) => key !== PRICE_PANE);
    return [...new Set(keys)];
  }

  /** Follows another feed, or none. */
  follow(feed: ChartFeed | null): void {
    this.source = feed;
    for (const shown of this.shown) {
      shown.study.clear();
      this.connect(shown);
    }
  }

  /** Draws what changed; `dirty` is what changed of the bars. */
  draw(bars: BarStore, dirty: Dirty): void {
    for (const shown of this.shown) {
      const from = dirtier(shown.dirty, dirty === 0 ? 0 : null);
      shown.dirty = null;
      const { columns, displacement } = shown.feed ?? NO_VALUES;
      shown.study.draw(bars, columns, displacement, from);
    }
  }

  recolour(bars: BarStore): void {
    for (const { study } of this.shown) study.recolour();
    this.draw(bars, 0);
  }

  setPriceStyle(): void {
    for (const { study } of this.shown) study.setPriceStyle();
  }

  clear(): void {
    for (const { study } of this.shown) study.clear();
  }

  /** For each indicator its outputs' values at a bar, written as the axis does. */
  values(index: number): readonly IndicatorLegend[] {
    return this.shown.map(({ state, look, study, feed, tint }) => ({
      state,
      reason: feed?.reason.get() ?? '',
      values: look.outputs.map((output) => {
        const value = valueAt(feed?.columns[output.output] ?? NO_COLUMN, index);
        return {
          label: output.output,
          value,
          text: value === null ? '' : study.format(value),
          colour: colourOf(state, tint, this.scene.colour)(output),
        };
      }),
    }));
  }

  destroy(): void {
    for (const shown of this.shown) disconnect(shown);
    this.shown = [];
  }

  private insert(index: number, state: IndicatorState, tint = this.nextTint()): void {
    const look = lookOf(state.name);
    const study = new Study({
      chart: this.scene.chart,
      pane: this.scene.panes.of(state.pane),
      look,
      colour: this.scene.colour,
      colourOf: (output, place) => colourOf(state, tint, this.scene.colour)(output, place),
      style: this.scene.style,
      places: this.scene.places,
      isOverlay: state.pane === PRICE_PANE,
    });
    if (state.isHidden) study.setVisible(false);
    const shown: Shown = { state, look, tint, study, feed: null, stop: () => undefined, dirty: 0 };
    this.shown.splice(index, 0, shown);
    this.connect(shown);
  }

  private nextTint(): string {
    return `series-${(this.count++ % PALETTE) + 1}`;
  }

  private connect(shown: Shown): void {
    disconnect(shown);
    if (!this.source) return;
    const feed = this.scene.open(this.source, shown.state.name, shown.state.parameters);
    const stops = [
      feed.watch((from) => {
        shown.dirty = dirtier(shown.dirty, from);
        this.scene.ask();
      }),
      feed.reason.watch(this.scene.ask),
    ];
    shown.feed = feed;
    shown.stop = () => {
      for (const stop of stops) stop();
      feed.stop();
    };
    shown.dirty = 0;
    this.scene.ask();
  }

  private take(index: number): void {
    const [shown] = this.shown.splice(index, 1);
    if (!shown) return;
    disconnect(shown);
    shown.study.remove();
  }

  /** Puts the panes into order, after others came or went. */
  arrange(): void {
    this.scene.panes.arrange([...this.scene.otherPanes(), ...this.ownPanes()]);
    this.scene.ask();
  }

  private tell(): void {
    this.arrange();
    this.list.set(this.shown.map(({ state }) => state));
  }

  private indexOf(id: string): number {
    return this.shown.findIndex(({ state }) => state.id === id);
  }

  private freeId(wanted: string | undefined): string {
    if (wanted && this.indexOf(wanted) < 0) return wanted;
    let number = this.shown.length + 1;
    while (this.indexOf(`i${number}`) >= 0) number++;
    return `i${number}`;
  }
}

export interface IndicatorLegend {
  readonly state: IndicatorState;
  readonly reason: string;
  readonly values: readonly {
    readonly label: string;
    readonly value: number | null;
    readonly text: string;
    readonly colour: string;
  }[];
}

const NO_VALUES: Pick<StudyFeed, 'columns' | 'displacement'> = { columns: {}, displacement: {} };

function withoutId({ id: _, ...rest }: NewIndicator): Omit<NewIndicator, 'id'> {
  return rest;
}

function disconnect(shown: Shown): void {
  shown.stop();
  shown.stop = () => undefined;
  shown.feed = null;
}

/** The colour of an output: what was chosen, else that of the look, else the indicator's own tint. */
function colourOf(state: IndicatorState, tint: string, colour: Colours) {
  return (output: OutputLook, place = 0): string => {
    const chosen = place === 0 ? state.colours[output.output] : undefined;
    if (chosen) return /^[a-z]+(-[a-z0-9]+)*$/.test(chosen) ? colour(chosen) : chosen;
    return colour(output.colours[place] ?? output.colours[0] ?? tint);
  };
}
