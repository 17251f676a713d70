import { KINDS } from '@chandlery/chart-core';
import { useSignal } from '@chandlery/react';
import { useEffect, useState } from 'react';
import { IconButton } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { MenuButton, type MenuItem } from '../ui/Menu';
import { run, togglePanel } from './commands';
import { useDesk } from './context';
import { IntervalBar } from './IntervalBar';
import { moreItems } from './more';
import { Pill } from './Pill';
import { KIND_NAMES } from './words';

/** The bar on top: what is shown, how, and what can be done with it. */
export function Header() {
  return (
    <header className="head">
      <SymbolPart />
      <div className="head-part">
        <IntervalBar />
      </div>
      <ToolPart />
      <div className="head-space" />
      <span className="is-phone">
        <Pill />
      </span>
      <UndoPart />
      <EndPart />
    </header>
  );
}

function SymbolPart() {
  const desk = useDesk();
  const { symbol } = useSignal(desk.layout);
  const name = symbol.slice(symbol.indexOf(':') + 1);
  return (
    <div className="head-part">
      <button
        type="button"
        className="tool symbol-button"
        aria-haspopup="dialog"
        aria-label={symbol ? `${symbol}: find another market` : 'Find a market'}
        title="Find a market (just type)"
        onClick={() => desk.open({ name: 'search', text: '', use: 'show' })}
      >
        <Icon name="search" size={18} />
        <span>{name || 'Markets'}</span>
      </button>
      <IconButton
        icon="compare"
        label="Compare with another market"
        keys="Alt+C"
        className="tool is-desk"
        onClick={() => desk.open({ name: 'search', text: '', use: 'compare' })}
      />
    </div>
  );
}

function ToolPart() {
  const desk = useDesk();
  return (
    <div className="head-part is-desk">
      <KindMenu />
      <button
        type="button"
        className="tool word"
        aria-haspopup="dialog"
        aria-label="Indicators"
        title="Indicators (Alt+J)"
        onClick={() => desk.open({ name: 'indicators' })}
      >
        <Icon name="indicators" />
        <span className="is-roomy">Indicators</span>
      </button>
      <button
        type="button"
        className="tool word"
        aria-haspopup="dialog"
        aria-label="Alert at a price"
        title="Alert at a price (Alt+A)"
        onClick={() => desk.open({ name: 'alert', price: null })}
      >
        <Icon name="bell" />
        <span className="is-roomy">Alert</span>
      </button>
    </div>
  );
}

export function KindMenu() {
  const desk = useDesk();
  const { kind } = useSignal(desk.layout);
  const items = (): MenuItem[] =>
    KINDS.map((each) => ({
      label: KIND_NAMES[each][1],
      icon: KIND_NAMES[each][0],
      is: 'radio',
      isOn: each === kind,
      onSelect: () => desk.change({ kind: each }),
    }));
  return (
    <MenuButton label={`Kind of chart: ${KIND_NAMES[kind][1]}`} items={items}>
      <Icon name={KIND_NAMES[kind][0]} />
    </MenuButton>
  );
}

function UndoPart() {
  const desk = useDesk();
  const can = useSignal(desk.undo.can);
  return (
    <div className="head-part is-desk">
      <IconButton
        icon="undo"
        label="Undo"
        keys="Ctrl+Z"
        disabled={!can.undo}
        onClick={() => desk.undo.undo()}
      />
      <IconButton
        icon="redo"
        label="Redo"
        keys="Ctrl+Y"
        disabled={!can.redo}
        onClick={() => desk.undo.redo()}
      />
    </div>
  );
}

function EndPart() {
  const desk = useDesk();
  const isFull = useFullscreen();
  const ask = (command: 'screenshot' | 'fullscreen') => run(desk, { command, text: '' });
  return (
    <div className="head-part is-desk">
      <IconButton
        icon="layout"
        label="Layouts"
        keys="Ctrl+S"
        aria-haspopup="dialog"
        onClick={() => desk.open({ name: 'layouts' })}
      />
      <IconButton
        icon="camera"
        label="Picture of the chart"
        keys="Alt+S"
        onClick={() => ask('screenshot')}
      />
      <IconButton
        icon={isFull ? 'shrink' : 'expand'}
        label={isFull ? 'Leave full screen' : 'Full screen'}
        keys="Shift+F"
        onClick={() => ask('fullscreen')}
      />
      <MenuButton label="More" items={() => moreItems(desk)}>
        <Icon name="more" />
      </MenuButton>
    </div>
  );
}

function useFullscreen(): boolean {
  const [isFull, setFull] = useState(Boolean(document.fullscreenElement));
  useEffect(() => {
    const changed = () => setFull(Boolean(document.fullscreenElement));
    document.addEventListener('fullscreenchange', changed);
    return () => document.removeEventListener('fullscreenchange', changed);
  }, []);
  return isFull;
}

/** The panels at the right, on a desk. */
export function Rail() {
  const desk = useDesk();
  const { panel } = useSignal(desk.prefs);
  return (
    <nav className="rail" aria-label="Panels">
      <IconButton
        icon="list"
        label="Watchlist"
        keys="Alt+W"
        aria-pressed={panel === 'watchlist'}
        onClick={() => togglePanel(desk, 'watchlist')}
      />
      <IconButton
        icon="bell"
        label="Alerts"
        aria-pressed={panel === 'alerts'}
        onClick={() => togglePanel(desk, 'alerts')}
      />
      <div className="head-space" />
      <IconButton
        icon="help"
        label="Keys and help"
        keys="?"
        aria-haspopup="dialog"
        onClick={() => desk.open({ name: 'help' })}
      />
    </nav>
  );
}
