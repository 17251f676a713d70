import { useSignal } from '@chandlery/react';
import { useEffect, useState } from 'react';
import { useDesk } from './context';

const EVERY_MS = 15_000;

/** The last price for who hears the page: now and then, and never in the middle of something. */
export function Live() {
  const desk = useDesk();
  const host = useSignal(desk.host);
  const { symbol } = useSignal(desk.layout);
  const [text, setText] = useState('');
  useEffect(() => {
    const tell = () => {
      const last = host?.bars.last();
      if (last && host) setText(`${nameOf(symbol)} ${host.formatPrice(last.c)}`);
    };
    const timer = window.setInterval(tell, EVERY_MS);
    return () => window.clearInterval(timer);
  }, [host, symbol]);
  return (
    <div className="hidden-text" aria-live="polite" aria-atomic="true" data-testid="last-price">
      {text}
    </div>
  );
}

const nameOf = (symbol: string): string => symbol.slice(symbol.indexOf(':') + 1);
