/** What a chart's legend says of one bar: rows of values, written as the axis writes them. Pure. */

import type { Bar, Market } from '../types';
import type { CompareLegend } from './compare';
import type { IndicatorLegend } from './indicators';
import { formatChange, formatPercent, formatPrice, formatVolume, type PriceStyle } from './numbers';

export interface LegendValue {
  readonly label: string;
  readonly text: string;
  /** A CSS colour, or one of the tokens `up` and `down`; empty for that of texts. */
  readonly colour: string;
  readonly value: number | null;
}

export interface LegendRow {
  readonly id: string;
  readonly kind: 'bars' | 'compare' | 'indicator';
  readonly title: string;
  /** The key of the pane that it belongs to. */
  readonly pane: string;
  readonly isHidden: boolean;
  /** Why there are no values, for people. */
  readonly reason: string;
  readonly values: readonly LegendValue[];
}

/** The row of the bars: open, high, low, close, change since the close before, volume. */
export function barsRow(
  symbol: string,
  bar: Bar | null,
  before: Bar | null,
  style: PriceStyle,
  market: Market | null,
): LegendRow {
  const row = { id: 'bars', kind: 'bars', title: symbol, pane: 'price' } as const;
  const values = bar ? barValues(bar, before, style, market) : [];
  return { ...row, isHidden: false, reason: '', values };
}

function barValues(
  bar: Bar,
  before: Bar | null,
  style: PriceStyle,
  market: Market | null,
): LegendValue[] {
  const base = before?.c ?? bar.o;
  const change = bar.c - base;
  const colour = change < 0 ? 'down' : 'up';
  const price = (label: string, value: number) => ({
    label,
    value,
    text: formatPrice(style, value),
    colour,
  });
  const percent = base ? (change / base) * 100 : 0;
  return [
    price('O', bar.o),
    price('H', bar.h),
    price('L', bar.l),
    price('C', bar.c),
    { label: 'change', value: change, text: formatChange(style, change), colour },
    { label: 'percent', value: percent, text: formatPercent(percent), colour },
    {
      label: 'Vol',
      value: bar.v ?? null,
      text: formatVolume(bar.v, market?.volume_precision),
      colour,
    },
  ];
}

export function indicatorRow({ state, reason, values }: IndicatorLegend): LegendRow {
  const given = Object.values(state.parameters).join(' ');
  return {
    id: state.id,
    kind: 'indicator',
    title: given ? `${state.name} ${given}` : state.name,
    pane: state.pane,
    isHidden: state.isHidden,
    reason,
    values,
  };
}

export function compareRow({
  state,
  colour,
  value,
  text,
  percent,
  reason,
}: CompareLegend): LegendRow {
  const share = { label: 'percent', value: percent, text: formatPercent(percent ?? Number.NaN) };
  return {
    id: `compare:${state.symbol}`,
    kind: 'compare',
    title: state.symbol,
    pane: 'price',
    isHidden: state.isHidden,
    reason,
    values: [
      { label: 'C', value, text, colour },
      { ...share, colour },
    ],
  };
}

/** Whether two legends say the same, so that nobody is told of what nobody sees. */
export function isSameLegend(a: readonly LegendRow[], b: readonly LegendRow[]): boolean {
  return a.length === b.length && a.every((row, index) => isSameRow(row, b[index]));
}

function isSameRow(a: LegendRow, b: LegendRow | undefined): boolean {
  return (
    b !== undefined &&
    a.id === b.id &&
    a.title === b.title &&
    a.pane === b.pane &&
    a.isHidden === b.isHidden &&
    a.reason === b.reason &&
    a.values.length === b.values.length &&
    a.values.every(({ text, colour }, index) => {
      const other = b.values[index];
      return text === other?.text && colour === other.colour;
    })
  );
}
