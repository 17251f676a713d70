import { LightweightChart, TradingViewChart, useTicker } from '@chandlery/react';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

// `?server=https://data.example&symbol=BINANCE:BTCUSDT`; without, Vite asks the server for the page.
const asked = new URLSearchParams(location.search);
const SERVER = asked.get('server') ?? '';
const SYMBOLS = asked.has('symbol')
  ? asked.getAll('symbol')
  : ['DEMO:BTC', 'DEMO:ETH', 'DEMO:GOLD'];
const INTERVALS = ['1m', '5m', '1h'];
const INDICATORS = [{ name: 'ema', parameters: { period: 20 } }, { name: 'rsi' }];

function Page() {
  const [symbol, setSymbol] = useState(SYMBOLS[0] ?? '');
  const [interval, setInterval] = useState('1m');
  const [status, setStatus] = useState('connecting');
  return (
    <main style={{ fontFamily: 'system-ui', margin: 16 }}>
      <p style={{ display: 'flex', gap: 12 }}>
        <Choice label="Market" value={symbol} values={SYMBOLS} set={setSymbol} />
        <Choice label="Interval" value={interval} values={INTERVALS} set={setInterval} />
        <Last symbol={symbol} />
        <span data-testid="status">{status}</span>
      </p>
      <LightweightChart
        apiUrl={SERVER}
        symbol={symbol}
        interval={interval}
        indicators={INDICATORS}
        onStatus={setStatus}
        style={{ height: 420 }}
      />
      <TradingViewChart
        libraryPath="/charting_library/"
        symbol={symbol}
        interval="60"
        style={{ height: 420, marginTop: 16 }}
      />
    </main>
  );
}

function Last({ symbol }: { symbol: string }) {
  const ticker = useTicker(symbol, { apiUrl: SERVER });
  return <strong data-testid="last">{ticker?.last ?? '…'}</strong>;
}

function Choice(props: {
  label: string;
  value: string;
  values: readonly string[];
  set: (value: string) => void;
}) {
  return (
    <label>
      {props.label}{' '}
      <select value={props.value} onChange={(event) => props.set(event.currentTarget.value)}>
        {props.values.map((value) => (
          <option key={value}>{value}</option>
        ))}
      </select>
    </label>
  );
}

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
}
