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
/** Characters kept for one symbol; the browser gives all pages of a site about five million. */
export const LONGEST = 262_144;
/** Characters that are looked at, in a file from elsewhere too. */
export const LONGEST_READ = 4 * LONGEST;
const LONGEST_ID = 64;
/** What a date of the browser can be, in seconds. */
const FARTHEST = 8.64e12;
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
    const text = print(drawings);
    if (text.length > LONGEST) return false;
    if (drawings.length === 0) storage.removeItem(keyOf(symbol));
    else storage.setItem(keyOf(symbol), text);
    return true;
  } catch {
    return false;
  }
}

export const print = (drawings: readonly Drawing[]): string =>
  JSON.stringify({ version: VERSION, drawings });

export function parse(text: string | null): readonly Drawing[] {
  if (!text || text.length > LONGEST_READ) return [];
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
  if (!isObject(value) || !isId(value.id)) return null;
  const tool = TOOLS.find((each) => each === value.tool);
  if (!tool || tool === 'measure' || !Array.isArray(value.anchors)) return null;
  if (value.anchors.length !== ANCHORS[tool]) return null;
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

const isId = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= LONGEST_ID;

function anchorOf(value: unknown): Anchor | null {
  if (!isObject(value)) return null;
  const { time, price } = value;
  const isGood =
    Number.isFinite(time) && Number.isFinite(price) && Math.abs(time as number) <= FARTHEST;
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
