import { zoneOf } from '@chandlery/chart-core';
import { useSignal } from '@chandlery/react';
import { useEffect, useState } from 'react';
import { Icon } from '../ui/Icon';
import { MenuButton } from '../ui/Menu';
import { toggleMode, togglePanel } from './commands';
import { useDesk } from './context';
import { phoneItems, scaleItems } from './more';
import { Pill } from './Pill';
import { SPANS, showSpan } from './spans';

/** The bar below, on a desk: stretches of time, the clock, the scale, and how the data stands. */
export function Foot() {
  const desk = useDesk();
  const { scale } = useSignal(desk.layout);
  return (
    <footer className="foot is-desk">
      {SPANS.map((span) => (
        <button
          key={span.name}
          type="button"
          className="tool"
          title={span.title}
          onClick={() => showSpan(desk, span)}
        >
          {span.name}
        </button>
      ))}
      <button
        type="button"
        className="tool"
        aria-haspopup="dialog"
        aria-label="Go to a date"
        title="Go to a date (Alt+G)"
        onClick={() => desk.open({ name: 'goto' })}
      >
        <Icon name="calendar" size={18} />
      </button>
      <div className="head-space" />
      <Pill />
      <Clock />
      <Toggle label="%" title="Scale in percent" isOn={scale.mode === 'percent'} mode="percent" />
      <Toggle label="log" title="Logarithmic scale" isOn={scale.mode === 'log'} mode="log" />
      <button
        type="button"
        className="tool"
        aria-pressed={scale.auto}
        title="The scale fits the bars by itself"
        onClick={() => desk.change({ scale: { ...scale, auto: !scale.auto } })}
      >
        auto
      </button>
      <MenuButton label="Scale" items={() => scaleItems(desk)}>
        <Icon name="scale" size={18} />
      </MenuButton>
    </footer>
  );
}

function Toggle({
  label,
  title,
  isOn,
  mode,
}: {
  label: string;
  title: string;
  isOn: boolean;
  mode: 'log' | 'percent';
}) {
  const desk = useDesk();
  return (
    <button
      type="button"
      className="tool"
      aria-pressed={isOn}
      title={title}
      onClick={() => toggleMode(desk, mode)}
    >
      {label}
    </button>
  );
}

/** What the clocks of the chart's zone show. */
function Clock() {
  const desk = useDesk();
  const view = useSignal(desk.view);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1_000);
    return () => window.clearInterval(timer);
  }, []);
  const name = view?.zone.get() ?? 'UTC';
  const zone = zoneOf(name);
  const time = new Date(zone.local(Math.floor(now / 1000)) * 1000).toISOString().slice(11, 19);
  return (
    <button
      type="button"
      className="tool clock"
      aria-haspopup="dialog"
      title={`Time zone: ${name}`}
      onClick={() => desk.open({ name: 'zone' })}
    >
      <span>
        {time} {offsetText(zone.offset(Math.floor(now / 1000)))}
      </span>
    </button>
  );
}

/** `UTC+5:30` of 19,800 seconds. */
export function offsetText(seconds: number): string {
  if (seconds === 0) return 'UTC';
  const minutes = Math.abs(Math.round(seconds / 60));
  const rest = minutes % 60;
  const sign = seconds < 0 ? '−' : '+';
  return `UTC${sign}${Math.floor(minutes / 60)}${rest ? `:${String(rest).padStart(2, '0')}` : ''}`;
}

/** The bar below, on a phone, within reach of a thumb. */
export function PhoneBar() {
  const desk = useDesk();
  const { panel } = useSignal(desk.prefs);
  return (
    <nav className="phone-bar" aria-label="Tools">
      <button
        type="button"
        className="tool"
        aria-pressed={panel === 'watchlist'}
        onClick={() => togglePanel(desk, 'watchlist')}
      >
        <Icon name="list" />
        Watchlist
      </button>
      <button type="button" className="tool" onClick={() => desk.open({ name: 'indicators' })}>
        <Icon name="indicators" />
        Indicators
      </button>
      <DrawButton />
      <button
        type="button"
        className="tool"
        aria-pressed={panel === 'alerts'}
        onClick={() => togglePanel(desk, 'alerts')}
      >
        <Icon name="bell" />
        Alerts
      </button>
      <MenuButton label="More" items={() => phoneItems(desk)}>
        <Icon name="more" />
        More
      </MenuButton>
    </nav>
  );
}

function DrawButton() {
  const desk = useDesk();
  const isOpen = useSignal(desk.isDrawing);
  return (
    <button
      type="button"
      className="tool"
      aria-pressed={isOpen}
      onClick={() => desk.isDrawing.set(!isOpen)}
    >
      <Icon name="pencil" />
      Draw
    </button>
  );
}
