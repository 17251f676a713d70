import {
  createSeriesMarkers,
  type ISeriesMarkersPluginApi,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { Client } from '../api/client';
import { parseInterval, secondsOf, tradingViewInterval } from '../time/interval';
import type { Seconds, Stop } from '../types';
import type { Layer, LayerHost } from './layer';

/** A mark as `/api/tradingview/marks` tells it. */
export interface BarMark {
  readonly id: string | number;
  readonly time: Seconds;
  readonly color: string | { readonly background: string };
  readonly text: string;
  readonly label: string;
}

const MOST = 1_000;

/** What users marked on bars, loaded as far as the bars are. */
export class BarMarks implements Layer {
  private host: LayerHost | null = null;
  private plugin: ISeriesMarkersPluginApi<Time> | null = null;
  private marks = new Map<string, SeriesMarker<Time>>();
  private since: Seconds | null = null;
  private asked = new AbortController();
  private stop: Stop = () => undefined;

  constructor(
    private readonly client: Client,
    private readonly symbol: () => string,
  ) {}

  attach(host: LayerHost): void {
    this.host = host;
    this.plugin = createSeriesMarkers(host.series, []);
    this.asked = new AbortController();
    this.stop = host.bars.watch(({ kind }) => {
      if (kind === 'older') this.load();
      else if (kind === 'reset') this.reload();
    });
    this.load();
  }

  detach(): void {
    this.stop();
    this.asked.abort();
    this.plugin?.detach();
    this.plugin = null;
    this.host = null;
    this.since = null;
    this.marks = new Map();
  }

  /** Asks for all of them again, after some were added or removed. */
  reload(): void {
    this.since = null;
    this.marks = new Map();
    this.load();
  }

  private load(): void {
    const { host } = this;
    const [first, last] = [host?.bars.first(), host?.bars.last()];
    const length = host && parseInterval(host.interval);
    if (!first || !last || !length) return;
    const to = this.since ?? last.t + secondsOf(length);
    if (first.t >= to) return;
    this.since = first.t;
    const query = {
      symbol: this.symbol(),
      resolution: tradingViewInterval(length),
      from: first.t,
      to,
    };
    this.client
      .read<readonly BarMark[]>('/api/tradingview/marks', query, { signal: this.asked.signal })
      .then((marks) => this.take(marks))
      // Marks are an addition: a chart without them is still a chart.
      .catch(() => undefined);
  }

  private take(marks: readonly BarMark[]): void {
    if (!this.host) return;
    for (const mark of marks) this.marks.set(String(mark.id), markerOf(mark));
    const sorted = [...this.marks.values()].sort((a, b) => Number(a.time) - Number(b.time));
    this.plugin?.setMarkers(sorted.slice(-MOST));
  }
}

function markerOf({ id, time, color, label }: BarMark): SeriesMarker<Time> {
  return {
    id: `mark:${id}`,
    time: time as number as UTCTimestamp,
    position: 'aboveBar',
    shape: 'circle',
    color: typeof color === 'string' ? color : color.background,
    text: label,
  };
}
