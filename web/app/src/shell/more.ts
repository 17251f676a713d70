/** What is in the menus of everything else. */

import { KINDS, VOLUME_PLACES } from '@chandlery/chart-core';
import type { Desk } from '../desk';
import { MODES } from '../layout/layout';
import type { ThemeChoice } from '../layout/prefs';
import { apiBase } from '../place';
import type { MenuItem } from '../ui/Menu';
import { run } from './commands';
import { KIND_NAMES, MODE_NAMES } from './words';

const THEMES: readonly (readonly [ThemeChoice, string])[] = [
  ['system', 'As the system'],
  ['dark', 'Dark'],
  ['light', 'Light'],
];

const VOLUMES = { overlay: 'Over the bars', pane: 'In its own pane', none: 'Not shown' } as const;

export function themeItems(desk: Desk): MenuItem[] {
  const { theme } = desk.prefs.get();
  return THEMES.map(([choice, label], index) => ({
    ...(index === 0 ? { heading: 'Theme' } : {}),
    label,
    is: 'radio',
    isOn: theme === choice,
    onSelect: () => desk.like({ theme: choice }),
  }));
}

export function scaleItems(desk: Desk): MenuItem[] {
  const { scale } = desk.layout.get();
  const set = (patch: Partial<typeof scale>) => desk.change({ scale: { ...scale, ...patch } });
  const hints: Record<string, string> = { log: 'Alt+L', percent: 'Alt+P' };
  return [
    ...MODES.map(
      (mode, index): MenuItem => ({
        ...(index === 0 ? { heading: 'Scale' } : {}),
        label: MODE_NAMES[mode],
        is: 'radio',
        isOn: scale.mode === mode,
        ...(hints[mode] ? { hint: hints[mode] } : {}),
        onSelect: () => set({ mode }),
      }),
    ),
    {
      heading: 'Fit',
      label: 'Fits the bars by itself',
      is: 'check',
      isOn: scale.auto,
      onSelect: () => set({ auto: !scale.auto }),
    },
    {
      label: 'Upside down',
      is: 'check',
      isOn: scale.inverted,
      hint: 'Alt+I',
      onSelect: () => set({ inverted: !scale.inverted }),
    },
  ];
}

export function volumeItems(desk: Desk): MenuItem[] {
  const { volume } = desk.layout.get();
  return VOLUME_PLACES.map((place, index) => ({
    ...(index === 0 ? { heading: 'Volume' } : {}),
    label: VOLUMES[place],
    is: 'radio',
    isOn: volume === place,
    onSelect: () => desk.change({ volume: place }),
  }));
}

function spaceItem(desk: Desk): MenuItem {
  const { whitespace } = desk.prefs.get();
  return {
    heading: 'Bars without trades',
    label: 'Leave their places empty',
    is: 'check',
    isOn: whitespace,
    onSelect: () => desk.like({ whitespace: !whitespace }),
  };
}

export function moreItems(desk: Desk): MenuItem[] {
  return [
    ...volumeItems(desk),
    spaceItem(desk),
    ...themeItems(desk),
    {
      heading: 'Chandlery',
      label: 'Keys and help',
      icon: 'help',
      hint: '?',
      onSelect: () => desk.open({ name: 'help' }),
    },
    {
      label: 'Administration',
      icon: 'gauge',
      onSelect: () => location.assign(`${desk.base}${apiBase() ? 'admin.html' : 'admin'}`),
    },
    { label: 'About', icon: 'info', onSelect: () => desk.open({ name: 'about' }) },
  ];
}

/** Everything that has no button of its own on a phone. */
export function phoneItems(desk: Desk): MenuItem[] {
  const { kind } = desk.layout.get();
  const ask = (command: 'compare' | 'screenshot' | 'fullscreen' | 'undo' | 'redo') =>
    run(desk, { command, text: '' });
  const can = desk.undo.can.get();
  return [
    { label: 'Undo', icon: 'undo', isOff: !can.undo, onSelect: () => ask('undo') },
    { label: 'Redo', icon: 'redo', isOff: !can.redo, onSelect: () => ask('redo') },
    { label: 'Compare', icon: 'compare', onSelect: () => ask('compare') },
    { label: 'Go to a date', icon: 'calendar', onSelect: () => desk.open({ name: 'goto' }) },
    { label: 'Time zone', icon: 'clock', onSelect: () => desk.open({ name: 'zone' }) },
    { label: 'Layouts', icon: 'layout', onSelect: () => desk.open({ name: 'layouts' }) },
    { label: 'Picture of the chart', icon: 'camera', onSelect: () => ask('screenshot') },
    { label: 'Full screen', icon: 'expand', onSelect: () => ask('fullscreen') },
    ...KINDS.map(
      (each, index): MenuItem => ({
        ...(index === 0 ? { heading: 'Kind of chart' } : {}),
        label: KIND_NAMES[each][1],
        icon: KIND_NAMES[each][0],
        is: 'radio',
        isOn: each === kind,
        onSelect: () => desk.change({ kind: each }),
      }),
    ),
    ...scaleItems(desk),
    ...moreItems(desk),
  ];
}
