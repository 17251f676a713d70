import type { IChartApi, IPaneApi, Time } from 'lightweight-charts';
import { Signal } from '../signal';

/** Where a pane lies within the chart's element, in pixels. */
export interface PaneBox {
  readonly key: string;
  readonly top: number;
  readonly height: number;
}

export const PRICE_PANE = 'price';
/** The price pane is so many times as high as another one. */
const PRICE_STRETCH = 4;
const SEPARATOR = 1;

const isSame = (a: readonly PaneBox[], b: readonly PaneBox[]): boolean =>
  a.length === b.length &&
  a.every(
    (box, index) =>
      box.top === b[index]?.top && box.height === b[index]?.height && box.key === b[index]?.key,
  );

/** The panes by key; the price pane is always the first. */
export class Panes {
  /** The boxes of all panes from top to bottom, so that legends can lie over them. */
  readonly boxes = new Signal<readonly PaneBox[]>([], isSame);
  private readonly panes = new Map<string, IPaneApi<Time>>();

  private readonly observed = new WeakSet<HTMLElement>();
  private readonly observer: ResizeObserver;

  constructor(
    private readonly chart: IChartApi,
    ask: () => void,
  ) {
    this.observer = new ResizeObserver(ask);
    const price = chart.panes()[0];
    price?.setStretchFactor(PRICE_STRETCH);
    price?.setPreserveEmptyPane(true);
  }

  /** The pane of a key, made at the bottom if there is none yet. */
  of(key: string): IPaneApi<Time> {
    const known = key === PRICE_PANE ? this.chart.panes()[0] : this.panes.get(key);
    if (known) return known;
    const pane = this.chart.addPane(true);
    pane.setStretchFactor(1);
    this.panes.set(key, pane);
    return pane;
  }

  /** Has just these panes below the price pane, in this order. Panes that go must be empty. */
  arrange(keys: readonly string[]): void {
    for (const [key, pane] of [...this.panes]) {
      if (keys.includes(key)) continue;
      this.panes.delete(key);
      this.chart.removePane(pane.paneIndex());
    }
    keys.forEach((key, index) => {
      const place = this.of(key).paneIndex();
      if (place !== index + 1) this.chart.swapPanes(place, index + 1);
    });
  }

  /** Measures the panes; to be called once a frame. */
  look(): void {
    const keys = new Map([...this.panes].map(([key, pane]) => [pane.paneIndex(), key]));
    let top = 0;
    this.boxes.set(
      this.chart.panes().map((pane, index) => {
        const height = pane.getHeight();
        this.observe(pane.getHTMLElement());
        const box = { key: keys.get(index) ?? PRICE_PANE, top, height };
        top += height + SEPARATOR;
        return box;
      }),
    );
  }

  destroy(): void {
    this.observer.disconnect();
  }

  /** Panes are measured again when they are dragged, or the page changes its size. */
  private observe(element: HTMLElement | null): void {
    if (!element || this.observed.has(element)) return;
    this.observed.add(element);
    this.observer.observe(element);
  }

  /** Stretch factors by key, to be saved and set again. */
  stretches(): Record<string, number> {
    const price: [string, number][] = [[PRICE_PANE, this.of(PRICE_PANE).getStretchFactor()]];
    const others = [...this.panes].map(([key, pane]): [string, number] => [
      key,
      pane.getStretchFactor(),
    ]);
    return Object.fromEntries([...price, ...others]);
  }

  setStretches(stretches: Readonly<Record<string, number>>): void {
    for (const [key, factor] of Object.entries(stretches)) {
      if (key === PRICE_PANE || this.panes.has(key)) this.of(key).setStretchFactor(factor);
    }
  }
}
