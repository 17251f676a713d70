/**
 * The hand that draws: pointers and keys come in, drawings come out. It knows no screen and no
 * events of a browser: a `Canvas` says where things lie.
 */

import { Signal } from '../signal';
import { type Box, distance, type Point, snappedAngle } from './geometry';
import { advanced, type History, historyOf, redone, undone } from './history';
import {
  ANCHORS,
  type Anchor,
  type Drawing,
  LONGEST_TEXT,
  MOST_DRAWINGS,
  PLAIN,
  type Style,
  type Tool,
} from './model';
import { distanceTo, type Shape } from './shapes';

/** What the editor asks of the chart. */
export interface Canvas {
  readonly box: Box;
  pointOf(anchor: Anchor): Point | null;
  /** Where a point lies; with a magnet, at the nearest price of its bar. */
  anchorAt(point: Point, magnet: boolean): Anchor | null;
  shapesOf(drawing: Drawing): readonly Shape[];
}

export interface Touch {
  readonly point: Point;
  /** How near is near enough, in pixels. */
  readonly reach: number;
  /** Straight angles only. */
  readonly isStraight: boolean;
}

type Stroke =
  | {
      readonly kind: 'placing';
      readonly draft: Drawing;
      readonly from: Point;
      readonly isDown: boolean;
    }
  | {
      readonly kind: 'moving';
      readonly before: Drawing;
      readonly draft: Drawing;
      readonly from: Point;
      /** The anchor that is moved; null moves the whole. */
      readonly handle: number | null;
    };

/** What lies under a pointer. */
export interface Hit {
  readonly id: string;
  readonly handle: number | null;
}

const STILL_PX = 4;
const STEP_PX = 1;
const LONG_STEP_PX = 10;
const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};
const COPY_PX = 16;

export class Editor {
  readonly drawings: Signal<readonly Drawing[]>;
  readonly selected = new Signal<string | null>(null);
  readonly hovered = new Signal<string | null>(null);
  readonly tool = new Signal<Tool | null>(null);
  /** The drawing whose text is being written. */
  readonly writing = new Signal<string | null>(null);
  readonly isHidden = new Signal(false);
  readonly hasMagnet = new Signal(false);
  readonly canUndo = new Signal(false);
  readonly canRedo = new Signal(false);
  /** What new drawings look like. */
  style: Style = PLAIN;

  private history: History<readonly Drawing[]>;
  private stroke: Stroke | null = null;
  private copied: Drawing | null = null;
  /** For the moment: it goes with the next thing that is done, and is never kept. */
  private measure: Drawing | null = null;

  constructor(
    private readonly canvas: Canvas,
    private readonly newId: () => string,
    drawings: readonly Drawing[] = [],
  ) {
    this.history = historyOf(drawings);
    this.drawings = new Signal(drawings);
  }

  /** Begins anew with other drawings; nothing before them can be undone. */
  reset(drawings: readonly Drawing[]): void {
    this.stroke = null;
    this.measure = null;
    this.selected.set(null);
    this.hovered.set(null);
    this.writing.set(null);
    this.become(historyOf(drawings));
  }

  /** All that is to be painted, what is under the hand among it. */
  shown(): readonly Drawing[] {
    const drawings = this.isHidden.get() ? [] : this.drawings.get();
    const draft = this.stroke?.draft ?? this.measure;
    if (!draft) return drawings;
    return this.stroke?.kind === 'moving'
      ? drawings.map((each) => (each.id === draft.id ? draft : each))
      : [...drawings, draft];
  }

  /** Whether the chart must hold still. */
  get isBusy(): boolean {
    return this.stroke !== null || this.tool.get() !== null;
  }

  // The pointer. Each returns whether it was ours; if not, the chart may have it.

  down(touch: Touch): boolean {
    this.measure = null;
    if (this.stroke?.kind === 'placing') {
      this.stroke = { ...this.stroke, isDown: true };
      this.follow(touch);
      return true;
    }
    const tool = this.tool.get();
    if (tool) return this.place(tool, touch);
    return this.take(touch);
  }

  move(touch: Touch): boolean {
    if (this.stroke) {
      this.follow(touch);
      return true;
    }
    if (this.tool.get()) return true;
    this.hovered.set(this.hit(touch)?.id ?? null);
    return false;
  }

