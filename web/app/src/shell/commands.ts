/** What keys, buttons and menus have done. */

import type { Desk } from '../desk';
import type { Asked, Command } from '../keyboard';
import { download } from '../ui/download';
import { say } from '../ui/Toasts';

export function run(desk: Desk, { command, text }: Asked): void {
  COMMANDS[command](desk, text);
}

const COMMANDS: Readonly<Record<Command, (desk: Desk, text: string) => void>> = {
  search: (desk, text) => desk.open({ name: 'search', text, use: 'show' }),
  interval: (desk, text) => desk.open({ name: 'interval', text }),
  help: (desk) => desk.open({ name: 'help' }),
  indicators: (desk) => desk.open({ name: 'indicators' }),
  compare: (desk) => desk.open({ name: 'search', text: '', use: 'compare' }),
  alert: (desk) => desk.open({ name: 'alert', price: null }),
  watchlist: (desk) => togglePanel(desk, 'watchlist'),
  goto: (desk) => desk.open({ name: 'goto' }),
  save: (desk) => desk.open({ name: 'layouts' }),
  screenshot: (desk) => void screenshot(desk),
  fullscreen: () => void toggleFullscreen(),
  log: (desk) => toggleMode(desk, 'log'),
  percent: (desk) => toggleMode(desk, 'percent'),
  invert: (desk) => {
    const { scale } = desk.layout.get();
    desk.change({ scale: { ...scale, inverted: !scale.inverted } });
  },
  reset: (desk) => reset(desk),
  undo: (desk) => desk.undo.undo(),
  redo: (desk) => desk.undo.redo(),
};

export function togglePanel(desk: Desk, panel: 'watchlist' | 'alerts'): void {
  desk.like({ panel: desk.prefs.get().panel === panel ? null : panel });
}

/** Turns a mode of the scale on, or back to the regular one. */
export function toggleMode(desk: Desk, mode: 'log' | 'percent' | 'indexed'): void {
  const { scale } = desk.layout.get();
  desk.change({ scale: { ...scale, mode: scale.mode === mode ? 'normal' : mode } });
}

/** Back to the newest bars, with a scale that fits them. */
export function reset(desk: Desk): void {
  const { scale } = desk.layout.get();
  if (!scale.auto) desk.change({ scale: { ...scale, auto: true } });
  desk.view.get()?.toNow(true);
}

export async function toggleFullscreen(): Promise<void> {
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen();
  } catch {
    say('This browser does not let the page fill the screen');
  }
}

/** Saves the chart as a picture, and offers to copy it. */
export async function screenshot(desk: Desk): Promise<void> {
  const picture = await desk.view.get()?.screenshot().catch(String);
  if (!(picture instanceof Blob)) {
    say(picture ?? 'There is no chart to take a picture of');
    return;
  }
  const { symbol, interval } = desk.layout.get();
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  download(picture, `${symbol.replace(/[^\w-]+/g, '-')}-${interval}-${stamp}.png`);
  say('The picture is with your downloads', {
    label: 'Copy it too',
    run: () => void copyPicture(picture),
  });
}

async function copyPicture(picture: Blob): Promise<void> {
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
    say('Copied');
  } catch {
    say('This browser does not let the page copy pictures');
  }
}

export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} copied`);
  } catch {
    say(`${what} could not be copied: the browser does not allow it`);
  }
}
