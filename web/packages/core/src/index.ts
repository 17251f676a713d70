/** What the chart core offers to pages, components and the app. */

export type { Layer, LayerHost } from './chart/layer';
export { Signal } from './signal';
export type { Bar, BarsChange, Market, Seconds, SeriesStatus, Stop } from './types';
