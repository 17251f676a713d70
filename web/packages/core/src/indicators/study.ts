import type { Client } from '../api/client';
import { browser, type Environment } from '../api/environment';
import type { ApiError } from '../api/error';
import { Insist } from '../bars/insist';
import type { ChartFeed } from '../chart/feed';
import type { OpenStudy, Parameters, StudyFeed } from '../chart/indicators';
import { isolated } from '../isolated';
import { Signal } from '../signal';
import { Calendar } from '../time/calendar';
import { parseInterval } from '../time/interval';
import { isZoneKnown } from '../time/zone';
import type { Bar, BarsChange, Seconds, Stop } from '../types';
import type { Formula, Run, Timeline, Values } from './formula';
import { FORMULAS, valuesOf } from './table';

/** So long changes are gathered before the server is asked again. */
const GATHER_MS = 250;
/** Bars before the loaded ones that are asked for at a time. */
const PAGE = 10_000;
const MINUTE = { count: 60, unit: 's' } as const;

/** What the server answered about a range, and the bars its continuation is made of. */
interface Loaded {
  readonly t: readonly Seconds[];
  readonly outputs: Readonly<Record<string, readonly (number | null)[]>>;
  readonly earlier: readonly Bar[];
}

/**
 * An indicator over the bars of a feed. What has ended comes from the server, computed once; bars
 * after that go on from it by the same formula, over as many bars before as the server would read,
 * so that what was drawn stays as it is when the server computes it later.
 */
export class LiveStudy implements StudyFeed {
  readonly columns: Record<string, number[]> = {};
  readonly displacement: Readonly<Record<string, number>>;
  readonly reason = new Signal('');
  private readonly values: Values;
  private readonly listeners = new Set<(from: number) => void>();
  private readonly given = new AbortController();
  private readonly insist: Insist;
  private readonly stops: Stop[];
  /** Bars from the first on whose values are final. */
  private settled = 0;
  private run: Run | null = null;
  /** What is added to a run's values: two sums that began at different bars differ by it. */
  private offset = 0;
  /** From which index on the server is to be asked; null if there is no need. */
  private wanted: number | null = null;
  /** The server is being asked about bars before then; null if it is not. */
  private asking: Seconds | null = null;
  /** Asking again would not help. */
  private isGivenUp = false;
  /** The times of the bars that the columns lie along. */
  private times: Seconds[] = [];
  private stopWait: Stop = () => undefined;
  /** Grows when bars moved, or changed where values were final. */
  private version = 0;

  constructor(
    private readonly client: Client,
    private readonly world: Pick<Environment, 'after' | 'random'>,
    private readonly feed: ChartFeed,
    private readonly name: string,
    private readonly parameters: Parameters,
    private readonly formula: Formula,
  ) {
    this.values = valuesOf(formula, parameters);
    this.displacement = formula.shifts?.(this.values) ?? {};
    for (const output of formula.outputs) this.columns[output] = [];
    const trouble = new Signal<ApiError | null>(null);
    this.insist = new Insist(world, trouble);
    this.stops = [
      feed.bars.watch((change) => this.changed(change)),
      feed.market.watch(() => this.renewed()),
      feed.olderChanges?.watch(() => this.renew(0)) ?? (() => undefined),
      trouble.watch(() => this.reason.set(trouble.get()?.message ?? '')),
    ];
    this.renewed();
  }

