/** The library's chart, made for a time zone and a theme. */

import {
  createChartEx,
  type IChartApi,
  PriceScaleMode,
  type TickMarkType,
  type Time,
} from 'lightweight-charts';
import { type Clock, tickLabel, timeLabel, ZoneBehaviour } from '../time/behaviour';
import type { Seconds } from '../types';
import { formatPercent } from './numbers';
import { rightOffset } from './scroll';
import { type Colours, chartColours } from './theme';

export interface Scale {
  readonly mode: 'normal' | 'log' | 'percent' | 'indexed';
  readonly inverted: boolean;
  readonly auto: boolean;
}

export const PLAIN_SCALE: Scale = { mode: 'normal', inverted: false, auto: true };

const MODES = {
  normal: PriceScaleMode.Normal,
  log: PriceScaleMode.Logarithmic,
  percent: PriceScaleMode.Percentage,
  indexed: PriceScaleMode.IndexedTo100,
};

/** The chart with its behaviour of time, whose clock may be set. */
export class Stage {
  readonly chart: IChartApi;
  private readonly behaviour = new ZoneBehaviour();
  private holds = 0;

  constructor(element: HTMLElement, colour: Colours) {
    this.chart = createChartEx<Time, ZoneBehaviour>(element, this.behaviour, {
      autoSize: true,
      ...chartColours(colour),
      rightPriceScale: {
        scaleMargins: { top: 0.08, bottom: 0.2 },
        minimumWidth: 64,
        entireTextOnly: true,
      },
      timeScale: {
        rightOffset: rightOffset(element.clientWidth),
        barSpacing: 8,
        minBarSpacing: 0.05,
        enableConflation: true,
        timeVisible: true,
      },
      localization: { locale: 'en', percentageFormatter: formatPercent },
      kineticScroll: { touch: true, mouse: false },
    }) as IChartApi;
    this.chart.applyOptions(chartColours(colour));
  }

  get clock(): Clock {
    return this.behaviour.clock;
  }

  /** Sets how times are read. What is drawn must be cleared before and set again after. */
  setClock(clock: Clock): void {
    this.behaviour.clock = clock;
    this.chart.applyOptions({
      localization: { timeFormatter: (time: Time) => timeLabel(clock, time as Seconds) },
      timeScale: {
        timeVisible: !clock.isDated,
        secondsVisible: clock.hasSeconds,
        tickMarkFormatter: (time: Time, type: TickMarkType) =>
          tickLabel(clock, time as Seconds, type),
      },
    });
  }

  /**
   * Where places between bars are empty, bars are too far apart to be drawn as one, which the library
   * would decide by their number; and a new one comes where an empty place was a moment ago.
   */
  setSpaced(isSpaced: boolean): void {
    const enableConflation = !isSpaced;
    const allowShiftVisibleRangeOnWhitespaceReplacement = isSpaced;
    this.chart.applyOptions({
      timeScale: { enableConflation, allowShiftVisibleRangeOnWhitespaceReplacement },
    });
  }

  setScale({ mode, inverted, auto }: Scale): void {
    this.chart
      .priceScale('right', 0)
      .applyOptions({ mode: MODES[mode], invertScale: inverted, autoScale: auto });
  }

  /** Whether the scale fits what is in sight by itself; not so after it was dragged. */
  get isAuto(): boolean {
    return this.chart.priceScale('right', 0).options().autoScale;
  }

  /** Leaves room at the bottom of the price pane, for volumes drawn over it. */
  leaveRoom(isLeft: boolean): void {
    this.chart
      .priceScale('right', 0)
      .applyOptions({ scaleMargins: { top: 0.08, bottom: isLeft ? 0.2 : 0.08 } });
  }

  recolour(colour: Colours): void {
    this.chart.applyOptions(chartColours(colour));
  }

  /** Neither pans nor zooms until what this returns is called; calls are counted. */
  readonly holdStill = (): (() => void) => {
    this.hold(1);
    let isHeld = true;
    return () => {
      if (isHeld) this.hold(-1);
      isHeld = false;
    };
  };

  private hold(by: number): void {
    this.holds += by;
    const isFree = this.holds === 0;
    this.chart.applyOptions({ handleScroll: isFree, handleScale: isFree });
  }
}
