/** The tokens of `tokens.css` as the chart takes them, and which of the two themes is on. */

import { DARK, type Signal, type Stop, type Theme } from '@chandlery/chart-core';
import type { Prefs, ThemeChoice } from './layout/prefs';

const COLOURED = /^#|^rgb/;

/** Read what the page's tokens come to, by having a hidden element wear each. */
export function readTheme(page: Document = document): Theme {
  const probe = page.createElement('i');
  probe.hidden = true;
  page.body.append(probe);
  const theme: Record<string, string> = { ...DARK };
  for (const [name, value] of Object.entries(DARK)) {
    if (!COLOURED.test(value)) continue;
    probe.style.color = `var(--${name})`;
    theme[name] = hexOf(getComputedStyle(probe).color) || value;
  }
  probe.remove();
  return theme;
}

/** `rgb(1, 2, 3)` as `#010203`; a colour that is not opaque stays as it is. */
export function hexOf(colour: string): string {
  const parts = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(colour)?.slice(1);
  return parts
    ? `#${parts.map((part) => Number(part).toString(16).padStart(2, '0')).join('')}`
    : colour;
}

export function isDark(choice: ThemeChoice): boolean {
  return choice === 'system'
    ? matchMedia('(prefers-color-scheme: dark)').matches
    : choice === 'dark';
}

/** Has the page wear a theme. */
export function wear(choice: ThemeChoice, page: Document = document): void {
  if (choice === 'system') delete page.documentElement.dataset.theme;
  else page.documentElement.dataset.theme = choice;
  const bar = page.querySelector<HTMLMetaElement>('meta[name="theme-color"]');
  if (bar) bar.content = getComputedStyle(page.body).backgroundColor;
}

/** Tells the theme anew when it may be another one, once the page wears it. */
export function followTheme(prefs: Signal<Prefs>, tell: (theme: Theme) => void): Stop {
  let frame = 0;
  const dress = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => tell(readTheme()));
  };
  const stop = prefs.watch(dress);
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', dress);
  return () => {
    cancelAnimationFrame(frame);
    stop();
    system.removeEventListener('change', dress);
  };
}
