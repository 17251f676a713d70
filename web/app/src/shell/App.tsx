import { useSignal } from '@chandlery/react';
import { type ComponentType, lazy, Suspense, useEffect, useState } from 'react';
import type { Desk, Opened } from '../desk';
import { askedBy, isTypedInto } from '../keyboard';
import { wear } from '../theme';
import { Toasts } from '../ui/Toasts';
import { ChartPane } from './ChartPane';
import { run } from './commands';
import { DeskContext, useDesk } from './context';
import { Foot, PhoneBar } from './Foot';
import { Header, Rail } from './Header';

const DIALOGS = {
  search: lazy(() => import('../search/SearchDialog')),
  interval: lazy(() => import('../dialogs/IntervalDialog')),
  indicators: lazy(() => import('../dialogs/IndicatorsDialog')),
  study: lazy(() => import('../dialogs/StudyDialog')),
  zone: lazy(() => import('../dialogs/ZoneDialog')),
  goto: lazy(() => import('../dialogs/GotoDialog')),
  layouts: lazy(() => import('../dialogs/LayoutsDialog')),
  alert: lazy(() => import('../alerts/AlertDialog')),
  help: lazy(() => import('../dialogs/HelpDialog')),
  about: lazy(() => import('../dialogs/AboutDialog')),
  key: lazy(() => import('../dialogs/KeyDialog')),
} as const;

const PANELS = {
  watchlist: lazy(() => import('../watchlist/Watchlist')),
  alerts: lazy(() => import('../alerts/AlertsPanel')),
} as const;

export function App({ desk }: { desk: Desk }) {
  useKeys(desk);
  useTheme(desk);
  return (
    <DeskContext.Provider value={desk}>
      <button type="button" className="skip" onClick={toChart}>
        To the chart
      </button>
      <div className="app">
        <Header />
        <Drawing />
        <ChartPane />
        <Panel />
        <Rail />
        <Foot />
        <PhoneBar />
      </div>
      <OpenDialog />
      <Toasts />
    </DeskContext.Provider>
  );
}

function toChart(): void {
  document.querySelector<HTMLElement>('.chart-box')?.focus();
}

function useKeys(desk: Desk): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || isTypedInto(event.target)) return;
      if (document.querySelector('dialog[open]')) return;
      if (meant(desk, event)) event.preventDefault();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [desk]);
}

/** Does what a key asks for; returns whether it asked for anything. */
function meant(desk: Desk, event: KeyboardEvent): boolean {
  if (desk.opened.get()) {
    desk.typeAhead(event.key);
    return true;
  }
  const asked = askedBy(event, desk.prefs.get().singleKeys);
  if (asked) run(desk, asked);
  return asked !== null;
}

function useTheme(desk: Desk): void {
  const { theme } = useSignal(desk.prefs);
  useEffect(() => wear(theme), [theme]);
}

/** The drawing tools, which come after the first candles. */
function Drawing() {
  const desk = useDesk();
  const view = useSignal(desk.view);
  const isOut = useSignal(desk.isDrawing);
  const [Tools, setTools] = useState<ComponentType<{ desk: Desk }> | null>(null);
  useEffect(() => {
    if (!view) return;
    for (const load of Object.values(DRAWING))
      void load().then((module) => setTools(() => module.default));
  }, [view]);
  return (
    <section className={isOut ? 'draw is-out' : 'draw'} aria-label="Drawings">
      {Tools && view && <Tools desk={desk} />}
    </section>
  );
}

const DRAWING = import.meta.glob<{ default: ComponentType<{ desk: Desk }> }>(
  '../drawing/Toolbar.tsx',
);

function Panel() {
  const desk = useDesk();
  const { panel } = useSignal(desk.prefs);
  if (!panel) return null;
  const Open = PANELS[panel];
  return (
    <aside className="panel" aria-label={panel === 'watchlist' ? 'Watchlist' : 'Alerts'}>
      <Suspense fallback={null}>
        <Open />
      </Suspense>
    </aside>
  );
}

function OpenDialog() {
  const desk = useDesk();
  const opened = useSignal(desk.opened);
  if (!opened) return null;
  const Open = DIALOGS[opened.name] as unknown as ComponentType<{ opened: Opened }>;
  return (
    <Suspense fallback={null}>
      <Open key={opened.name} opened={opened} />
    </Suspense>
  );
}
