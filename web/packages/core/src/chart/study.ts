import {
  HistogramSeries,
  type IChartApi,
  type IPaneApi,
  type IPriceLine,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  type SeriesType,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { BarStore } from '../bars/store';
import { type Column, NO_COLUMN, valueAt } from './column';
import { histogramColour, type Look, type OutputLook } from './looks';
import {
  finer,
  formatPrice,
  formatValue,
  formatVolume,
  type PriceStyle,
  priceFormat,
} from './numbers';
import { type Dirty, type Items, Plot } from './plot';
import { Ribbon, type RibbonLook } from './ribbon';
import type { Places } from './slots';
import { type Colours, faded } from './theme';

/** Values of an indicator: columns along the bars, by output. */
export type Columns = Readonly<Record<string, Column>>;
/** By how many bars each output is drawn to the right of its bar. */
export type Displacement = Readonly<Record<string, number>>;

export interface StudyScene {
  readonly chart: IChartApi;
  readonly pane: IPaneApi<Time>;
  readonly look: Look;
  /** The colour of an output; of a histogram the first of its four. */
  readonly colourOf: (output: OutputLook, index?: number) => string;
  readonly colour: Colours;
  readonly style: () => PriceStyle;
  readonly places: () => Places;
  readonly isOverlay: boolean;
}

const CLEAR = 'rgba(0, 0, 0, 0)';
const LEVEL_OPACITY = 0.5;
/** The library draws numbers up to about 9e13. */
const MOST_DRAWN = 9e13;

type Timed = { time: UTCTimestamp };

/** An indicator as it is drawn: a series for each output, levels, and what is filled between. */
export class Study {
  private readonly parts: readonly Part[];
  private readonly ribbon: Ribbon | null;
  private levels: IPriceLine[] = [];
  private divisor = 1;

  constructor(private readonly scene: StudyScene) {
    const drawn = scene.look.outputs.filter((output) => !output.isSilent);
    this.parts = drawn.map(
      (output, index) => new Part(scene, output, this.optionsOf(output, index)),
    );
    this.ribbon = scene.look.ribbon ? new Ribbon(this.ribbonLook(), scene.places) : null;
    if (this.ribbon) this.parts[0]?.series.attachPrimitive(this.ribbon);
    this.addLevels();
  }

  draw(bars: BarStore, columns: Columns, displacement: Displacement, dirty: Dirty): void {
    if (dirty === null) return;
    const from = this.rescale(columns, dirty) ? 0 : dirty;
    for (const part of this.parts) part.draw(bars, columns, displacement, from, this.divisor);
    const { ribbon } = this.scene.look;
    if (!ribbon || !this.ribbon) return;
    this.ribbon.set(
      columns[ribbon.upper] ?? NO_COLUMN,
      columns[ribbon.lower] ?? NO_COLUMN,
      displacement[ribbon.upper] ?? 0,
    );
  }

  clear(): void {
    for (const part of this.parts) part.clear();
    this.ribbon?.set(NO_COLUMN, NO_COLUMN);
  }

  setVisible(visible: boolean): void {
    for (const part of this.parts) part.series.applyOptions({ visible });
    if (this.ribbon) this.ribbon.look = visible ? this.ribbonLook() : NO_RIBBON;
  }

  recolour(): void {
    this.parts.forEach((part, index) => {
      part.series.applyOptions(this.optionsOf(part.output, index));
    });
    if (this.ribbon) this.ribbon.look = this.ribbonLook();
    for (const level of this.levels) level.applyOptions({ color: this.levelColour() });
  }

  setPriceStyle(): void {
    for (const part of this.parts) part.series.applyOptions({ priceFormat: this.numbers() });
  }

  remove(): void {
    for (const part of this.parts) part.remove();
  }

  /** Writes a value as the legend and the axis do. */
  format(value: number): string {
    const { numbers } = this.scene.look;
    if (numbers === 'price' || numbers === 'difference') return formatPrice(this.style(), value);
    return numbers === 'volume' ? formatVolume(value) : formatValue(value, numbers);
  }

  private style(): PriceStyle {
    const style = this.scene.style();
    return this.scene.look.numbers === 'difference' ? finer(style) : style;
  }

  private optionsOf(output: OutputLook, index: number) {
    const isFirst = index === 0;
    const colour = this.scene.colourOf(output);
    const shared = {
      color: colour,
      priceFormat: this.numbers(),
      priceLineVisible: false,
      baseLineVisible: false,
      lastValueVisible: isFirst && !this.scene.isOverlay && output.shape !== 'histogram',
    };
    if (output.shape === 'histogram') return shared;
    return {
      ...shared,
      lineWidth: output.width ?? ((this.scene.isOverlay ? 1 : 2) as 1 | 2),
      lineStyle: output.isDashed ? LineStyle.Dashed : LineStyle.Solid,
      crosshairMarkerVisible: false,
    };
  }

  private numbers() {
    const { numbers } = this.scene.look;
    if (numbers === 'price' || numbers === 'difference') return priceFormat(this.style());
    return {
      type: 'custom' as const,
      minMove: numbers === 'volume' ? 1e-8 : 10 ** -numbers,
      formatter: (value: number) => this.format(value * this.divisor),
    };
  }

  private ribbonLook(): RibbonLook {
    const { ribbon, outputs } = this.scene.look;
    if (!ribbon) return NO_RIBBON;
    const edge = (name: string) => {
      const output = outputs.find((each) => each.output === name);
      return ribbon.hasLines && output ? this.scene.colourOf(output) : '';
    };
    return {
      above: faded(this.scene.colour(ribbon.above), ribbon.hasLines ? 0.14 : 0.07),
      below: faded(this.scene.colour(ribbon.below), ribbon.hasLines ? 0.14 : 0.07),
      upperLine: edge(ribbon.upper),
      lowerLine: edge(ribbon.lower),
    };
  }

  private addLevels(): void {
    const series = this.parts[0]?.series;
    const levels = this.scene.look.levels ?? [];
    if (!series || levels.length === 0) return;
    this.levels = levels.map((price) =>
      series.createPriceLine({
        price,
        color: this.levelColour(),
        lineWidth: 1,
        lineStyle: LineStyle.Dashed,
        axisLabelVisible: false,
      }),
    );
    const [least, most] = [Math.min(...levels), Math.max(...levels)];
    series.applyOptions({
      autoscaleInfoProvider: (original: () => ReturnType<typeof including>) =>
        including(original(), least, most),
    });
  }

  private levelColour(): string {
    return faded(this.scene.colour('chart-crosshair'), LEVEL_OPACITY);
  }

  /** Chooses the divisor that keeps volumes within what the library draws; whether it is another one. */
  private rescale(columns: Columns, from: number): boolean {
    if (this.scene.look.numbers !== 'volume') return false;
    let most = 0;
    for (const { output } of this.parts) {
      const column = columns[output.output] ?? NO_COLUMN;
      for (let index = from; index < column.length; index++) {
        most = Math.max(most, Math.abs(valueAt(column, index) ?? 0));
      }
    }
    const before = this.divisor;
    if (from === 0) this.divisor = 1;
    if (most / this.divisor > MOST_DRAWN) {
      this.divisor = 10 ** Math.ceil(Math.log10(most / MOST_DRAWN));
    }
    return before !== this.divisor;
  }
}

const NO_RIBBON: RibbonLook = { above: '', below: '', upperLine: '', lowerLine: '' };

interface Autoscale {
  readonly priceRange: { readonly minValue: number; readonly maxValue: number } | null;
}

/** What the scale is to hold at least, levels included. */
function including<Info extends Autoscale>(info: Info | null, least: number, most: number) {
  const range = info?.priceRange;
  return {
    ...info,
    priceRange: {
      minValue: Math.min(range?.minValue ?? least, least),
      maxValue: Math.max(range?.maxValue ?? most, most),
    },
  };
}

/** One output's series. */
class Part {
  readonly series: ISeriesApi<SeriesType>;
  private readonly plot: Plot;
  /** Whether the newest item began a new turn, when it was drawn. */
  private wasTurn = false;

  constructor(
    private readonly scene: StudyScene,
    readonly output: OutputLook,
    options: object,
  ) {
    const definition = output.shape === 'histogram' ? HistogramSeries : LineSeries;
    this.series = scene.pane.addSeries(definition, options) as ISeriesApi<SeriesType>;
    this.plot = new Plot(scene.chart, this.series);
  }

  draw(
    bars: BarStore,
    columns: Columns,
    displacement: Displacement,
    dirty: number,
    divisor: number,
  ): void {
    const shift = -(displacement[this.output.output] ?? 0);
    const column = columns[this.output.output] ?? NO_COLUMN;
    const length = Math.max(0, Math.min(bars.length, column.length) - Math.max(0, shift));
    const timeAt = (index: number) => bars.at(index).t;
    const itemAt = (index: number) => {
      const time = timeAt(index) as number as UTCTimestamp;
      const value = valueAt(column, index + shift);
      return value === null
        ? { time }
        : { time, value: value / divisor, ...this.colouring(columns, index) };
    };
    const items: Items = { length, timeAt, itemAt: itemAt as (index: number) => Timed };
    this.plot.draw(items, this.from(columns, length, Math.max(0, dirty - Math.max(0, shift))));
  }

  clear(): void {
    this.plot.clear();
  }

  remove(): void {
    this.plot.remove();
  }

  /** A turn hides the piece of line before it, which belongs to the item before. */
  private from(columns: Columns, length: number, dirty: number): number {
    if (this.output.shape !== 'turns') return dirty;
    const isTurn = this.isTurn(columns, length - 1);
    const from = isTurn !== this.wasTurn ? Math.max(0, dirty - 1) : dirty;
    this.wasTurn = isTurn;
    return from;
  }

  private colouring(columns: Columns, index: number): { color?: string } {
    const { shape, output } = this.output;
    if (shape === 'line') return {};
    if (shape === 'turns') {
      if (this.isTurn(columns, index + 1)) return { color: CLEAR };
      const isDown = this.sideAt(columns, index) < 0;
      return { color: this.scene.colourOf(this.output, isDown ? 1 : 0) };
    }
    const column = columns[output] ?? NO_COLUMN;
    const place = histogramColour(valueAt(column, index) ?? 0, valueAt(column, index - 1));
    return { color: this.scene.colourOf(this.output, place) };
  }

  private isTurn(columns: Columns, index: number): boolean {
    const [before, after] = [this.sideAt(columns, index - 1), this.sideAt(columns, index)];
    return before * after < 0;
  }

  private sideAt(columns: Columns, index: number): number {
    return valueAt(columns[this.output.by ?? ''] ?? NO_COLUMN, index) ?? 0;
  }
}
