import { connectionTo } from '../api/connection';
import { KINDS, type Kind } from '../chart/kinds';
import { DARK, LIGHT, type Theme } from '../chart/theme';
import { ChartView } from '../chart/view';
import type { Stop } from '../types';

/**
 * The attributes that are looked at; `theme` is `dark`, `light`, or as the system has it, and
 * `whitespace` is there or not.
 */
const ATTRIBUTES = [
  'symbol',
  'interval',
  'api-url',
  'token',
  'theme',
  'kind',
  'zone',
  'whitespace',
] as const;
type Attribute = (typeof ATTRIBUTES)[number];

const IS_DARK = '(prefers-color-scheme: dark)';
const STYLE = `:host { display: block; position: relative; min-height: 120px; height: 100% }
:host([hidden]) { display: none }
.chart { position: absolute; inset: 0 }
.said { position: absolute; inset: auto 0 45%; text-align: center; font: 14px system-ui, sans-serif;
  pointer-events: none }`;

const WORDS: Readonly<Record<string, string>> = {
  empty: 'No trades yet',
  unknown: 'Unknown market',
  offline: 'No connection to the server',
  error: 'The server refuses',
};

/**
 * `<lw-chart symbol="BINANCE:BTCUSDT" interval="1m" api-url="https://...">`: a live chart without a
 * framework. It fills its place, follows its attributes, and lets go of everything when it is taken
 * out of the page. `chandlery-status` is dispatched when the state of the data changes.
 */
export class ChartElement extends HTMLElement {
  static readonly observedAttributes: readonly string[] = ATTRIBUTES;
  /** The chart, for what has no attribute; null while the element is in no page. */
  view: ChartView | null = null;
  private box: HTMLElement | null = null;
  private said: HTMLElement | null = null;
  private stops: Stop[] = [];
  private stopStatus: Stop = () => undefined;

  connectedCallback(): void {
    this.furnish();
    this.open();
  }

  disconnectedCallback(): void {
    this.close();
  }

  attributeChangedCallback(name: Attribute, before: string | null, now: string | null): void {
    if (before === now || !this.view) return;
    if (name === 'api-url' || name === 'token') {
      this.close();
      this.open();
    } else if (name === 'symbol' || name === 'interval') this.show();
    else if (name === 'theme') this.dress();
    else this.look();
  }

  private furnish(): void {
    if (this.box) return;
    const root = this.attachShadow({ mode: 'open' });
    const style = document.createElement('style');
    style.textContent = STYLE;
    this.box = document.createElement('div');
    this.box.className = 'chart';
    this.said = document.createElement('div');
    this.said.className = 'said';
    this.said.setAttribute('role', 'status');
    root.append(style, this.box, this.said);
  }

  private open(): void {
    if (!this.box || !this.isConnected) return;
    const connection = connectionTo(this.text('api-url'), this.text('token') || undefined);
    const view = new ChartView(this.box, { ...connection, theme: this.theme() });
    this.view = view;
    const system = matchMedia(IS_DARK);
    const dress = () => this.dress();
    system.addEventListener('change', dress);
    this.stops = [
      () => system.removeEventListener('change', dress),
      view.feed.watch(() => this.follow()),
    ];
    this.look();
    this.dress();
    this.show();
  }

  private close(): void {
    this.stopStatus();
    for (const stop of this.stops) stop();
    this.stops = [];
    this.view?.destroy();
    this.view = null;
  }

  private show(): void {
    const symbol = this.text('symbol');
    if (symbol) this.view?.show(symbol, this.text('interval') || '1m');
    else if (this.said) this.said.textContent = 'Which market? Set the attribute symbol.';
  }

  private look(): void {
    const kind = this.text('kind');
    const known = KINDS.find((each) => each === kind);
    this.view?.setKind((known ?? 'candles') as Kind);
    this.view?.setWhitespace(this.hasAttribute('whitespace'));
    try {
      this.view?.setZone(this.text('zone') || 'UTC');
    } catch {
      this.view?.setZone('UTC');
    }
  }

  private dress(): void {
    const theme = this.theme();
    this.view?.setTheme(theme);
    if (this.said) this.said.style.color = theme['chart-text'] ?? '';
  }

  private theme(): Theme {
    const wanted = this.text('theme');
    const isDark = wanted === 'dark' || (wanted !== 'light' && matchMedia(IS_DARK).matches);
    return isDark ? DARK : LIGHT;
  }

  /** Says how the data stands, where the chart cannot show it. */
  private follow(): void {
    this.stopStatus();
    const feed = this.view?.feed.get();
    if (!feed) return;
    const tell = () => {
      const [status, reason] = [feed.status.get(), feed.reason.get()];
      const words = feed.bars.length ? '' : (WORDS[status] ?? '');
      if (this.said) this.said.textContent = [words, words && reason].filter(Boolean).join(': ');
      const detail = { status, reason };
      this.dispatchEvent(new CustomEvent('chandlery-status', { detail }));
    };
    const stops = [feed.status.watch(tell), feed.reason.watch(tell)];
    this.stopStatus = () => {
      for (const stop of stops) stop();
    };
    tell();
  }

  private text(name: Attribute): string {
    return this.getAttribute(name)?.trim() ?? '';
  }
}
