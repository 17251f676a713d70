import type { Desk } from './desk';

const EVERY_MS = 1_000;

/** Has the tab say what is shown and where it stands, once a second. */
export function named(desk: Desk): void {
  const tell = () => {
    const host = desk.host.get();
    const last = host?.bars.last();
    const { symbol } = desk.layout.get();
    const name = symbol.slice(symbol.indexOf(':') + 1);
    const price = host && last ? host.formatPrice(last.c) : '';
    const title = [name, price].filter(Boolean).join(' ') || 'Chandlery';
    const full = title === 'Chandlery' ? title : `${title} · Chandlery`;
    if (document.title !== full) document.title = full;
  };
  window.setInterval(tell, EVERY_MS);
  desk.layout.watch(tell);
}
