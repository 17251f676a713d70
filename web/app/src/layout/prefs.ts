/** What people like, whatever chart they look at. */

import { type Kept, kept, textsOf } from './kept';

export type ThemeChoice = 'system' | 'dark' | 'light';
export type PanelName = 'watchlist' | 'alerts';

export interface Prefs {
  readonly theme: ThemeChoice;
  readonly favourites: readonly string[];
  /** The panel at the right that is open. */
  readonly panel: PanelName | null;
  /** Whether keys without Ctrl or Alt do anything. */
  readonly singleKeys: boolean;
  /** Whether places are left where the market was open and nothing was traded. */
  readonly whitespace: boolean;
}

export const MOST_FAVOURITES = 12;

export const PLAIN_PREFS: Prefs = {
  theme: 'system',
  favourites: ['1m', '5m', '15m', '1h', '4h', '1d', '1w'],
  panel: null,
  singleKeys: true,
  whitespace: false,
};

export const prefs: Kept<Prefs> = kept('prefs', PLAIN_PREFS, (found) => {
  const told = found as Partial<Prefs> | null;
  if (typeof told !== 'object' || told === null) return null;
  return {
    theme: told.theme === 'dark' || told.theme === 'light' ? told.theme : 'system',
    favourites: textsOf(told.favourites, MOST_FAVOURITES) ?? PLAIN_PREFS.favourites,
    panel: told.panel === 'watchlist' || told.panel === 'alerts' ? told.panel : null,
    singleKeys: told.singleKeys !== false,
    whitespace: told.whitespace === true,
  };
});

export const recentSymbols: Kept<readonly string[]> = kept('recent', [], (found) =>
  textsOf(found, 10),
);
