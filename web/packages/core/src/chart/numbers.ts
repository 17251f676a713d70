/** How numbers are written, everywhere the same: axis, legend, labels. Pure. */

import type { PriceFormatCustom } from 'lightweight-charts';
import type { Market } from '../types';

/** Signs of one width, so that columns of figures stay still. */
const MINUS = '−';
const UNITS = ['', 'K', 'M', 'B', 'T', 'Q'];
const SMALL_DIGITS = '₀₁₂₃₄₅₆₇₈₉';
/** So many zeros after the point are written as a small number. */
const MANY_ZEROS = 5;
const MOST_DECIMALS = 24;
const STEPS = [1, 2, 2.5, 5, 10];
const SIGNIFICANT = 4;
/** The most ticks in 1 that a server tells; prices may be finer still. */
const FINEST_SCALE = 1e16;

/** How the prices of a market are written. */
export interface PriceStyle {
  /** Ticks in 1. */
  readonly scale: number;
  readonly decimals: number;
}

const USUAL_SCALE = 100;

/** How many ticks 1 has in a market; of one that nothing has come of yet, what is usual. */
export const scaleOf = (market: Pick<Market, 'price_scale'> | null | undefined): number =>
  market?.price_scale || USUAL_SCALE;

/**
 * The style of a market whose prices have `scale` ticks in 1; where prices are smaller than a
 * tick, as those of some tokens are, the style follows the price.
 */
export function priceStyle(scale: number, price: number | null): PriceStyle {
  const given = Math.max(0, Math.ceil(Math.log10(Math.max(scale, 1)) - 1e-9));
  if (!price || !Number.isFinite(price)) return { scale, decimals: given };
  const needed = SIGNIFICANT - 1 - Math.floor(Math.log10(Math.abs(price)));
  const decimals = Math.min(MOST_DECIMALS, needed);
  return needed > given && Math.abs(price) * scale < (scale >= FINEST_SCALE ? 1_000 : 1)
    ? { scale: 10 ** decimals, decimals }
    : { scale, decimals: given };
}

/** The style of differences of prices, which tell more with two places more. */
export function finer({ scale, decimals }: PriceStyle): PriceStyle {
  return { scale: scale * 100, decimals: decimals + 2 };
}

export function formatPrice(style: PriceStyle, price: number): string {
  if (!Number.isFinite(price)) return '';
  const text = decimal(Math.abs(price), style.decimals);
  return sign(price, text) + shortened(text, style.decimals);
}

/** The nearest price that is a whole number of ticks. */
export function toTick(style: PriceStyle, price: number): number {
  const ticks = Math.round(price * style.scale);
  return Number.isSafeInteger(ticks) ? ticks / style.scale : price;
}

/** Round prices from low to high, about `count` of them. */
export function roundTicks(low: number, high: number, count: number): number[] {
  if (!(high > low) || count < 1) return [];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (STEPS.find((each) => each * power >= rough * (1 - 1e-9)) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** The library's form of a style. */
export function priceFormat(style: PriceStyle): PriceFormatCustom {
  return {
    type: 'custom',
    formatter: (price: number) => formatPrice(style, price),
    minMove: 1 / style.scale,
    base: style.scale,
  };
}

/** A volume in five places or so: `950`, `12.35K`, `1.2M`. */
export function formatVolume(volume: number | null | undefined, precision = 2): string {
  if (volume === null || volume === undefined || !Number.isFinite(volume)) return '';
  let size = Math.abs(volume);
  let unit = 0;
  while (size >= 999.995 && unit < UNITS.length - 1) {
    size /= 1_000;
    unit++;
  }
  if (size >= 1e6) return sign(volume, '1') + Math.abs(volume).toExponential(2);
  const places = unit > 0 ? 2 : Math.min(precision, size >= 100 ? 2 : size >= 1 ? 4 : 8);
  return sign(volume, '1') + trimmed(size.toFixed(places)) + (UNITS[unit] ?? '');
}

/** A share in percent with its sign: `+1.25%`. */
export function formatPercent(percent: number): string {
  if (!Number.isFinite(percent)) return '';
  const places = Math.abs(percent) >= 1_000 ? 0 : 2;
  const text = Math.abs(percent).toFixed(places);
  return `${plus(percent, text)}${text}%`;
}

/** A change of price with its sign. */
export function formatChange(style: PriceStyle, change: number): string {
  const text = formatPrice(style, change);
  return change > 0 && /[1-9₁-₉]/.test(text) ? `+${text}` : text;
}

/** A value that has no market: an indicator's, to `decimals` places or what it needs to tell anything. */
export function formatValue(value: number, decimals: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return '';
  if (size >= 1e6) return formatVolume(value);
  if (size > 0 && size < 10 ** -decimals) return formatPrice(priceStyle(1, value), value);
  return sign(value, size.toFixed(decimals)) + size.toFixed(decimals);
}

function sign(value: number, text: string): string {
  return value < 0 && /[1-9]/.test(text) ? MINUS : '';
}

function plus(value: number, text: string): string {
  if (!/[1-9]/.test(text)) return '';
  return value > 0 ? '+' : MINUS;
}

/** With very many decimals only so many digits are told: the rest is nothing but noise, and wide. */
const MOST_DIGITS = 10;

function decimal(size: number, decimals: number): string {
  if (decimals > MOST_DIGITS && size * 10 ** decimals >= 10 ** MOST_DIGITS) {
    return size.toFixed(Math.max(0, MOST_DIGITS - 1 - Math.floor(Math.log10(size))));
  }
  return size >= 1e21 ? size.toExponential(6) : size.toFixed(Math.min(decimals, 100));
}

/** Writes 0.000000000123 as 0.0₉123, where there are many places. */
function shortened(text: string, decimals: number): string {
  if (decimals <= 8) return text;
  const zeros = /^0\.(0+)[1-9]/.exec(text)?.[1]?.length ?? 0;
  if (zeros < MANY_ZEROS) return text;
  const small = [...String(zeros)].map((digit) => SMALL_DIGITS[Number(digit)]).join('');
  return `0.0${small}${text.slice(2 + zeros)}`;
}

function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
