import type { IPrimitivePaneView, ISeriesPrimitive, Time } from 'lightweight-charts';
import { isIntraday, parseInterval } from '../time/interval';
import { closuresIn, parseSession, type Session, type Stretch } from '../time/session';
import { isZoneKnown, zoneOf } from '../time/zone';
import type { Market, Seconds } from '../types';
import type { Layer, LayerHost } from './layer';

const DAY = 86_400;
/** Beyond, closures are narrower than what could be told apart. */
const LONGEST = 400 * DAY;

/** Shades the bars that lie outside the market's sessions. */
export class SessionShading implements Layer {
  private host: LayerHost | null = null;
  private market: Market | null = null;
  private session: Session = null;
  private closures: readonly Stretch[] = [];
  private covered = '';
  private readonly primitive: ISeriesPrimitive<Time> = {
    paneViews: () => this.views,
  };
  private readonly views: readonly IPrimitivePaneView[] = [
    {
      zOrder: () => 'bottom',
      renderer: () => ({
        draw: (target) => {
          target.useMediaCoordinateSpace(({ context, mediaSize }) => {
            this.draw(context, mediaSize.height);
          });
        },
      }),
    },
  ];

  attach(host: LayerHost): void {
    this.host = host;
    this.market = null;
    const length = parseInterval(host.interval);
    if (length && isIntraday(length)) host.series.attachPrimitive(this.primitive);
  }

  detach(): void {
    this.host?.series.detachPrimitive(this.primitive);
    this.host = null;
  }

  private draw(context: CanvasRenderingContext2D, height: number): void {
    const { host } = this;
    const [from, to] = [host?.timeOf(0), host?.timeOf(host.chart.timeScale().width())];
    if (!host || from == null || to == null || !this.read(host.market)) return;
    const first = Math.max(0, host.bars.floor(from));
    const last = Math.min(host.bars.length - 1, host.bars.floor(to) + 1);
    if (last < first) return;
    this.look(host.bars.at(first).t, host.bars.at(last).t);
    context.fillStyle = host.colour('session-shade');
    for (const [begin, end] of this.runs(host, first, last)) {
      const [left, right] = [host.xOf(host.bars.at(begin).t), host.xOf(host.bars.at(end).t)];
      const half = halfABar(host);
      if (left === null || right === null) continue;
      context.fillRect(left - half, 0, right - left + 2 * half, height);
    }
  }

  /** Takes the market's session; whether it ever closes. */
  private read(market: Market | null): boolean {
    if (market !== this.market) {
      this.market = market;
      this.session = parseSession(market?.session ?? '');
      this.covered = '';
    }
    return this.session !== null;
  }

  private look(from: Seconds, to: Seconds): void {
    const [start, end] = [Math.floor(from / DAY) * DAY, (Math.floor(to / DAY) + 1) * DAY];
    const key = `${start} ${end}`;
    if (key === this.covered) return;
    this.covered = key;
    const name = this.market?.time_zone ?? 'UTC';
    const isDrawn = end - start <= LONGEST && isZoneKnown(name);
    this.closures = isDrawn ? closuresIn(this.session, zoneOf(name), start, end) : [];
  }

  /** The runs of bars that lie in closures, by first and last index. */
  private runs(host: LayerHost, first: number, last: number): [number, number][] {
    const runs: [number, number][] = [];
    for (const { start, end } of this.closures) {
      const from = Math.max(first, host.bars.floor(start - 1) + 1);
      const to = Math.min(last, host.bars.floor(end - 1));
      if (from <= to) runs.push([from, to]);
    }
    return runs;
  }
}

/** Half of what one bar takes, in pixels. */
function halfABar(host: LayerHost): number {
  return host.chart.timeScale().options().barSpacing / 2;
}
