import { ChartView, timeLabel, zoneOf } from '@chandlery/chart-core';
import { useSignal } from '@chandlery/react';
import { type MouseEvent, useEffect, useRef, useState } from 'react';
import type { Desk } from '../desk';
import { Legend } from '../legend/Legend';
import { Notice } from '../states/Notice';
import { followTheme, readTheme } from '../theme';
import { IconButton } from '../ui/Button';
import { Menu, type MenuItem } from '../ui/Menu';
import { copyText, reset, run } from './commands';
import { useDesk } from './context';
import { Live } from './Live';
import { showRange } from './range';
import { Reader } from './reader';
import { apply, applyZone } from './sync';

const LOOK_MS = 300;

/** The chart with what lies over it: legend, words where there is nothing to draw, and its own menu. */
export function ChartPane() {
  const desk = useDesk();
  const box = useRef<HTMLDivElement>(null);
  const reader = useRef<Reader | null>(null);
  const isGoing = useSignal(desk.isGoing);
  const [menu, setMenu] = useState<{ x: number; y: number; price: number } | null>(null);
  const [read, setRead] = useState('');
  useEffect(() => {
    if (!box.current) return;
    const view = opened(desk, box.current);
    view.attach({ attach: desk.host.set.bind(desk.host), detach: () => desk.host.set(null) });
    reader.current = new Reader(view, desk.host, (time) => timeText(view, time), setRead);
    desk.view.set(view);
    const dressed = followTheme(desk.prefs, (theme) => view.setTheme(theme));
    const stops = [spaced(desk, view), ...following(desk, view), keptInStep(desk, view), dressed];
    return () => {
      for (const stop of stops) stop();
      desk.view.set(null);
      view.destroy();
    };
  }, [desk]);
  const showMenu = (event: MouseEvent) => {
    const host = desk.host.get();
    const place = box.current?.getBoundingClientRect();
    const price = host && place ? host.priceOf(event.clientY - place.top) : null;
    if (!host || price === null) return;
    event.preventDefault();
    setMenu({ x: event.clientX, y: event.clientY, price: host.toTick(price) });
  };
  return (
    <main className="chart-area" id="chart" aria-busy={isGoing}>
      <div
        ref={box}
        className="chart-box"
        role="application"
        aria-roledescription="chart"
        aria-label="Chart: arrows read bar by bar, plus and minus zoom, Home and End go to the ends"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the chart is read with the arrows
        tabIndex={0}
        onKeyDown={(event) => {
          if (!reader.current?.press(event)) return;
          event.preventDefault();
          event.stopPropagation();
        }}
        onBlur={() => reader.current?.leave()}
        onContextMenu={showMenu}
      />
      <div className="hidden-text" role="status">
        {read}
      </div>
      <Live />
      <Legend />
      <Notice />
      <ToEdge />
      {menu && (
        <Menu
          label="Chart"
          items={menuItems(desk, menu.price, desk.host.get()?.formatPrice(menu.price) ?? '')}
          at={menu}
          close={() => {
            setMenu(null);
            box.current?.focus();
          }}
        />
      )}
    </main>
  );
}

function opened(desk: Desk, element: HTMLElement): ChartView {
  return new ChartView(element, {
    client: desk.client,
    socket: desk.socket,
    theme: readTheme(),
  });
}

function timeText(view: ChartView, time: number): string {
  const isDated = /[dwM]$/.test(view.interval);
  const hasSeconds = /s$/.test(view.interval);
  return timeLabel({ zone: zoneOf(view.zone.get()), isDated, hasSeconds }, time);
}

/** Bars lie as people like it. */
function spaced(desk: Desk, view: ChartView): () => void {
  const space = () => view.setWhitespace(desk.prefs.get().whitespace);
  space();
  return desk.prefs.watch(space);
}

/** The chart follows the layout. */
function following(desk: Desk, view: ChartView): (() => void)[] {
  const follow = () => apply(view, desk.layout.get());
  follow();
  goToRange(desk, view);
  return [desk.layout.watch(follow), desk.arrived.watch(() => goToRange(desk, view))];
}

/** Goes to the range of a layout that came from an address, or to the newest bars. */
function goToRange(desk: Desk, view: ChartView): void {
  const { range } = desk.layout.get();
  desk.isGoing.set(range !== null);
  if (!range) {
    void view.toNow();
    return;
  }
  const arrival = desk.arrived.get();
  const isWanted = () => desk.arrived.get() === arrival;
  void showRange(view, desk.host, range, isWanted).finally(() => {
    if (isWanted()) desk.isGoing.set(false);
  });
}

/** The layout follows where the chart looks, and the app how its series stands. */
function keptInStep(desk: Desk, view: ChartView): () => void {
  let timer = 0;
  let stops: (() => void)[] = [];
  const look = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      // What an address asks for stays in it until that is reached.
      if (!desk.isGoing.get()) desk.look(view.isAtEdge.get() ? null : view.visible.get());
    }, LOOK_MS);
  };
  const listen = () => {
    for (const stop of stops) stop();
    const feed = view.feed.get();
    if (!feed) return;
    const { status, reason, code } = feed;
    const stand = () =>
      desk.standing.set({
        status: status.get(),
        reason: reason.get(),
        code: code?.get() ?? '',
      });
    const place = () => applyZone(view, desk.layout.get().zone);
    stops = [status.watch(stand), reason.watch(stand), feed.market.watch(place)];
    if (code) stops.push(code.watch(stand));
    stand();
    place();
  };
  const ends = [view.visible.watch(look), desk.isGoing.watch(look), view.feed.watch(listen)];
  listen();
  return () => {
    window.clearTimeout(timer);
    for (const stop of [...ends, ...stops]) stop();
  };
}

function menuItems(desk: Desk, price: number, text: string): MenuItem[] {
  return [
    {
      label: `Alert at ${text}`,
      icon: 'bell',
      onSelect: () => desk.open({ name: 'alert', price }),
    },
    {
      label: `Copy ${text}`,
      icon: 'copy',
      onSelect: () => void copyText(String(price), 'Price'),
    },
    { label: 'Back to the newest bars', icon: 'edge', hint: 'Alt+R', onSelect: () => reset(desk) },
    {
      label: 'Go to a date',
      icon: 'calendar',
      hint: 'Alt+G',
      onSelect: () => desk.open({ name: 'goto' }),
    },
    {
      label: 'Indicators',
      icon: 'indicators',
      hint: 'Alt+J',
      onSelect: () => desk.open({ name: 'indicators' }),
    },
    {
      label: 'Picture of the chart',
      icon: 'camera',
      hint: 'Alt+S',
      onSelect: () => run(desk, { command: 'screenshot', text: '' }),
    },
    {
      label: 'Copy a link to this view',
      icon: 'copy',
      onSelect: () => void copyText(location.href, 'Link'),
    },
  ];
}

function ToEdge() {
  const desk = useDesk();
  const view = useSignal(desk.view);
  return view ? <EdgeButton view={view} /> : null;
}

function EdgeButton({ view }: { view: ChartView }) {
  const desk = useDesk();
  const isAtEdge = useSignal(view.isAtEdge);
  const hasBars = useSignal(view.visible) !== null;
  if (isAtEdge || !hasBars) return null;
  return (
    <IconButton
      icon="edge"
      label="Back to the newest bars"
      keys="Alt+R"
      className="tool to-edge"
      onClick={() => reset(desk)}
    />
  );
}
