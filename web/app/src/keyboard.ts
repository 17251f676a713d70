/** Which key does what. Pure: the table is also what the help sheet shows. */

export type Command =
  | 'search'
  | 'interval'
  | 'help'
  | 'indicators'
  | 'compare'
  | 'alert'
  | 'watchlist'
  | 'goto'
  | 'save'
  | 'screenshot'
  | 'fullscreen'
  | 'log'
  | 'percent'
  | 'invert'
  | 'reset'
  | 'undo'
  | 'redo';

export interface Pressed {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

export interface Asked {
  readonly command: Command;
  /** What was typed, for the box that opens. */
  readonly text: string;
}

interface Row {
  readonly command: Command;
  readonly keys: string;
  readonly label: string;
}

/** `Mod` is Ctrl, and Cmd on a Mac. */
export const SHORTCUTS: readonly Row[] = [
  { command: 'search', keys: 'A … Z  or  /', label: 'Find a market: just type' },
  { command: 'interval', keys: '0 … 9', label: 'Change the interval: type 15, 1h, 1D' },
  { command: 'indicators', keys: 'Alt+J', label: 'Indicators' },
  { command: 'compare', keys: 'Alt+C', label: 'Compare with another market' },
  { command: 'alert', keys: 'Alt+A', label: 'Alert at a price' },
  { command: 'watchlist', keys: 'Alt+W', label: 'Watchlist' },
  { command: 'goto', keys: 'Alt+G', label: 'Go to a date' },
  { command: 'log', keys: 'Alt+L', label: 'Logarithmic scale' },
  { command: 'percent', keys: 'Alt+P', label: 'Scale in percent' },
  { command: 'invert', keys: 'Alt+I', label: 'Scale upside down' },
  { command: 'reset', keys: 'Alt+R', label: 'Back to the newest bars' },
  { command: 'screenshot', keys: 'Alt+S', label: 'Picture of the chart' },
  { command: 'fullscreen', keys: 'Shift+F', label: 'Full screen' },
  { command: 'undo', keys: 'Mod+Z', label: 'Undo' },
  { command: 'redo', keys: 'Mod+Shift+Z  or  Mod+Y', label: 'Redo' },
  { command: 'save', keys: 'Mod+S', label: 'Save this layout' },
  { command: 'help', keys: '?', label: 'This sheet' },
];

/** Keys of the chart itself, once it has the focus. */
export const CHART_KEYS: readonly (readonly [keys: string, label: string])[] = [
  ['← →', 'Read bar by bar'],
  ['Shift+← →', 'Ten bars at once'],
  ['Ctrl+← →', 'Scroll a screen'],
  ['+ −', 'Zoom'],
  ['Home, End', 'Oldest bar in view, newest bar'],
  ['Esc', 'Put the crosshair away'],
];

/** Keys of what is drawn or selected. */
export const DRAWING_KEYS: readonly (readonly [keys: string, label: string])[] = [
  ['Enter', 'Draw it in the middle, or end it here'],
  ['← → ↑ ↓', 'Move by a bar or a tick, with Shift by ten'],
  ['Delete', 'Remove'],
  ['Mod+C, Mod+V, Mod+D', 'Copy, paste, duplicate'],
  ['Esc', 'Let go'],
];

const ALT: Readonly<Record<string, Command>> = {
  KeyJ: 'indicators',
  KeyC: 'compare',
  KeyA: 'alert',
  KeyW: 'watchlist',
  KeyG: 'goto',
  KeyL: 'log',
  KeyP: 'percent',
  KeyI: 'invert',
  KeyR: 'reset',
  KeyS: 'screenshot',
};

/** What a key asks for when no field has the focus; null if nothing. */
export function askedBy(pressed: Pressed, singleKeys: boolean): Asked | null {
  if (pressed.ctrlKey || pressed.metaKey) return asked(withModifier(pressed));
  if (pressed.altKey) return pressed.shiftKey ? null : asked(ALT[pressed.code]);
  return singleKeys ? plain(pressed) : null;
}

function withModifier({ key, altKey, shiftKey }: Pressed): Command | undefined {
  if (altKey) return undefined;
  const letter = key.toLowerCase();
  if (letter === 'z') return shiftKey ? 'redo' : 'undo';
  if (letter === 'y' && !shiftKey) return 'redo';
  return letter === 's' && !shiftKey ? 'save' : undefined;
}

function plain({ key, shiftKey }: Pressed): Asked | null {
  if (key === '/') return asked('search');
  if (key === '?') return asked('help');
  if (shiftKey && key === 'F') return asked('fullscreen');
  if (/^\d$/.test(key)) return { command: 'interval', text: key };
  return /^\p{L}$/u.test(key) ? { command: 'search', text: key.toUpperCase() } : null;
}

function asked(command: Command | undefined): Asked | null {
  return command ? { command, text: '' } : null;
}

/** Whether the keys of an element are its own: it is typed into. */
export function isTypedInto(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  if (!element?.tagName) return false;
  if (element.isContentEditable) return true;
  if (element.tagName === 'SELECT' || element.tagName === 'TEXTAREA') return true;
  return (
    element.tagName === 'INPUT' &&
    !/^(checkbox|radio|button|color)$/.test((element as HTMLInputElement).type)
  );
}
