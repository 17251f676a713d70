/** Lines at prices that can be dragged. */

export { PriceLineLayer } from './layer';
export type { Intent, LineKind, PriceLine, Wish } from './line';
