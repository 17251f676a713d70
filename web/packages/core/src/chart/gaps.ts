import type {
  IPrimitivePaneView,
  ISeriesPrimitive,
  MouseEventParams,
  Time,
} from 'lightweight-charts';
import type { Gap } from '../api/answers';
import type { Signal } from '../signal';
import type { Seconds, Stop } from '../types';
import type { Layer, LayerHost } from './layer';

export interface GapScene {
  readonly gaps: () => Signal<readonly Gap[]> | null;
  /** Asks for them again: they come and go while feeds run. */
  readonly load: () => void;
  /** The server's time in seconds, up to where a gap without an end reaches. */
  readonly now: () => Seconds;
  readonly label: (time: Seconds) => string;
}

interface Band {
  readonly gap: Gap;
  readonly left: number;
  readonly right: number;
}

const LEAST_WIDTH = 6;
const HATCH = 6;
const MOST_BANDS = 500;
const EVERY_MS = 30_000;
const TOKENS = { open: 'gap', filling: 'gap-filling', lost: 'gap-lost' } as const;
const WORDS = {
  open: 'Not collected',
  filling: 'Not collected, being filled',
  lost: 'Lost',
} as const;

/** Hatches what was not collected; under the crosshair it says when, and why. */
export class GapMarks implements Layer {
  private host: LayerHost | null = null;
  private pointer: number | null = null;
  private stop: Stop = () => undefined;
  private update: () => void = () => undefined;
  private readonly primitive: ISeriesPrimitive<Time> = {
    attached: ({ requestUpdate }) => {
      this.update = requestUpdate;
    },
    paneViews: () => this.views,
  };
  private readonly views: readonly IPrimitivePaneView[] = [
    {
      zOrder: () => 'bottom',
      renderer: () => ({
        draw: (target) => {
          target.useMediaCoordinateSpace(({ context, mediaSize }) => {
            for (const band of this.bands(mediaSize.width))
              this.hatch(context, band, mediaSize.height);
          });
        },
      }),
    },
    {
      zOrder: () => 'top',
      renderer: () => ({
        draw: (target) => {
          target.useMediaCoordinateSpace(({ context, mediaSize }) => {
            const band = this.pointed(mediaSize.width);
            if (band) this.tell(context, band, mediaSize);
          });
        },
      }),
    },
  ];

  constructor(private readonly scene: GapScene) {}

  attach(host: LayerHost): void {
    this.host = host;
    host.series.attachPrimitive(this.primitive);
    host.chart.subscribeCrosshairMove(this.moved);
    const unwatch = this.scene.gaps()?.watch(() => this.update());
    const timer = setInterval(this.scene.load, EVERY_MS);
    this.stop = () => {
      clearInterval(timer);
      unwatch?.();
    };
  }

  detach(): void {
    this.stop();
    this.stop = () => undefined;
    this.host?.chart.unsubscribeCrosshairMove(this.moved);
    this.host?.series.detachPrimitive(this.primitive);
    this.host = null;
    this.pointer = null;
    this.update = () => undefined;
  }

  private readonly moved = ({ point, paneIndex }: MouseEventParams<Time>): void => {
    this.pointer = point && paneIndex === 0 ? point.x : null;
  };

  /** The gaps in sight, and where. */
  private bands(width: number): Band[] {
    const bands: Band[] = [];
    for (const gap of this.scene.gaps()?.get() ?? []) {
      const [start, end] = [this.xOf(gap.start), this.xOf(gap.end ?? this.scene.now())];
      if (start === null || end === null || bands.length >= MOST_BANDS) continue;
      const spare = Math.max(0, LEAST_WIDTH - (end - start)) / 2;
      const [left, right] = [Math.max(0, start - spare), Math.min(width, end + spare)];
      if (left < right) bands.push({ gap, left, right });
    }
    return bands;
  }

  private xOf(time: Seconds): number | null {
    return this.host?.xOf(time) ?? null;
  }

  private pointed(width: number): Band | undefined {
    const x = this.pointer;
    return x === null
      ? undefined
      : this.bands(width).find(({ left, right }) => left <= x && x <= right);
  }

  private hatch(context: CanvasRenderingContext2D, band: Band, height: number): void {
    const { left, right, gap } = band;
    context.save();
    context.beginPath();
    context.rect(left, 0, right - left, height);
    context.clip();
    context.strokeStyle = this.host?.colour(TOKENS[gap.state]) ?? '';
    context.lineWidth = 1;
    context.beginPath();
    for (let x = left - height - ((left - height) % HATCH); x < right; x += HATCH) {
      context.moveTo(x, height);
      context.lineTo(x + height, 0);
    }
    context.globalAlpha = 0.5;
    context.stroke();
    context.restore();
  }

  private tell(
    context: CanvasRenderingContext2D,
    { gap, left, right }: Band,
    size: { width: number; height: number },
  ): void {
    const { host } = this;
    if (!host) return;
    const lines = wordsOf(gap, this.scene.label);
    context.font = `11px ${host.colour('chart-font')}`;
    const width = Math.max(...lines.map((line) => context.measureText(line).width)) + 16;
    const height = lines.length * 16 + 10;
    const middle = (left + right) / 2 - width / 2;
    const x = Math.max(4, Math.min(size.width - width - 4, middle));
    const y = size.height - height - 8;
    context.fillStyle = host.colour('chart-label');
    context.fillRect(x, y, width, height);
    context.fillStyle = host.colour('chart-label-text');
    context.textBaseline = 'middle';
    lines.forEach((line, index) => {
      context.fillText(line, x + 8, y + 13 + index * 16);
    });
  }
}

/** What is said of a gap: its state, from when to when, and why. */
export function wordsOf(gap: Gap, label: (time: Seconds) => string): string[] {
  const until = gap.end === null ? 'now' : label(gap.end);
  const words: string[] = [WORDS[gap.state], `${label(gap.start)} – ${until}`];
  return gap.reason ? [...words, gap.reason] : words;
}
