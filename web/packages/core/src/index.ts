/** What the chart core offers to pages, components and the app. */

export type {
  CandlePage,
  CandleQuery,
  Gap,
  IndicatorInfo,
  IndicatorParameter,
  IndicatorValues,
  Interval,
  Parameters,
  Ticker,
} from './api/answers';
export { Client } from './api/client';
export { checked as checkedBars } from './api/columns';
export { type Connection, connectionTo } from './api/connection';
export { browser, type Environment } from './api/environment';
export { ApiError, asApiError, isAbort, needsKey } from './api/error';
export type { FeedState, StatusMessage, TopicMessage } from './api/messages';
export type { Method } from './api/requests';
export { Socket, type SocketState } from './api/socket';
export { type FeedOptions, SeriesFeed } from './bars/feed';
export { Insist } from './bars/insist';
export { LoadedBars } from './bars/loaded';
export type { BarStore } from './bars/store';
export type { ComparedState, CompareSet } from './chart/compare';
export type { ChartFeed } from './chart/feed';
export type {
  IndicatorSet,
  IndicatorState,
  NewIndicator,
  OpenStudy,
  StudyFeed,
} from './chart/indicators';
export { KINDS, type Kind } from './chart/kinds';
export type { Layer, LayerHost } from './chart/layer';
export type { LegendRow, LegendValue } from './chart/legend';
export { LOOKS, type Look, lookOf } from './chart/looks';
export {
  formatChange,
  formatPercent,
  formatPrice,
  formatValue,
  formatVolume,
  type PriceStyle,
  priceStyle,
} from './chart/numbers';
export { OVERLAYS, type Overlay, type ShownOverlays } from './chart/overlays';
export type { PaneBox } from './chart/panes';
export type { VisibleRange } from './chart/scroll';
export type { Places } from './chart/slots';
export type { Scale } from './chart/stage';
export { DARK, LIGHT, type Theme } from './chart/theme';
export { type ChartOptions, ChartView } from './chart/view';
export { VOLUME_PLACES, type VolumePlace } from './chart/volume';
export { newId } from './id';
export { Signal } from './signal';
export { type Clock, timeLabel } from './time/behaviour';
export { Hours } from './time/end';
export * from './time/interval';
export { parseMoment } from './time/moment';
export * from './time/session';
export { Zone, zoneOf } from './time/zone';
export type { Bar, BarsChange, Market, Seconds, SeriesStatus, Stop } from './types';
