/** Charts of a Chandlery server as React components. */

export { Datafeed, type DatafeedOptions, datafeedOf } from './datafeed';
export { type Series, type Server, useSeries, useSignal, useTicker } from './hooks';
export { LightweightChart, type LightweightChartProps } from './LightweightChart';
export { TradingViewChart, type TradingViewChartProps } from './TradingViewChart';
export type { LibraryBar, LibraryDatafeed, LibrarySymbol, LibraryWidget } from './tradingview';
