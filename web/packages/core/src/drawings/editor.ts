/**
 * The hand that draws: pointers and keys come in, drawings come out. It knows no screen and no
 * events of a browser: a `Canvas` says where things lie.
 */

import { Signal } from '../signal';
import { distance, type Point, snappedAngle } from './geometry';
import { advanced, type History, historyOf, redone, undone } from './history';
import { type Hit, hitOf, type Touch } from './hit';
import {
  ANCHORS,
  type Drawing,
  LONGEST_TEXT,
  MOST_DRAWINGS,
  PLAIN,
  type Style,
  type Tool,
} from './model';
import { type Canvas, dragged, stepped, withHandle } from './moves';

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
      /** See `Hit`. */
      readonly handle: number | null;
    };

const STILL_PX = 4;
const LONG_STEP = 10;
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
  /** How often something was done that can be undone. */
  readonly steps = new Signal(0);
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
      if (hasMoved(stroke.before, stroke.draft)) this.replace(stroke.draft);
      return true;
    }
    const isDrag = distance(stroke.from, touch.point) > STILL_PX;
    const isWhole = stroke.draft.anchors.length === 1 || (stroke.isDown && isDrag);
    if (isWhole) this.finish(stroke.draft);
    else this.stroke = { ...stroke, isDown: false };
    return true;
  }

  /** The pointer was taken away: what was under the hand is as it was. */
  cancel(): void {
    this.stroke = null;
  }

  private place(tool: Tool, { point }: Touch): boolean {
    const draft = this.drafted(tool, point, point);
    if (!draft) return true;
    this.isHidden.set(false);
    this.stroke = { kind: 'placing', draft, from: point, isDown: true };
    return true;
  }

  private drafted(tool: Tool, ...points: readonly Point[]): Drawing | null {
    const anchors = points
      .slice(0, ANCHORS[tool])
      .map((point) => this.canvas.anchorAt(point, this.hasMagnet.get()))
      .filter((anchor) => anchor !== null);
    if (anchors.length < ANCHORS[tool]) return null;
    return { id: this.newId(), tool, anchors, style: this.style, text: '', isLocked: false };
  }

  /** Puts what is being drawn into the middle of the chart, for those who have no pointer. */
  private settle(tool: Tool): boolean {
    const { width, height } = this.canvas.box;
    const at = (x: number, y: number) => ({ x: x * width, y: y * height });
    const draft =
      this.stroke?.kind === 'placing'
        ? this.stroke.draft
        : this.drafted(tool, at(0.4, 0.6), at(0.6, 0.4));
    this.isHidden.set(false);
    if (draft) this.finish(draft);
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
    if (!before || before.isLocked) return false;
    const { handle } = hit;
    this.stroke = { kind: 'moving', before, draft: before, from: touch.point, handle };
    return true;
  }

  private follow(touch: Touch): void {
    const stroke = this.stroke;
    if (!stroke) return;
    const draft =
      stroke.kind === 'placing'
        ? this.pulled(stroke.draft, stroke.draft.anchors.length - 1, touch)
        : this.moved(stroke, touch);
    if (draft) this.stroke = { ...stroke, draft };
  }

  private moved(stroke: Stroke & { kind: 'moving' }, touch: Touch): Drawing | null {
    const { before, draft, from, handle } = stroke;
    const { point } = touch;
    // A press that trembles a little moves nothing.
    if (draft === before && distance(from, point) <= STILL_PX) return null;
    if (handle !== null) return this.pulled(draft, handle, touch);
    return dragged(this.canvas, before, { x: point.x - from.x, y: point.y - from.y });
  }

  /** The drawing with one handle where the pointer is. */
  private pulled(drawing: Drawing, handle: number, touch: Touch): Drawing | null {
    const other = handle < 2 ? drawing.anchors[1 - handle] : undefined;
    const pivot = touch.isStraight && other ? this.canvas.pointOf(other) : null;
    const point = pivot ? snappedAngle(pivot, touch.point) : touch.point;
    const anchor = this.canvas.anchorAt(point, this.hasMagnet.get() && !pivot);
    return anchor && withHandle(drawing, handle, anchor);
  }

  /** What lies under a pointer. */
  hit(touch: Pick<Touch, 'point' | 'reach'>): Hit | null {
    if (this.isHidden.get()) return null;
    return hitOf(this.canvas, this.drawings.get(), this.find(this.selected.get()), touch);
  }

  // The keyboard

  /** Takes a key; returns whether it meant anything. */
  key(key: string, { ctrl = false, shift = false } = {}): boolean {
    if (ctrl) return this.chord(key.toLowerCase(), shift);
    if (key === 'Escape') return this.escape();
    const tool = this.tool.get();
    if (key === 'Enter' && tool) return this.settle(tool);
    const selected = this.find(this.selected.get());
    if (!selected) return false;
    if (key === 'Delete' || key === 'Backspace') return this.remove();
    const arrow = ARROWS[key];
    if (!arrow) return false;
    return this.nudge(selected, arrow, shift ? LONG_STEP : 1);
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
    this.stroke = null;
    this.measure = null;
    this.tool.set(null);
    this.selected.set(null);
    return meant;
  }

  private nudge(drawing: Drawing, way: Point, count: number): boolean {
    const moved = drawing.isLocked ? null : stepped(this.canvas, drawing, way, count);
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

  /** Selects the next drawing in the order they were made, and after the last the first. */
  selectNext(): void {
    const drawings = this.drawings.get();
    const index = drawings.findIndex(({ id }) => id === this.selected.get());
    this.isHidden.set(false);
    this.selected.set(drawings[(index + 1) % drawings.length]?.id ?? null);
  }

  /** Adds drawings from elsewhere, as far as there is room; returns how many. */
  add(drawings: readonly Drawing[]): number {
    const room = MOST_DRAWINGS - this.drawings.get().length;
    const own = drawings.slice(0, room).map((each) => ({ ...each, id: this.newId() }));
    if (own.length) this.commit([...this.drawings.get(), ...own]);
    return own.length;
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
    const copy = dragged(this.canvas, drawing, { x: COPY_PX, y: COPY_PX }) ?? drawing;
    const own = { ...copy, id: this.newId(), isLocked: false };
    this.commit([...this.drawings.get(), own]);
    this.selected.set(own.id);
    return true;
  }

  private replace(drawing: Drawing): void {
    this.commit(this.drawings.get().map((each) => (each.id === drawing.id ? drawing : each)));
  }

  private commit(drawings: readonly Drawing[]): void {
    const before = this.history;
    this.become(advanced(before, drawings));
    if (this.history !== before) this.steps.set(this.steps.get() + 1);
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

const hasMoved = (before: Drawing, after: Drawing): boolean =>
  before.anchors.some(
    ({ time, price }, i) => time !== after.anchors[i]?.time || price !== after.anchors[i]?.price,
  );