  up(touch: Touch): boolean {
    const stroke = this.stroke;
    if (!stroke) return false;
    if (stroke.kind === 'moving') {
      this.stroke = null;
      if (stroke.draft !== stroke.before) this.replace(stroke.draft);
      return true;
    }
    const isDrag = distance(stroke.from, touch.point) > STILL_PX;
    const isSecond = stroke.isDown && isDrag;
    if (isSecond) this.finish(stroke.draft);
    else this.stroke = { ...stroke, isDown: false };
    return true;
  }

  /** The pointer was taken away: what was under the hand is as it was. */
  cancel(): void {
    this.stroke = null;
    this.tool.set(null);
  }

  private place(tool: Tool, { point }: Touch): boolean {
    const anchor = this.canvas.anchorAt(point, this.hasMagnet.get());
    if (!anchor) return true;
    const anchors = Array.from({ length: ANCHORS[tool] }, () => anchor);
    const draft = { id: this.newId(), tool, anchors, style: this.style, text: '', isLocked: false };
    if (anchors.length === 1) this.finish(draft);
    else this.stroke = { kind: 'placing', draft, from: point, isDown: true };
    return true;
  }

  private finish(draft: Drawing): void {
    this.stroke = null;
    this.tool.set(null);
    if (draft.tool === 'measure') {
      this.measure = draft;
      return;
    }
    if (this.drawings.get().length >= MOST_DRAWINGS) return;
    this.commit([...this.drawings.get(), draft]);
    this.selected.set(draft.id);
    if (draft.tool === 'text') this.writing.set(draft.id);
  }

  private take(touch: Touch): boolean {
    const hit = this.hit(touch);
    this.selected.set(hit?.id ?? null);
    const before = hit && this.find(hit.id);
    if (!hit || !before) return false;
    if (!before.isLocked)
      this.stroke = {
        kind: 'moving',
        before,
        draft: before,
        from: touch.point,
        handle: hit.handle,
      };
    return true;
  }

  private follow(touch: Touch): void {
    const stroke = this.stroke;
    if (!stroke) return;
    const draft =
      stroke.kind === 'placing' || stroke.handle !== null
        ? this.anchored(stroke.draft, stroke.kind === 'moving' ? (stroke.handle ?? 0) : 1, touch)
        : this.shifted(stroke.before, {
            x: touch.point.x - stroke.from.x,
            y: touch.point.y - stroke.from.y,
          });
    if (draft) this.stroke = { ...stroke, draft };
  }

  /** The drawing with one anchor where the pointer is. */
  private anchored(drawing: Drawing, index: number, touch: Touch): Drawing | null {
    const other = drawing.anchors[index === 0 ? 1 : 0];
    const pivot = touch.isStraight && other ? this.canvas.pointOf(other) : null;
    const point = pivot ? snappedAngle(pivot, touch.point) : touch.point;
    const anchor = this.canvas.anchorAt(point, this.hasMagnet.get() && !pivot);
    if (!anchor) return null;
    return { ...drawing, anchors: drawing.anchors.map((each, i) => (i === index ? anchor : each)) };
  }

  /** The drawing, moved by so many pixels. */
  private shifted(drawing: Drawing, by: Point): Drawing | null {
    const anchors: Anchor[] = [];
    for (const anchor of drawing.anchors) {
      const point = this.canvas.pointOf(anchor);
      const moved = point && this.canvas.anchorAt({ x: point.x + by.x, y: point.y + by.y }, false);
      if (!moved) return null;
      anchors.push(moved);
    }
    return { ...drawing, anchors };
  }

  /** What lies under a pointer: handles of the selected one first, then the topmost. */
  hit({ point, reach }: Touch): Hit | null {
    if (this.isHidden.get()) return null;
    const selected = this.find(this.selected.get());
    const handle = selected ? this.handleAt(selected, point, reach) : -1;
    if (selected && handle >= 0) return { id: selected.id, handle };
    const drawings = this.drawings.get();
    for (let index = drawings.length - 1; index >= 0; index -= 1) {
      const drawing = drawings[index];
      if (drawing && this.distance(drawing, point) <= reach)
        return { id: drawing.id, handle: null };
    }
    return null;
  }

  private handleAt(drawing: Drawing, point: Point, reach: number): number {
    return drawing.anchors.findIndex((anchor) => {
      const at = this.canvas.pointOf(anchor);
      return at !== null && distance(at, point) <= reach * 1.5;
    });
  }

