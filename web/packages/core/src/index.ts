/** What the chart core offers to pages, components and the app. */

export type { ChartFeed, Gap } from './chart/feed';
export { KINDS, type Kind } from './chart/kinds';
export type { Layer, LayerHost } from './chart/layer';
export {
  formatChange,
  formatPercent,
  formatPrice,
  formatValue,
  formatVolume,
  type PriceStyle,
  priceStyle,
} from './chart/numbers';
export type { VisibleRange } from './chart/scroll';
export type { Scale } from './chart/stage';
export { DARK, LIGHT, type Theme } from './chart/theme';
export { type ChartOptions, ChartView } from './chart/view';
export { VOLUME_PLACES, type VolumePlace } from './chart/volume';
export { Signal } from './signal';
export { type Clock, timeLabel } from './time/behaviour';
export { Zone, zoneOf } from './time/zone';
export type { Bar, BarsChange, Market, Seconds, SeriesStatus, Stop } from './types';
