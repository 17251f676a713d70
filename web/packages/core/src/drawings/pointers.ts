/** Pointers over a chart, told to the editor before the chart has them. */

import type { LayerHost } from '../chart/layer';
import type { Stop } from '../types';
import type { Editor } from './editor';
import type { Touch } from './hit';

const MOUSE_REACH_PX = 6;
const FINGER_REACH_PX = 16;
const CAPTURE = { capture: true };

type Kinds = HTMLElementEventMap;

export class Pointers {
  /** The pointer that is down and ours. */
  private pointer: number | null = null;
  /** Whether the last press was ours. */
  private isTaken = false;
  private ends: Stop[] = [];
  private readonly stops: Stop[] = [];

  constructor(
    private readonly host: LayerHost,
    private readonly editor: Editor,
    private readonly changed: () => void,
  ) {
    const { element } = host;
    const touchAction = element.style.touchAction;
    element.style.touchAction = 'none';
    this.stops = [
      this.on(element, 'pointerdown', this.down),
      this.on(element, 'mousedown', this.keepFocus),
      this.on(element, 'pointermove', this.hover),
      this.on(element, 'pointerleave', () => editor.hovered.set(null)),
      this.on(element, 'dblclick', this.write),
      editor.tool.watch(() => this.show()),
      () => {
        element.style.touchAction = touchAction;
        element.style.cursor = '';
        delete element.dataset.tool;
      },
    ];
    this.show();
  }

  stop(): void {
    this.giveUp();
    for (const stop of this.stops) stop();
  }

  private on<Kind extends keyof Kinds>(
    target: HTMLElement | Window,
    kind: Kind,
    listener: (event: Kinds[Kind]) => void,
  ): Stop {
    target.addEventListener(kind, listener as EventListener, CAPTURE);
    return () => target.removeEventListener(kind, listener as EventListener, CAPTURE);
  }

  private readonly down = (event: PointerEvent): void => {
    if (this.pointer !== null && this.pointer !== event.pointerId) {
      // A second finger: the chart's, to zoom.
      this.giveUp();
      return;
    }
    const touch = event.isPrimary && event.button === 0 ? this.touch(event) : null;
    this.isTaken = false;
    if (!touch) return;
    const { element } = this.host;
    if (!element.contains(document.activeElement)) element.focus({ preventScroll: true });
    this.isTaken = this.editor.down(touch);
    if (this.isTaken) this.follow(event.pointerId);
    this.changed();
  };

  /**
   * The mouse event of a press, which a finger has after it was lifted, takes the focus, and the
   * library takes it away once more. Neither may happen to a text that is being written.
   */
  private readonly keepFocus = (event: MouseEvent): void => {
    if (!this.isTaken) return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** Follows a pointer wherever it goes; the chart holds still meanwhile. */
  private follow(pointer: number): void {
    this.letGo();
    this.pointer = pointer;
    const own = (listener: (event: PointerEvent) => void) => (event: PointerEvent) => {
      if (event.pointerId === pointer) listener(event);
    };
    this.ends = [
      this.host.holdStill(),
      this.on(window, 'pointermove', own(this.move)),
      this.on(window, 'pointerup', own(this.up)),
      this.on(
        window,
        'pointercancel',
        own(() => this.giveUp()),
      ),
    ];
  }

  private readonly hover = (event: PointerEvent): void => {
    if (this.pointer !== null || event.pointerType === 'touch') return;
    const touch = this.touch(event);
    if (touch && this.editor.move(touch)) this.changed();
    this.show();
  };

  private readonly move = (event: PointerEvent): void => {
    this.editor.move(this.touchOf(event));
    this.changed();
  };

  private readonly up = (event: PointerEvent): void => {
    this.editor.up(this.touchOf(event));
    this.letGo();
    this.changed();
  };

  private readonly write = (event: MouseEvent): void => {
    const touch = this.touch(event);
    const found = touch && this.editor.find(this.editor.hit(touch)?.id ?? null);
    if (found?.tool !== 'text' || found.isLocked) return;
    event.stopPropagation();
    this.editor.writing.set(found.id);
  };

  /** Where an event lies, if that is in the pane of prices. */
  private touch(event: MouseEvent): Touch | null {
    const touch = this.touchOf(event);
    const { x, y } = touch.point;
    const { width, height } = this.host.chart.paneSize(0);
    return x >= 0 && y >= 0 && x <= width && y <= height ? touch : null;
  }

  private touchOf(event: MouseEvent): Touch {
    const { left, top } = this.host.element.getBoundingClientRect();
    const isFinger = 'pointerType' in event && event.pointerType === 'touch';
    return {
      point: { x: event.clientX - left, y: event.clientY - top },
      reach: isFinger ? FINGER_REACH_PX : MOUSE_REACH_PX,
      isStraight: event.shiftKey,
    };
  }

  private giveUp(): void {
    if (this.pointer === null) return;
    this.editor.cancel();
    this.letGo();
    this.changed();
  }

  private letGo(): void {
    this.pointer = null;
    for (const end of this.ends) end();
    this.ends = [];
  }

  /** Shows by the cursor what a press would do, and tells other layers of the tool in hand. */
  private show(): void {
    const { style, dataset } = this.host.element;
    const tool = this.editor.tool.get();
    if (tool) dataset.tool = tool;
    else delete dataset.tool;
    const cursor = tool ? 'crosshair' : this.editor.hovered.get() ? 'pointer' : '';
    if (style.cursor !== cursor) style.cursor = cursor;
  }
}