  private distance(drawing: Drawing, point: Point): number {
    const shapes = this.canvas.shapesOf(drawing);
    return Math.min(Number.POSITIVE_INFINITY, ...shapes.map((shape) => distanceTo(shape, point)));
  }

  // The keyboard

  /** Takes a key; returns whether it meant anything. */
  key(key: string, { ctrl = false, shift = false } = {}): boolean {
    if (ctrl) return this.chord(key.toLowerCase(), shift);
    if (key === 'Escape') return this.escape();
    const selected = this.find(this.selected.get());
    if (!selected) return false;
    if (key === 'Delete' || key === 'Backspace') return this.remove();
    const arrow = ARROWS[key];
    if (!arrow) return false;
    const step = shift ? LONG_STEP_PX : STEP_PX;
    return this.nudge(selected, { x: arrow.x * step, y: arrow.y * step });
  }

  private chord(key: string, shift: boolean): boolean {
    switch (key) {
      case 'z':
        return shift ? this.redo() : this.undo();
      case 'y':
        return this.redo();
      case 'c':
        this.copied = this.find(this.selected.get()) ?? this.copied;
        return this.selected.get() !== null;
      case 'v':
        return this.copied !== null && this.paste(this.copied);
      case 'd':
        return this.duplicate();
      default:
        return false;
    }
  }

  private escape(): boolean {
    const meant = this.isBusy || this.measure !== null || this.selected.get() !== null;
    this.cancel();
    this.selected.set(null);
    this.measure = null;
    return meant;
  }

  private nudge(drawing: Drawing, by: Point): boolean {
    const moved = drawing.isLocked ? null : this.shifted(drawing, by);
    if (moved) this.replace(moved);
    return true;
  }

  // What may be done to drawings

  undo(): boolean {
    return this.step(undone(this.history));
  }

  redo(): boolean {
    return this.step(redone(this.history));
  }

  remove(): boolean {
    const selected = this.find(this.selected.get());
    if (!selected || selected.isLocked) return false;
    this.commit(this.drawings.get().filter((each) => each !== selected));
    this.selected.set(null);
    return true;
  }

  removeAll(): void {
    this.commit([]);
    this.selected.set(null);
  }

  duplicate(): boolean {
    const selected = this.find(this.selected.get());
    return selected !== null && this.paste(selected);
  }

  /** Changes the style, text or lock of the selected drawing. */
  change(by: Partial<Pick<Drawing, 'style' | 'text' | 'isLocked'>>): void {
    const selected = this.find(this.selected.get());
    if (by.style) this.style = by.style;
    if (selected) this.replace({ ...selected, ...by });
  }

  /** Ends the writing of a text; one without words goes. */
  write(text: string): void {
    const drawing = this.find(this.writing.get());
    this.writing.set(null);
    if (!drawing) return;
    const words = text.slice(0, LONGEST_TEXT).trim();
    if (words) this.replace({ ...drawing, text: words });
    else this.commit(this.drawings.get().filter((each) => each !== drawing));
  }

  private paste(drawing: Drawing): boolean {
    if (this.drawings.get().length >= MOST_DRAWINGS) return false;
    const copy = this.shifted(drawing, { x: COPY_PX, y: COPY_PX }) ?? drawing;
    const own = { ...copy, id: this.newId(), isLocked: false };
    this.commit([...this.drawings.get(), own]);
    this.selected.set(own.id);
    return true;
  }

  private replace(drawing: Drawing): void {
    this.commit(this.drawings.get().map((each) => (each.id === drawing.id ? drawing : each)));
  }

  private commit(drawings: readonly Drawing[]): void {
    this.become(advanced(this.history, drawings));
  }

  private step(history: History<readonly Drawing[]> | null): boolean {
    if (!history) return false;
    this.stroke = null;
    this.become(history);
    if (!this.find(this.selected.get())) this.selected.set(null);
    return true;
  }

  private become(history: History<readonly Drawing[]>): void {
    this.history = history;
    this.drawings.set(history.present);
    this.canUndo.set(history.past.length > 0);
    this.canRedo.set(history.future.length > 0);
  }

  find(id: string | null): Drawing | null {
    return this.drawings.get().find((each) => each.id === id) ?? null;
  }
}
