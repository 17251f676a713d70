import type {
  AutoscaleInfo,
  IChartApiBase,
  IPrimitivePaneView,
  ISeriesApi,
  ISeriesPrimitive,
  Logical,
  SeriesAttachedParameter,
  SeriesType,
  Time,
} from 'lightweight-charts';
import { type Column, extent, valueAt } from './column';
import type { Places } from './slots';

/** What a ribbon fills and draws. Colours are CSS; an empty one draws nothing. */
export interface RibbonLook {
  readonly above: string;
  readonly below: string;
  readonly upperLine: string;
  readonly lowerLine: string;
}

interface Spot {
  readonly x: number;
  readonly upper: number;
  readonly lower: number;
}

type Target = Parameters<NonNullable<ReturnType<IPrimitivePaneView['renderer']>>['draw']>[0];

/** Half a pixel: closer spots would only cost time. */
const LEAST_STEP = 0.5;

/**
 * Fills between two columns of values, in one colour where the first is above the second and another
 * where it is below; drawn by so many bars to the right, also beyond the newest bar.
 */
export class Ribbon implements ISeriesPrimitive<Time> {
  private upper: Column = [];
  private lower: Column = [];
  private shift = 0;
  private chart: IChartApiBase<Time> | null = null;
  private series: ISeriesApi<SeriesType, Time> | null = null;
  private update: () => void = () => undefined;
  private readonly views: readonly IPrimitivePaneView[] = [
    {
      zOrder: () => 'bottom',
      renderer: () => ({ draw: (target: Target) => this.draw(target) }),
    },
  ];

  constructor(
    public look: RibbonLook,
    private readonly places: () => Places,
  ) {}

  attached({ chart, series, requestUpdate }: SeriesAttachedParameter<Time>): void {
    this.chart = chart;
    this.series = series;
    this.update = requestUpdate;
  }

  detached(): void {
    this.chart = null;
    this.series = null;
    this.update = () => undefined;
  }

  set(upper: Column, lower: Column, shift = 0): void {
    this.upper = upper;
    this.lower = lower;
    this.shift = shift;
    this.update();
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.views;
  }

  autoscaleInfo(start: Logical, end: Logical): AutoscaleInfo | null {
    const places = this.places();
    const from = places.barAt(Math.floor(start)) - this.shift;
    const to = places.barAt(Math.ceil(end)) - this.shift;
    const parts = [extent(this.upper, from, to), extent(this.lower, from, to)];
    const known = parts.filter((part) => part !== null);
    if (known.length === 0) return null;
    return {
      priceRange: {
        minValue: Math.min(...known.map(([least]) => least)),
        maxValue: Math.max(...known.map(([, most]) => most)),
      },
    };
  }

  private draw(target: Target): void {
    target.useMediaCoordinateSpace(({ context }) => {
      for (const run of runsOf(this.spots())) this.drawRun(context, run);
    });
  }

  /** The spots in sight; null where a value is missing. */
  private spots(): (Spot | null)[] {
    const scale = this.chart?.timeScale();
    const range = scale?.getVisibleLogicalRange();
    const origin = scale?.logicalToCoordinate(0 as Logical);
    const next = scale?.logicalToCoordinate(1 as Logical);
    if (!range || origin === null || origin === undefined || next === null || next === undefined) {
      return [];
    }
    const spacing = next - origin;
    const places = this.places();
    const [from, to] = [places.barAt(Math.floor(range.from)), places.barAt(Math.ceil(range.to))];
    const each = spacing * Math.max(1, (range.to - range.from) / Math.max(1, to - from));
    const step = Math.max(1, Math.floor(LEAST_STEP / each));
    const spots: (Spot | null)[] = [];
    const last = Math.min(this.upper.length - 1, to - this.shift + step);
    const first = Math.max(0, from - this.shift - step);
    for (let index = first - (first % step); index <= last; index += step) {
      spots.push(this.spot(index, origin + places.placeOf(index + this.shift) * spacing));
    }
    return spots;
  }

  private spot(index: number, x: number): Spot | null {
    const [upper, lower] = [this.yOf(this.upper, index), this.yOf(this.lower, index)];
    return upper === null || lower === null ? null : { x, upper, lower };
  }

  private yOf(column: Column, index: number): number | null {
    const value = valueAt(column, index);
    return value === null ? null : (this.series?.priceToCoordinate(value) ?? null);
  }

  private drawRun(context: CanvasRenderingContext2D, run: readonly Spot[]): void {
    const { above, below, upperLine, lowerLine } = this.look;
    if (above === below) fill(context, run, above);
    else for (const part of crossings(run)) fill(context, part, isAbove(part) ? above : below);
    stroke(context, run, 'upper', upperLine);
    stroke(context, run, 'lower', lowerLine);
  }
}

function runsOf(spots: readonly (Spot | null)[]): Spot[][] {
  const runs: Spot[][] = [[]];
  for (const spot of spots) {
    if (spot) runs.at(-1)?.push(spot);
    else if (runs.at(-1)?.length) runs.push([]);
  }
  return runs.filter((run) => run.length > 1);
}

/** Smaller y is higher. */
function isAbove(part: readonly Spot[]): boolean {
  return part.reduce((sum, spot) => sum + spot.lower - spot.upper, 0) >= 0;
}

/** Cuts a run where the two lines cross. */
export function crossings(run: readonly Spot[]): Spot[][] {
  const parts: Spot[][] = [[]];
  run.forEach((spot, index) => {
    const before = run[index - 1];
    const cut = before ? crossing(before, spot) : null;
    if (cut) {
      parts.at(-1)?.push(cut);
      parts.push([cut]);
    }
    parts.at(-1)?.push(spot);
  });
  return parts;
}

function crossing(a: Spot, b: Spot): Spot | null {
  const [before, after] = [a.upper - a.lower, b.upper - b.lower];
  if (before * after >= 0) return null;
  const share = before / (before - after);
  const y = a.upper + (b.upper - a.upper) * share;
  return { x: a.x + (b.x - a.x) * share, upper: y, lower: y };
}

function fill(context: CanvasRenderingContext2D, part: readonly Spot[], colour: string): void {
  if (!colour) return;
  context.beginPath();
  for (const spot of part) context.lineTo(spot.x, spot.upper);
  for (const spot of [...part].reverse()) context.lineTo(spot.x, spot.lower);
  context.closePath();
  context.fillStyle = colour;
  context.fill();
}

function stroke(
  context: CanvasRenderingContext2D,
  run: readonly Spot[],
  side: 'upper' | 'lower',
  colour: string,
): void {
  if (!colour) return;
  context.beginPath();
  for (const spot of run) context.lineTo(spot.x, spot[side]);
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.stroke();
}
