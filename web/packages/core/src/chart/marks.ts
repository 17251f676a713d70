import {
  createSeriesMarkers,
  type ISeriesMarkersPluginApi,
  type MouseEventParams,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { Client } from '../api/client';
import { parseInterval, secondsOf, tradingViewInterval } from '../time/interval';
import type { Seconds, Stop } from '../types';
import type { Layer, LayerHost } from './layer';
import { Tip } from './tip';

/** A mark as `/api/tradingview/marks` tells it. */
export interface BarMark {
  readonly id: string | number;
  readonly time: Seconds;
  readonly color: string | { readonly background: string };
  /** Escaped, for TradingView's library takes it as HTML. */
  readonly text: string;
  readonly label: string;
}

export interface MarkScene {
  readonly client: Client;
  readonly symbol: () => string;
  /** The server's time in seconds where the newest bars are shown: later marks belong to the last of them. */
  readonly now: () => Seconds | null;
}

const MOST = 1_000;
const EVERY_MS = 30_000;

/** What users marked on bars; its words are shown where the pointer lies on it. */
export class BarMarks implements Layer {
  private host: LayerHost | null = null;
  private plugin: ISeriesMarkersPluginApi<Time> | null = null;
  private tip: Tip | null = null;
  private words = new Map<string, string>();
  private asked = new AbortController();
  private stop: Stop = () => undefined;

  constructor(private readonly scene: MarkScene) {}

  attach(host: LayerHost): void {
    this.host = host;
    this.plugin = createSeriesMarkers(host.series, []);
    this.tip = new Tip(host.element);
    host.chart.subscribeCrosshairMove(this.moved);
    const unwatch = host.bars.watch(({ kind }) => {
      if (kind === 'older' || kind === 'reset') this.load();
    });
    // They come and go while the chart is looked at, and nothing tells of it.
    const timer = setInterval(() => {
      if (!document.hidden) this.load();
    }, EVERY_MS);
    this.stop = () => {
      unwatch();
      clearInterval(timer);
    };
    this.load();
  }

  detach(): void {
    this.stop();
    this.asked.abort();
    this.host?.chart.unsubscribeCrosshairMove(this.moved);
    this.plugin?.detach();
    this.tip?.remove();
    this.plugin = this.tip = this.host = null;
    this.words.clear();
  }

  /** Asks for those of all bars that are loaded. */
  load(): void {
    const { host, scene } = this;
    const [first, last] = [host?.bars.first(), host?.bars.last()];
    const length = host && parseInterval(host.interval);
    if (!first || !last || !length) return;
    const end = Math.max(last.t + secondsOf(length), Math.ceil(scene.now() ?? 0) + 1);
    const query = {
      symbol: scene.symbol(),
      resolution: tradingViewInterval(length),
      from: first.t,
      to: end,
    };
    this.asked.abort();
    this.asked = new AbortController();
    scene.client
      .read<readonly BarMark[]>('/api/tradingview/marks', query, { signal: this.asked.signal })
      .then((marks) => this.take(marks))
      // Marks are an addition: a chart without them is still a chart.
      .catch(() => undefined);
  }

  private take(marks: readonly BarMark[]): void {
    if (!this.host) return;
    const shown = [...marks].sort((a, b) => a.time - b.time).slice(-MOST);
    this.words = new Map(shown.map((mark) => [nameOf(mark), wordsOf(mark)]));
    this.plugin?.setMarkers(shown.map(markerOf));
  }

  private readonly moved = ({ point, hoveredInfo }: MouseEventParams<Time>): void => {
    const words = this.words.get(String(hoveredInfo?.objectId));
    if (point && words && this.host) this.tip?.show(words, point, this.host.colour);
    else this.tip?.hide();
  };
}

const nameOf = ({ id }: BarMark): string => `mark:${id}`;

const ESCAPED: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#x27;': "'",
};

/** What a mark says, as its author wrote it. */
export function wordsOf({ text, label }: BarMark): string {
  return text.replace(/&(amp|lt|gt|quot|#x27);/g, (sign) => ESCAPED[sign] ?? sign) || label;
}

function markerOf(mark: BarMark): SeriesMarker<Time> {
  const { time, color, label } = mark;
  return {
    id: nameOf(mark),
    time: time as number as UTCTimestamp,
    position: 'aboveBar',
    shape: 'circle',
    color: typeof color === 'string' ? color : color.background,
    text: label,
  };
}
