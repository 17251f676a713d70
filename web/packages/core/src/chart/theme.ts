/** The colours of a chart: tokens by name, and what they mean to the library. */

import {
  type ChartOptions,
  ColorType,
  CrosshairMode,
  type DeepPartial,
  LineStyle,
} from 'lightweight-charts';

/** Values by name of the token, without `--`; what is missing is taken from `DARK`. */
export type Theme = Readonly<Record<string, string>>;

export const DARK: Theme = {
  'chart-background': '#0f1217',
  'chart-text': '#a9b1bd',
  'chart-grid': '#1b2028',
  'chart-border': '#2a313c',
  'chart-crosshair': '#77818f',
  'chart-label': '#353d4a',
  'chart-label-text': '#f1f4f8',
  'chart-font': "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  up: '#26a69a',
  down: '#ef5350',
  accent: '#4c8dff',
  'volume-up': 'rgba(38, 166, 154, 0.4)',
  'volume-down': 'rgba(239, 83, 80, 0.4)',
  'session-shade': 'rgba(124, 140, 166, 0.09)',
  gap: 'rgba(240, 180, 60, 0.55)',
  'gap-filling': 'rgba(76, 141, 255, 0.55)',
  'gap-lost': 'rgba(239, 83, 80, 0.55)',
  'series-1': '#4c8dff',
  'series-2': '#f0a13a',
  'series-3': '#b980ff',
  'series-4': '#35c2d6',
  'series-5': '#ff7aa8',
  'series-6': '#9ccc4f',
  'series-7': '#ffd54a',
  'series-8': '#9aa6b8',
};

export const LIGHT: Theme = {
  ...DARK,
  'chart-background': '#ffffff',
  'chart-text': '#4a5361',
  'chart-grid': '#f0f2f5',
  'chart-border': '#dde1e7',
  'chart-crosshair': '#8a94a3',
  'chart-label': '#39424f',
  'chart-label-text': '#ffffff',
  up: '#0b8f82',
  down: '#dd3c43',
  accent: '#1f63e0',
  'volume-up': 'rgba(11, 143, 130, 0.35)',
  'volume-down': 'rgba(221, 60, 67, 0.35)',
  'session-shade': 'rgba(60, 84, 120, 0.06)',
  gap: 'rgba(190, 125, 0, 0.55)',
  'gap-filling': 'rgba(31, 99, 224, 0.5)',
  'gap-lost': 'rgba(221, 60, 67, 0.5)',
  'series-1': '#1f63e0',
  'series-2': '#c46a00',
  'series-3': '#8440d6',
  'series-4': '#00819a',
  'series-5': '#cc2f6b',
  'series-6': '#4f7d12',
  'series-7': '#9a7b00',
  'series-8': '#5d6878',
};

export type Colours = (token: string) => string;

/** Returns what looks a token up. */
export function coloursOf(theme: Theme): Colours {
  return (token) => theme[token] || DARK[token] || '#808080';
}

/** The same colour, less opaque; the colour must be `#rrggbb`, others are returned as they are. */
export function faded(colour: string, opacity: number): string {
  const hex = /^#([0-9a-f]{6})$/i.exec(colour)?.[1];
  return hex
    ? `#${hex}${Math.round(opacity * 255)
        .toString(16)
        .padStart(2, '0')}`
    : colour;
}

/** The library's options that follow the theme, all but those of series. */
export function chartColours(colour: Colours): DeepPartial<ChartOptions> {
  const line = { color: colour('chart-grid') };
  const cross = {
    color: colour('chart-crosshair'),
    labelBackgroundColor: colour('chart-label'),
    style: LineStyle.Dashed,
    width: 1 as const,
  };
  const border = { borderColor: colour('chart-border') };
  return {
    layout: {
      background: { type: ColorType.Solid, color: colour('chart-background') },
      textColor: colour('chart-text'),
      fontFamily: colour('chart-font'),
      panes: {
        separatorColor: colour('chart-border'),
        separatorHoverColor: faded(colour('accent'), 0.25),
      },
    },
    grid: { vertLines: line, horzLines: line },
    crosshair: { mode: CrosshairMode.Normal, vertLine: cross, horzLine: cross },
    rightPriceScale: border,
    timeScale: border,
  };
}
