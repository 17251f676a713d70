/** Drawings as a layer of a chart: painted with it, kept by symbol, and moved by pointers on it. */

import type { Layer, LayerHost } from '../chart/layer';
import { newId } from '../id';
import { Signal } from '../signal';
import type { Stop } from '../types';
import { Editor } from './editor';
import { HostCanvas } from './place';
import { Pointers } from './pointers';
import { DrawingPrimitive } from './primitive';
import { type KeyValues, keyOf, load, save } from './storage';

export interface DrawingOptions {
  /** Whose drawings are shown. */
  readonly symbol: () => string;
  readonly storage: KeyValues;
  readonly newId?: () => string;
}

export class DrawingLayer implements Layer {
  readonly editor: Editor;
  /** Whether what is drawn is kept; not so while the storage is full or closed. */
  readonly isKept = new Signal(true);
  private host: LayerHost | null = null;
  private symbol = '';
  private isLoading = false;
  private stops: Stop[] = [];
  private readonly canvas = new HostCanvas(() => this.host);

  constructor(private readonly options: DrawingOptions) {
    this.editor = new Editor(this.canvas, options.newId ?? newId);
    const { drawings, selected, hovered, tool, isHidden } = this.editor;
    for (const signal of [drawings, selected, hovered, tool, isHidden]) signal.watch(this.redraw);
    drawings.watch(() => this.keep());
  }

  attach(host: LayerHost): void {
    this.host = host;
    const symbol = this.options.symbol();
    if (symbol !== this.symbol) this.turnTo(symbol);
    const primitive = new DrawingPrimitive(host, this.editor, this.canvas);
    host.series.attachPrimitive(primitive);
    const pointers = new Pointers(host, this.editor, this.redraw);
    window.addEventListener('storage', this.told);
    this.stops = [
      () => pointers.stop(),
      () => host.series.detachPrimitive(primitive),
      () => window.removeEventListener('storage', this.told),
    ];
    this.redraw();
  }

  detach(): void {
    for (const stop of this.stops) stop();
    this.stops = [];
    this.host = null;
  }

  private turnTo(symbol: string): void {
    this.symbol = symbol;
    this.isLoading = true;
    this.editor.reset(load(this.options.storage, symbol));
    this.isLoading = false;
    this.redraw();
  }

  /** Another page of the site changed what is kept; no key stands for all of it. */
  private readonly told = ({ key }: StorageEvent): void => {
    if (key === null || key === keyOf(this.symbol)) this.turnTo(this.symbol);
  };

  private keep(): void {
    if (this.isLoading || !this.symbol) return;
    this.isKept.set(save(this.options.storage, this.symbol, this.editor.drawings.get()));
  }

  private readonly redraw = (): void => this.host?.redraw();
}
