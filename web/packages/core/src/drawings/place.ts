/** Where drawings lie on a chart: the editor's canvas over whatever a host shows. */

import type { LayerHost } from '../chart/layer';
import type { Box, Point } from './geometry';
import type { Anchor, Drawing } from './model';
import type { Canvas } from './moves';
import type { Shape } from './shape';
import { isAway, shapesOf } from './tools';

const NOWHERE: Box = { width: 0, height: 0 };

export class HostCanvas implements Canvas {
  constructor(private readonly host: () => LayerHost | null) {}

  /** The pane of prices. */
  get box(): Box {
    return this.host()?.chart.paneSize(0) ?? NOWHERE;
  }

  get barWidth(): number {
    return this.host()?.chart.timeScale().options().barSpacing ?? 1;
  }

  readonly pointOf = (anchor: Anchor): Point | null => {
    const host = this.host();
    const x = host?.xOf(anchor.time) ?? null;
    const y = host?.yOf(anchor.price) ?? null;
    return x === null || y === null ? null : { x, y };
  };

  /** Points of all anchors; none where one of them cannot be seen at any zoom. */
  points({ anchors }: Drawing): readonly Point[] {
    const points = anchors.map(this.pointOf).filter((point) => point !== null);
    return points.length === anchors.length ? points : [];
  }

  anchorAt(point: Point, magnet: boolean): Anchor | null {
    const host = this.host();
    const exact = host?.timeOf(point.x) ?? null;
    const price = host?.priceOf(point.y) ?? null;
    if (!host || exact === null || price === null) return null;
    const time = barTime(host, exact);
    return { time, price: (magnet ? magnetic(host, time, point.y) : null) ?? host.toTick(price) };
  }

  shifted({ time, price }: Anchor, bars: number, down: number): Anchor | null {
    const later = bars === 0 ? time : this.timeAfter(time, bars);
    const lower = down === 0 ? price : this.priceBelow(price, down);
    return later === null || lower === null ? null : { time: later, price: lower };
  }

  private timeAfter(time: number, bars: number): number | null {
    const host = this.host();
    const x = host?.xOf(time) ?? null;
    const moved = x === null ? null : (host?.timeOf(x + bars * this.barWidth) ?? null);
    return moved === null ? null : Math.round(moved);
  }

  private priceBelow(price: number, down: number): number | null {
    const host = this.host();
    const y = host?.yOf(price) ?? null;
    const moved = y === null ? null : (host?.priceOf(y + down) ?? null);
    return host && moved !== null ? host.toTick(moved) : null;
  }

  readonly shapesOf = (drawing: Drawing): readonly Shape[] => {
    const host = this.host();
    const points = this.points(drawing);
    if (!host || points.length === 0 || isAway(drawing.tool, points, this.box)) return [];
    const { box, barWidth } = this;
    return shapesOf(drawing.tool, {
      points,
      box,
      drawing,
      formatPrice: (price) => host.formatPrice(price),
      yOf: (price) => host.yOf(price),
      barsBetween: (from, to) =>
        Math.round(((host.xOf(to) ?? 0) - (host.xOf(from) ?? 0)) / barWidth),
    });
  };
}

/** The time of the nearest bar; beyond the bars, the whole second. */
function barTime({ bars }: LayerHost, time: number): number {
  const index = bars.floor(time);
  const before = index < 0 ? null : bars.at(index).t;
  const after = index + 1 < bars.length ? bars.at(index + 1).t : null;
  if (before === null || after === null) return Math.round(time);
  return time - before <= after - time ? before : after;
}

/** The price of a bar that is nearest on the screen; null where there is no bar. */
function magnetic(host: LayerHost, time: number, y: number): number | null {
  const index = host.bars.indexOf(time);
  if (index < 0) return null;
  const { o, h, l, c } = host.bars.at(index);
  const away = (price: number) => Math.abs((host.yOf(price) ?? Number.POSITIVE_INFINITY) - y);
  return [o, h, l, c].reduce((best, each) => (away(each) < away(best) ? each : best));
}
