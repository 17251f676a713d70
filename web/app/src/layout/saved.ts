/** Layouts under names, and the one that was looked at last. Each is kept as its address. */

import { addressOf, layoutOf } from './address';
import { type Kept, kept } from './kept';
import { type Layout, PLAIN } from './layout';

export interface Saved {
  readonly name: string;
  readonly address: string;
}

export const MOST_SAVED = 100;

export const savedLayouts: Kept<readonly Saved[]> = kept('layouts', [], savedOf);
export const lastAddress: Kept<string> = kept('last', '', (found) =>
  typeof found === 'string' ? found : null,
);

/** The list with a layout under a name, new or replaced, newest first. */
export function withSaved(list: readonly Saved[], name: string, layout: Layout): readonly Saved[] {
  const rest = list.filter((saved) => saved.name !== name);
  return [{ name, address: addressOf(layout) }, ...rest].slice(0, MOST_SAVED);
}

/** The layout of an address below the app's base. */
export function opened(address: string): Layout {
  const [path = '', search = ''] = address.split('?');
  return { ...PLAIN, ...layoutOf(path, search) };
}

function savedOf(found: unknown): Saved[] | null {
  if (!Array.isArray(found)) return null;
  const isSaved = (item: unknown): item is Saved =>
    typeof (item as Saved | null)?.name === 'string' &&
    typeof (item as Saved | null)?.address === 'string';
  return found.filter(isSaved).slice(0, MOST_SAVED);
}
