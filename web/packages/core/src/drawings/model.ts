import type { Seconds } from '../types';

/** Where a drawing holds on to the chart: a time and a price, at whatever interval it is seen. */
export interface Anchor {
  readonly time: Seconds;
  readonly price: number;
}

export const TOOLS = [
  'trend',
  'ray',
  'extended',
  'horizontal',
  'horizontalRay',
  'vertical',
  'rectangle',
  'fibonacci',
  'text',
  'measure',
] as const;
export type Tool = (typeof TOOLS)[number];

export const DASHES = ['solid', 'dashed', 'dotted'] as const;

export interface Style {
  /** A token of the theme such as `series-1`, or `#rrggbb`. */
  readonly colour: string;
  readonly width: number;
  readonly dash: (typeof DASHES)[number];
}

export interface Drawing {
  readonly id: string;
  readonly tool: Tool;
  readonly anchors: readonly Anchor[];
  readonly style: Style;
  readonly text: string;
  readonly isLocked: boolean;
}

/** How many anchors each tool needs. */
export const ANCHORS: Readonly<Record<Tool, number>> = {
  trend: 2,
  ray: 2,
  extended: 2,
  horizontal: 1,
  horizontalRay: 1,
  vertical: 1,
  rectangle: 2,
  fibonacci: 2,
  text: 1,
  measure: 2,
};

/** What a drawing looks like unless somebody wants it otherwise. */
export const PLAIN: Style = { colour: 'series-1', width: 2, dash: 'solid' };
export const WIDEST = 6;
export const LONGEST_TEXT = 500;
export const MOST_DRAWINGS = 500;
