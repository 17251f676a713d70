/**
 * Drawings kept by symbol, as versioned JSON in a storage that is handed in. Whatever lies there is
 * looked at item by item: what is no drawing is left out, and nothing throws.
 */

import {
  ANCHORS,
  type Anchor,
  DASHES,
  type Drawing,
  LONGEST_TEXT,
  MOST_DRAWINGS,
  PLAIN,
  type Style,
  TOOLS,
  WIDEST,
} from './model';

const PREFIX = 'chandlery.drawings.';
const VERSION = 1;
const COLOUR = /^(#[0-9a-f]{6}|[a-z][a-z0-9-]{0,30})$/i;

export type KeyValues = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export const keyOf = (symbol: string): string => PREFIX + symbol;

export function load(storage: KeyValues, symbol: string): readonly Drawing[] {
  try {
    return parse(storage.getItem(keyOf(symbol)));
  } catch {
    // A browser may refuse its storage altogether.
    return [];
  }
}

/** Keeps drawings; returns whether there was room. */
export function save(storage: KeyValues, symbol: string, drawings: readonly Drawing[]): boolean {
  try {
    if (drawings.length === 0) storage.removeItem(keyOf(symbol));
    else storage.setItem(keyOf(symbol), print(drawings));
    return true;
  } catch {
    return false;
  }
}

export const print = (drawings: readonly Drawing[]): string =>
  JSON.stringify({ version: VERSION, drawings });

export function parse(text: string | null): readonly Drawing[] {
  if (!text) return [];
  let kept: unknown;
  try {
    kept = JSON.parse(text);
  } catch {
    return [];
  }
  if (!isObject(kept) || kept.version !== VERSION || !Array.isArray(kept.drawings)) return [];
  const found = kept.drawings.slice(0, MOST_DRAWINGS).map(drawingOf);
  const seen = new Set<string>();
  return found.filter((each): each is Drawing => {
    if (each === null || seen.has(each.id)) return false;
    seen.add(each.id);
    return true;
  });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function drawingOf(value: unknown): Drawing | null {
  if (!isObject(value) || typeof value.id !== 'string') return null;
  const tool = TOOLS.find((each) => each === value.tool);
  if (!tool || tool === 'measure' || !Array.isArray(value.anchors)) return null;
  const anchors = value.anchors.map(anchorOf).filter((each) => each !== null);
  if (anchors.length !== ANCHORS[tool]) return null;
  const text = typeof value.text === 'string' ? value.text.slice(0, LONGEST_TEXT) : '';
  if (tool === 'text' && !text.trim()) return null;
  return {
    id: value.id,
    tool,
    anchors,
    style: styleOf(value.style),
    text,
    isLocked: value.isLocked === true,
  };
}

function anchorOf(value: unknown): Anchor | null {
  if (!isObject(value)) return null;
  const { time, price } = value;
  const isGood = Number.isFinite(time) && Number.isFinite(price);
  return isGood ? { time: time as number, price: price as number } : null;
}

function styleOf(value: unknown): Style {
  if (!isObject(value)) return PLAIN;
  const { colour, width, dash } = value;
  return {
    colour: typeof colour === 'string' && COLOUR.test(colour) ? colour : PLAIN.colour,
    width: typeof width === 'number' && width >= 1 && width <= WIDEST ? width : PLAIN.width,
    dash: DASHES.find((each) => each === dash) ?? PLAIN.dash,
  };
}
