import { useSignal } from '@chandlery/react';
import { type ComponentType, useEffect } from 'react';
import type { Desk, Opened } from '../desk';
import { askedBy, isTypedInto } from '../keyboard';
import { wear } from '../theme';
import { Boundary } from '../ui/Boundary';
import { say, Toasts } from '../ui/Toasts';
import { ChartPane } from './ChartPane';
import { run } from './commands';
import { DeskContext, useDesk } from './context';
import { Foot, PhoneBar } from './Foot';
import { Header, Rail } from './Header';
import { onDemand } from './onDemand';

const DIALOGS = {
  search: onDemand(() => import('../search/SearchDialog')),
  interval: onDemand(() => import('../dialogs/IntervalDialog')),
  indicators: onDemand(() => import('../dialogs/IndicatorsDialog')),
  study: onDemand(() => import('../dialogs/StudyDialog')),
  zone: onDemand(() => import('../dialogs/ZoneDialog')),
  goto: onDemand(() => import('../dialogs/GotoDialog')),
  layouts: onDemand(() => import('../dialogs/LayoutsDialog')),
  alert: onDemand(() => import('../alerts/AlertDialog')),
  help: onDemand(() => import('../dialogs/HelpDialog')),
  about: onDemand(() => import('../dialogs/AboutDialog')),
  key: onDemand(() => import('../dialogs/KeyDialog')),
} as const;

const PANELS = {
  watchlist: onDemand(() => import('../watchlist/Watchlist')),
  alerts: onDemand(() => import('../alerts/AlertsPanel')),
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
  const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
  if (desk.opened.get()) return !hasModifier && desk.typeAhead(event.key);
  const asked = askedBy(event, desk.prefs.get().singleKeys);
  if (asked) run(desk, asked);
  return asked !== null;
}

function useTheme(desk: Desk): void {
  const { theme } = useSignal(desk.prefs);
  useEffect(() => wear(theme), [theme]);
}

/** Comes after the first candles. */
const Tools = onDemand(() => import('../drawing/Toolbar'));

function Drawing() {
  const desk = useDesk();
  const view = useSignal(desk.view);
  const isOut = useSignal(desk.isDrawing);
  return (
    <section className={isOut ? 'draw is-out' : 'draw'} aria-label="Drawings">
      {view && <Tools desk={desk} />}
    </section>
  );
}

function Panel() {
  const desk = useDesk();
  const { panel } = useSignal(desk.prefs);
  if (!panel) return null;
  const Open = PANELS[panel];
  return (
    <aside className="panel" aria-label={panel === 'watchlist' ? 'Watchlist' : 'Alerts'}>
      <Boundary key={panel}>
        <Open />
      </Boundary>
    </aside>
  );
}

function OpenDialog() {
  const desk = useDesk();
  const opened = useSignal(desk.opened);
  if (!opened) return null;
  const Open = DIALOGS[opened.name] as unknown as ComponentType<Shown>;
  const failed = () => {
    desk.close();
    say('This dialog cannot be shown: the app failed at it');
  };
  return (
    <Boundary key={opened.name} failed={failed}>
      <Open opened={opened} missing={desk.close} />
    </Boundary>
  );
}

type Shown = { opened: Opened; missing: () => void };
