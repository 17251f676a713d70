import type { ISeriesPrimitive, ISeriesPrimitiveAxisView, Time } from 'lightweight-charts';
import { Hours } from '../time/end';
import { parseInterval } from '../time/interval';
import { isZoneKnown } from '../time/zone';
import type { Bar, Market, Seconds } from '../types';
import type { Layer, LayerHost } from './layer';

export interface CountdownScene {
  /** The server's time in milliseconds. */
  readonly nowMs: () => number;
  /** The bar in the making; null where what is shown is not live. */
  readonly newest: () => Bar | null;
}

/** A label of the axis is so high, and this one lies under that of the last price. */
const BELOW = 20;
const HOUR = 3_600;
const DAY = 86_400;

/** Says under the last price how long its bar will last, by the server's clock. */
export class Countdown implements Layer {
  private host: LayerHost | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private hours: Hours | null = null;
  private market: Market | null = null;
  private update: () => void = () => undefined;
  private readonly primitive: ISeriesPrimitive<Time> = {
    attached: ({ requestUpdate }) => {
      this.update = requestUpdate;
    },
    priceAxisViews: () => [this.view],
  };
  private readonly view: ISeriesPrimitiveAxisView = {
    coordinate: () => (this.place() ?? -BELOW) + BELOW,
    text: () => this.text(),
    textColor: () => '#ffffff',
    backColor: () => this.colour(),
    visible: () => this.place() !== null && this.text() !== '',
    tickVisible: () => false,
  };

  constructor(private readonly scene: CountdownScene) {}

  attach(host: LayerHost): void {
    this.host = host;
    host.series.attachPrimitive(this.primitive);
    this.tick();
  }

  detach(): void {
    clearTimeout(this.timer);
    this.host?.series.detachPrimitive(this.primitive);
    this.host = null;
    this.update = () => undefined;
  }

  /** Draws anew with each second of the server. */
  private tick(): void {
    const now = this.scene.nowMs();
    this.timer = setTimeout(() => this.tick(), 1_000 - (((now % 1_000) + 1_000) % 1_000) + 5);
    this.update();
  }

  private place(): number | null {
    const bar = this.scene.newest();
    return bar && this.host ? this.host.yOf(bar.c) : null;
  }

  /** The colour of the label above it. */
  private colour(): string {
    const { host } = this;
    const label = host?.series.options().lastValueVisible ? host.series.lastValueData(true) : null;
    if (label && !label.noData) return label.color;
    const bar = this.scene.newest();
    return host?.colour(bar && bar.c < bar.o ? 'down' : 'up') ?? '';
  }

  private text(): string {
    const { host } = this;
    const bar = this.scene.newest();
    const length = host && parseInterval(host.interval);
    const hours = this.hoursOf(host?.market ?? null);
    if (!bar || !length || !hours) return '';
    return timeLeft(hours.endOfBar(length, bar.t) - this.scene.nowMs() / 1_000);
  }

  private hoursOf(market: Market | null): Hours | null {
    if (market === this.market) return this.hours;
    this.market = market;
    // In a zone that the browser does not know nothing can be said, and a wrong time is worse.
    const isKnown = market !== null && isZoneKnown(market.time_zone);
    this.hours = isKnown ? new Hours(market.session, market.time_zone) : null;
    return this.hours;
  }
}

/** Writes what is left of a bar: `00:42`, `3:07:00`, `2d 05h`; nothing once it is over. */
export function timeLeft(seconds: Seconds): string {
  const left = Math.ceil(seconds);
  if (left <= 0) return '';
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const minutes = `${two((left % HOUR) / 60)}:${two(left % 60)}`;
  if (left < HOUR) return minutes;
  if (left < DAY) return `${Math.floor(left / HOUR)}:${minutes}`;
  return `${Math.floor(left / DAY)}d ${two((left % DAY) / HOUR)}h`;
}