  watch(listener: (from: number) => void): Stop {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  stop(): void {
    this.given.abort();
    this.stopWait();
    for (const stop of this.stops) stop();
  }

  private changed(change: BarsChange): void {
    if (change.kind === 'reset') this.renewed();
    else if (change.kind === 'older') this.grown(change.count);
    else if (change.kind === 'corrected') this.touched(Math.min(...change.indices));
    else this.moved(change.from);
  }

  /** All is to be had anew. */
  private renewed(): void {
    this.isGivenUp = false;
    this.settled = 0;
    this.align(0);
    this.renew(0, 0);
  }

  /** Bars came in front: of those nothing is known yet. */
  private grown(count: number): void {
    this.version += 1;
    this.align(0);
    // A sum that begins earlier is another one everywhere.
    if (this.formula.isCumulative || this.run === null) this.renewed();
    else {
      this.settled += count;
      this.tell(0);
      this.fill(count);
    }
  }

  private moved(from: number): void {
    const { length } = this.feed.bars;
    if (from < this.times.length - 1 || length < this.times.length) this.align(from);
    this.settled = Math.min(this.settled, length);
    this.touched(from);
  }

  /** Bars from an index on are others: what is settled has to be asked for, the rest goes on. */
  private touched(from: number): void {
    const bar = this.feed.bars.all()[from];
    const isAsked = this.asking !== null && bar !== undefined && bar.t < this.asking;
    // A bar in the making that is not continued here is asked for once it has ended.
    const isBehind = this.isContinued || this.settled < this.feed.bars.length - 1;
    const isIdle = isBehind && this.run === null && this.asking === null && this.wanted === null;
    if (from < this.settled || isAsked || isIdle) this.renew(Math.min(from, this.settled));
    else this.advance();
  }

  /** Puts values where their bars are now; a bar that is new has none yet. */
  private align(from: number): void {
    const known = new Map(this.times.map((time, index) => [time, index]));
    const bars = this.feed.bars.all();
    this.times = bars.map(({ t }) => t);
    for (const [name, column] of Object.entries(this.columns)) {
      const tail = bars.slice(from).map(({ t }) => column[known.get(t) ?? -1] ?? Number.NaN);
      this.columns[name] = [...column.slice(0, from), ...tail];
    }
  }

  /** Has the server asked from an index on. */
  private renew(from: number, afterMs = GATHER_MS): void {
    if (this.isGivenUp) return;
    this.version += 1;
    this.run = null;
    this.wanted = Math.min(this.wanted ?? from, from);
    if (this.asking !== null || this.given.signal.aborted) return;
    this.stopWait();
    this.stopWait = this.world.after(afterMs, () => void this.load());
  }

  private async load(): Promise<void> {
    const { wanted, version } = this;
    const last = this.feed.bars.last();
    this.wanted = null;
    // Where there are no bars, the first one begins it.
    if (wanted === null || !last) return;
    const from = Math.min(wanted, this.feed.bars.length - 1);
    this.asking = last.t;
    const loaded = await this.ask(from, last.t).catch(() => {
      this.isGivenUp = true;
      return null;
    });
    this.asking = null;
    if (this.given.signal.aborted || !loaded) return;
    if (version === this.version) this.take(loaded);
    else this.renew(from);
  }

  private async ask(from: number, end: Seconds): Promise<Loaded | null> {
    const { bars } = this.feed;
    const before = this.formula.isCumulative ? Math.max(0, from - 1) : from;
    const range = { start: bars.at(before).t, end };
    const isWanted = () => !this.given.signal.aborted;
    return this.insist.ask(async () => {
      const answer = await this.answer(range);
      return { t: answer.t, outputs: answer.outputs, earlier: await this.earlier(end) };
    }, isWanted);
  }

  private answer(range: { start: Seconds; end: Seconds }) {
    const { symbol, interval } = this.feed;
    const query = { symbol, interval, ...range, parameters: this.parameters };
    return this.client.indicator(this.name, query, this.asked);
  }

  /** Returns the bars before the loaded ones that the value of the bar at a time depends on. */
  private async earlier(time: Seconds): Promise<readonly Bar[]> {
    const { bars, symbol, interval, isComplete } = this.feed;
    const first = bars.first();
    const isNeeded = !this.formula.isCumulative && this.isContinued;
    if (!first || isComplete.get() || !isNeeded) return [];
    const since = this.since(time);
    const query = { symbol, interval, end: first.t, limit: PAGE };
    if (since !== null) {
      if (since >= first.t) return [];
      return this.client.allCandles(
        { ...query, start: since },
        Number.POSITIVE_INFINITY,
        this.asked,
      );
    }
    const missing = this.formula.lead(this.values) - (bars.floor(time - 1) + 1);
    return missing > 0 ? this.client.allCandles(query, missing, this.asked) : [];
  }

  /** The time from which on bars are needed for a bar's value, if not a number of bars is. */
  private since(time: Seconds): Seconds | null {
    return this.formula.since?.(this.values, this.timeline(), time) ?? null;
  }

  private take({ t, outputs, earlier }: Loaded): void {
    const { bars } = this.feed;
    const shift = this.shiftOf(t, outputs);
    let from = bars.length;
    t.forEach((time, row) => {
      const index = bars.indexOf(time);
      if (index < 0) return;
      from = Math.min(from, index);
      for (const [name, column] of Object.entries(this.columns))
        column[index] = (outputs[name]?.[row] ?? Number.NaN) + shift;
    });
    const last = t[t.length - 1];
    this.settled = last === undefined ? 0 : bars.floor(last) + 1;
    from = Math.min(from, this.settled);
    if (this.isContinued) {
      this.begin(earlier);
      this.advance(from);
    } else {
      this.align(this.settled);
      this.tell(from);
    }
  }

  /** A sum goes on from the value it has at the first bar of an answer. */
  private shiftOf(t: Loaded['t'], outputs: Loaded['outputs']): number {
    if (!this.formula.isCumulative) return 0;
    const index = this.feed.bars.indexOf(t[0] ?? -1);
    const [name = ''] = this.formula.outputs;
    const known = this.columns[name]?.[index] ?? 0;
    return index > 0 ? known - (outputs[name]?.[0] ?? 0) : 0;
  }

  /** Begins the continuation after the settled bars. */
  private begin(earlier: readonly Bar[]): void {
    const run = this.formula.begin(this.values, this.timeline());
    const loaded = this.feed.bars.all().slice(0, this.settled);
    this.offset = 0;
    if (this.formula.isCumulative) {
      const [name = ''] = this.formula.outputs;
      this.offset = this.columns[name]?.[this.settled - 1] ?? 0;
      for (const bar of loaded.slice(-1)) run(bar, true);
    } else for (const bar of this.warmUp([...earlier, ...loaded])) run(bar, true);
    this.run = run;
  }

  private warmUp(bars: readonly Bar[]): readonly Bar[] {
    const next = this.feed.bars.all()[this.settled];
    const since = next ? this.since(next.t) : null;
    if (since !== null) return bars.filter(({ t }) => t >= since);
    const lead = this.formula.lead(this.values);
    return lead > 0 ? bars.slice(-lead) : [];
  }

  /** Computes what is not settled; the last bar is still forming. */
  private advance(from = this.settled): void {
    const { run } = this;
    const { bars } = this.feed;
    if (!run) return;
    const first = Math.min(from, this.settled);
    for (; this.settled < bars.length - 1; this.settled++) this.put(run, this.settled, true);
    if (this.settled < bars.length) this.put(run, this.settled, false);
    for (let row = first; row < bars.length; row++) this.times[row] = bars.at(row).t;
    this.tell(first);
  }

  private put(run: Run, index: number, isKept: boolean): void {
    const found = run(this.feed.bars.at(index), isKept);
    this.formula.outputs.forEach((name, output) => {
      (this.columns[name] as number[])[index] = (found[output] as number) + this.offset;
    });
  }

  /** Asks for the values of so many bars in front. */
  private fill(count: number): void {
    const { bars } = this.feed;
    const range = { start: bars.at(0).t, end: bars.at(count).t };
    const isWanted = () => !this.given.signal.aborted;
    const { version } = this;
    const answered = this.insist.ask(() => this.answer(range), isWanted);
    answered.then(
      (answer) => {
        if (!answer || this.given.signal.aborted) return;
        if (version !== this.version) {
          this.renew(0);
          return;
        }
        answer.t.forEach((time, row) => {
          const index = bars.indexOf(time);
          if (index < 0 || index >= this.settled) return;
          for (const [name, column] of Object.entries(this.columns))
            column[index] = answer.outputs[name]?.[row] ?? Number.NaN;
        });
        this.tell(0);
      },
      () => undefined,
    );
  }

  /** In a zone that the browser does not know only the server can tell when days begin. */
  private get isContinued(): boolean {
    return !this.formula.since || isZoneKnown(this.feed.market.get()?.time_zone ?? 'UTC');
  }

  private timeline(): Timeline {
    const { session, time_zone: zone = 'UTC' } = this.feed.market.get() ?? {};
    return {
      calendar: isZoneKnown(zone) ? new Calendar(session, zone) : new Calendar(),
      interval: parseInterval(this.feed.interval) ?? MINUTE,
    };
  }

  private tell(from: number): void {
    for (const listener of [...this.listeners]) isolated(() => listener(from));
  }

  private get asked() {
    return { signal: this.given.signal, cache: 'no-cache' as const };
  }
}

/** Returns what opens indicators for a chart. */
export const studiesOf =
  (client: Client, world: Pick<Environment, 'after' | 'random'> = browser()): OpenStudy =>
  (feed, name, parameters) => {
    const formula = FORMULAS[name];
    if (formula) return new LiveStudy(client, world, feed, name, parameters, formula);
    const reason = `this page does not know the indicator '${name}': load it again`;
    return {
      columns: {},
      displacement: {},
      reason: new Signal(reason),
      watch: () => () => undefined,
      stop: () => undefined,
    };
  };
