import type { Client } from '../api/client';
import type { Socket } from '../api/socket';
import { Signal } from '../signal';
import type { Bar, Seconds } from '../types';
import { Countdown } from './countdown';
import type { ChartFeed } from './feed';
import { GapMarks } from './gaps';
import type { Layer } from './layer';
import type { Layers } from './layers';
import { BarMarks } from './marks';
import { SessionShading } from './shading';

export const OVERLAYS = ['sessions', 'gaps', 'marks', 'countdown'] as const;
export type Overlay = (typeof OVERLAYS)[number];
export type ShownOverlays = Readonly<Record<Overlay, boolean>>;

export interface OverlayScene {
  readonly client: Client;
  readonly socket: Socket;
  readonly feed: () => ChartFeed | null;
  readonly symbol: () => string;
  readonly label: (time: Seconds) => string;
}

/** The layers that come with every chart, each to be shown or not. */
export class Overlays {
  readonly shown = new Signal<ShownOverlays>({
    sessions: true,
    gaps: true,
    marks: true,
    countdown: true,
  });
  private readonly marks: BarMarks;
  private readonly byName: Readonly<Record<Overlay, Layer>>;

  constructor(
    private readonly layers: Layers,
    { client, socket, feed, symbol, label }: OverlayScene,
  ) {
    const now = () => socket.clock.now() / 1_000;
    this.marks = new BarMarks({
      client,
      symbol,
      now: () => (feed()?.isAtEnd.get() ? now() : null),
    });
    this.byName = {
      sessions: new SessionShading(),
      gaps: new GapMarks({
        gaps: () => feed()?.gaps ?? null,
        load: () => loadGaps(feed()),
        now,
        label,
      }),
      marks: this.marks,
      countdown: new Countdown({
        nowMs: () => socket.clock.now(),
        newest: () => newestShown(feed()),
      }),
    };
    for (const layer of Object.values(this.byName)) layers.add(layer);
  }

  show(name: Overlay, isShown: boolean): void {
    this.shown.set({ ...this.shown.get(), [name]: isShown });
    if (isShown) this.layers.add(this.byName[name]);
    else this.layers.remove(this.byName[name]);
  }

  /** Asks for the marks again, after some were added or removed. */
  reloadMarks(): void {
    this.marks.load();
  }
}

function loadGaps(feed: ChartFeed | null): void {
  // While the server cannot be reached, what was known stays.
  feed?.loadGaps?.().catch(() => undefined);
}

function newestShown(feed: ChartFeed | null): Bar | null {
  return feed?.isAtEnd.get() ? feed.bars.last() : null;
}
