import {
  ChartView,
  connectionTo,
  DARK,
  type Kind,
  LIGHT,
  type NewIndicator,
  type Scale,
  SeriesFeed,
  type SeriesStatus,
  type Theme,
  type VolumePlace,
} from '@chandlery/chart-core';
import { type CSSProperties, useEffect, useRef, useState } from 'react';
import { ChartLegend } from './ChartLegend';
import type { Server } from './hooks';
import { StillFeed } from './still';

export interface LightweightChartProps extends Server {
  readonly symbol: string;
  readonly interval: string;
  /** Whether the chart follows trades as they happen. Default: true. */
  readonly realtime?: boolean;
  /** `dark`, `light`, as the system has it, or values by name of the token. Default: `system`. */
  readonly theme?: 'dark' | 'light' | 'system' | Theme;
  readonly kind?: Kind;
  /** A name of the IANA database, such as `Europe/Berlin`. Default: `UTC`. */
  readonly zone?: string;
  readonly scale?: Partial<Scale>;
  readonly volume?: VolumePlace;
  /** Whether places are left where the market was open and nothing was traded. Default: false. */
  readonly whitespace?: boolean;
  readonly indicators?: readonly NewIndicator[];
  /** Symbols that are drawn as lines in percent. */
  readonly compare?: readonly string[];
  /** Whether values are written over the chart. Default: true. */
  readonly legend?: boolean;
  /**
   * Hides the logo, which is the link to TradingView that the licence of the chart library asks for.
   * Only if your page has the notice and the link to https://www.tradingview.com/ somewhere else.
   */
  readonly hideLogo?: boolean;
  /** Is told how the series stands, and why. */
  readonly onStatus?: (status: SeriesStatus, reason: string) => void;
  /** Is given the chart itself, for what has no prop; null when it is gone. */
  readonly onChart?: (view: ChartView | null) => void;
  readonly className?: string;
  readonly style?: CSSProperties;
}

/** A chart of one market. It fills its element, which needs a height: `style={{ height: 400 }}`. */
export function LightweightChart(props: LightweightChartProps) {
  const { apiUrl = '', token, realtime = true, legend = true, className, style } = props;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<ChartView | null>(null);
  const told = useRef(props);
  told.current = props;
  useEffect(() => {
    if (!box.current) return;
    const { client, socket } = connectionTo(apiUrl, token);
    const made = new ChartView(box.current, {
      client,
      socket,
      theme: themeOf(told.current.theme),
      open: (symbol, interval) =>
        realtime
          ? new SeriesFeed(client, socket, symbol, interval)
          : new StillFeed(client, symbol, interval),
    });
    setView(made);
    told.current.onChart?.(made);
    return () => {
      setView(null);
      told.current.onChart?.(null);
      made.destroy();
    };
  }, [apiUrl, token, realtime]);
  useLooks(view, props);
  useShown(view, props);
  useStatus(view, props);
  return (
    <div className={className} style={{ position: 'relative', height: '100%', ...style }}>
      <div ref={box} style={{ position: 'absolute', inset: 0 }} />
      {legend && view && <ChartLegend view={view} theme={themeOf(props.theme)} />}
    </div>
  );
}

/** What is shown: symbol, indicators, other symbols. */
function useShown(view: ChartView | null, props: LightweightChartProps): void {
  const { symbol, interval } = props;
  const indicators = useSame(props.indicators ?? NONE);
  const compare = useSame(props.compare ?? NONE);
  useEffect(() => view?.indicators.restore(indicators), [view, indicators]);
  useEffect(
    () => view?.compare.restore(compare.map((each) => ({ symbol: each }))),
    [view, compare],
  );
  useEffect(() => view?.show(symbol, interval), [view, symbol, interval]);
}

/** How it looks. */
function useLooks(view: ChartView | null, props: LightweightChartProps): void {
  const { kind = 'candles', zone = 'UTC', volume = 'overlay', hideLogo = false } = props;
  const { whitespace = false } = props;
  const scale = useSame(props.scale ?? PLAIN);
  const theme = useSame(props.theme ?? 'system');
  useEffect(() => view?.setKind(kind), [view, kind]);
  useEffect(() => view?.setVolume(volume), [view, volume]);
  useEffect(() => view?.setWhitespace(whitespace), [view, whitespace]);
  useEffect(() => view?.setZone(zone), [view, zone]);
  useEffect(() => view?.setScale(scale), [view, scale]);
  useEffect(() => {
    view?.setTheme(themeOf(theme));
    if (!view || theme !== 'system') return;
    const system = matchMedia(IS_DARK);
    const dress = () => view.setTheme(themeOf(theme));
    system.addEventListener('change', dress);
    return () => system.removeEventListener('change', dress);
  }, [view, theme]);
  useEffect(() => {
    if (!view) return;
    const layer = {
      attach: ({ chart }: { chart: { applyOptions: (options: object) => void } }) =>
        chart.applyOptions({ layout: { attributionLogo: !hideLogo } }),
      detach: () => undefined,
    };
    view.attach(layer);
    return () => view.detach(layer);
  }, [view, hideLogo]);
}

function useStatus(view: ChartView | null, { onStatus }: LightweightChartProps): void {
  const told = useRef(onStatus);
  told.current = onStatus;
  useEffect(() => {
    if (!view) return;
    let stops: (() => void)[] = [];
    const listen = () => {
      for (const stop of stops) stop();
      const feed = view.feed.get();
      const tell = () => feed && told.current?.(feed.status.get(), feed.reason.get());
      stops = feed ? [feed.status.watch(tell), feed.reason.watch(tell)] : [];
      tell();
    };
    const stop = view.feed.watch(listen);
    listen();
    return () => {
      stop();
      for (const each of stops) each();
    };
  }, [view]);
}

const NONE: readonly never[] = [];
const PLAIN: Partial<Scale> = {};
const IS_DARK = '(prefers-color-scheme: dark)';

function themeOf(theme: LightweightChartProps['theme'] = 'system'): Theme {
  if (typeof theme === 'object') return theme;
  const isDark = theme === 'system' ? matchMedia(IS_DARK).matches : theme === 'dark';
  return isDark ? DARK : LIGHT;
}

/** The same object as long as it says the same, so that props written in place do no work. */
function useSame<Value>(value: Value): Value {
  const kept = useRef(value);
  if (JSON.stringify(kept.current) !== JSON.stringify(value)) kept.current = value;
  return kept.current;
}
