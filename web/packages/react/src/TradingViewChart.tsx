import { type CSSProperties, useEffect, useRef, useState } from 'react';
import { datafeedOf } from './datafeed';
import { type LibraryDatafeed, type LibraryWidget, libraryAt } from './tradingview';

export interface TradingViewChartProps {
  /** Where the files of TradingView's library lie, such as `/charting_library/`. */
  readonly libraryPath: string;
  /** Address of the server; without it, the one that the page comes from. */
  readonly datafeedUrl?: string;
  /** Address of the WebSocket, where it is another server's. */
  readonly wsUrl?: string;
  readonly token?: string;
  readonly symbol: string;
  /** As the library spells it: `1`, `60`, `1D`. */
  readonly interval: string;
  readonly theme?: 'dark' | 'light';
  readonly locale?: string;
  readonly zone?: string;
  /** What else the library's widget takes; it wins over all of the above. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Another datafeed than ours. */
  readonly datafeed?: LibraryDatafeed;
  readonly onReady?: (widget: LibraryWidget) => void;
  readonly className?: string;
  readonly style?: CSSProperties;
}

/**
 * TradingView's own chart on a Chandlery server. Its library is given by TradingView on request and
 * is no part of this package: without it, what to do is said in place of the chart.
 */
export function TradingViewChart(props: TradingViewChartProps) {
  const { libraryPath, datafeedUrl, wsUrl, token, symbol, interval, className, style } = props;
  const { theme = 'dark', locale = 'en', zone = 'Etc/UTC' } = props;
  const box = useRef<HTMLDivElement>(null);
  const told = useRef(props);
  told.current = props;
  const [fault, setFault] = useState('');
  useEffect(() => {
    let widget: LibraryWidget | null = null;
    let isGone = false;
    const datafeed =
      told.current.datafeed ??
      datafeedOf({
        datafeedUrl,
        wsUrl,
        token,
        onReset: () => widget?.activeChart?.().resetData(),
      });
    const show = async () => {
      const { widget: Widget } = await libraryAt(libraryPath);
      if (isGone || !box.current) return;
      widget = new Widget({
        container: box.current,
        library_path: libraryPath.replace(/\/*$/, '/'),
        datafeed,
        symbol,
        interval,
        theme: theme === 'dark' ? 'Dark' : 'Light',
        locale,
        timezone: zone,
        autosize: true,
        ...told.current.options,
      });
      const ready = widget;
      ready.onChartReady(() => told.current.onReady?.(ready));
    };
    setFault('');
    show().catch((reason: unknown) => {
      if (!isGone) setFault(reason instanceof Error ? reason.message : String(reason));
    });
    return () => {
      isGone = true;
      widget?.remove();
      if ('stop' in datafeed && typeof datafeed.stop === 'function') datafeed.stop();
    };
  }, [libraryPath, datafeedUrl, wsUrl, token, symbol, interval, theme, locale, zone]);
  return (
    <div className={className} style={{ position: 'relative', height: '100%', ...style }}>
      <div ref={box} style={{ position: 'absolute', inset: 0 }} />
      {fault && <Missing fault={fault} path={libraryPath} />}
    </div>
  );
}

const OVER: CSSProperties = {
  position: 'absolute',
  inset: 0,
  display: 'flex',
  flexDirection: 'column',
  alignItems: 'center',
  justifyContent: 'center',
  gap: 8,
  padding: 24,
  textAlign: 'center',
  fontFamily: 'system-ui, sans-serif',
};

/** What to do where the library's files are missing. */
function Missing({ fault, path }: { fault: string; path: string }) {
  return (
    <div role="alert" style={OVER}>
      <strong>TradingView’s library is not here</strong>
      <span>{fault}</span>
      <span style={{ maxWidth: '52ch' }}>
        TradingView gives its library on request, and it may not be passed on. Ask for it at{' '}
        <a href="https://www.tradingview.com/advanced-charts/" rel="noreferrer" target="_blank">
          tradingview.com
        </a>
        , and put its files where <code>{path}</code> leads. The component{' '}
        <code>LightweightChart</code> needs nothing of it.
      </span>
    </div>
  );
}
