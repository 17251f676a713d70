import { useEffect, useState } from 'react';
import { ask } from '../api';
import { Field } from '../ui';

const PAUSE_MS = 200;

/** A field for a market, with what the server finds for what was typed. */
export function SymbolField({
  value,
  onChange,
  label = 'Market',
}: {
  value: string;
  onChange: (symbol: string) => void;
  label?: string;
}) {
  const [found, setFound] = useState<readonly string[]>([]);
  useEffect(() => {
    let isOver = false;
    const timer = window.setTimeout(async () => {
      const query = value ? `&query=${encodeURIComponent(value)}` : '';
      const told = await ask<{ symbol: string }[]>(`/api/v1/symbols?limit=20${query}`).catch(
        () => [],
      );
      if (!isOver) setFound(told.map((each) => each.symbol));
    }, PAUSE_MS);
    return () => {
      isOver = true;
      window.clearTimeout(timer);
    };
  }, [value]);
  return (
    <Field
      label={label}
      value={value}
      onChange={onChange}
      placeholder="BINANCE:BTCUSDT"
      list={found}
    />
  );
}

/** The market that a person means: what was typed, or the first one there is. */
export function useSomeSymbol(typed: string): string {
  const [first, setFirst] = useState('');
  useEffect(() => {
    ask<{ symbol: string }[]>('/api/v1/symbols?limit=1').then(
      (found) => setFirst(found[0]?.symbol ?? ''),
      () => setFirst(''),
    );
  }, []);
  return typed.trim() || first;
}
