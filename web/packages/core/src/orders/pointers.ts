/** Pointers over a chart, told to lines at prices before drawings and the chart have them. */

import type { LayerHost } from '../chart/layer';
import type { Stop } from '../types';
import { FINGER_REACH_PX, type LineDrag, MOUSE_REACH_PX } from './drag';

const CAPTURE = { capture: true };

export class LinePointers {
  /** The pointer that drags a line. */
  private pointer: number | null = null;
  private release: Stop | null = null;
  private readonly stops: Stop[];

  constructor(
    private readonly host: LayerHost,
    private readonly drag: LineDrag,
    private readonly isButton: (target: EventTarget | null) => boolean,
    private readonly changed: () => void,
  ) {
    const { element } = host;
    const touchAction = element.style.touchAction;
    element.style.touchAction = 'none';
    // The window comes before whatever listens below it, in whatever order that was attached; other
    // lines listen there too.
    this.stops = [
      this.on('pointerdown', this.down),
      this.on('pointermove', this.move),
      this.on('pointerup', this.up),
      this.on('pointercancel', (event) => {
        if (event.pointerId === this.pointer) this.giveUp();
      }),
      this.on('keydown', this.key),
      () => {
        element.style.touchAction = touchAction;
        if (element.style.cursor === RESIZE) element.style.cursor = '';
      },
    ];
  }

  stop(): void {
    this.giveUp();
    for (const stop of this.stops) stop();
  }

  private on<Kind extends keyof WindowEventMap>(
    kind: Kind,
    listener: (event: WindowEventMap[Kind]) => void,
  ): Stop {
    window.addEventListener(kind, listener, CAPTURE);
    return () => window.removeEventListener(kind, listener, CAPTURE);
  }

  private readonly down = (event: PointerEvent): void => {
    if (this.pointer !== null) {
      // A second finger: the chart's, to zoom.
      if (this.pointer !== event.pointerId) this.giveUp();
      return;
    }
    const y = this.isOurs(event) && event.button === 0 && event.isPrimary ? this.yOf(event) : null;
    if (y === null || this.isButton(event.target)) return;
    if (!this.drag.down(y, reachOf(event))) return;
    this.pointer = event.pointerId;
    this.release = this.host.holdStill();
    event.stopImmediatePropagation();
  };

  private readonly move = (event: PointerEvent): void => {
    if (this.pointer === null) {
      this.hover(event);
      return;
    }
    if (event.pointerId !== this.pointer) return;
    this.drag.move(this.heightOf(event));
    event.stopPropagation();
  };

  private readonly up = (event: PointerEvent): void => {
    if (event.pointerId !== this.pointer) return;
    this.drag.up();
    this.letGo();
    event.stopPropagation();
  };

  /** Escape leaves the line where it was taken. */
  private readonly key = (event: KeyboardEvent): void => {
    if (this.pointer === null || event.key !== 'Escape') return;
    this.giveUp();
    event.preventDefault();
    event.stopPropagation();
  };

  /** Shows by the cursor what can be dragged; what lies below a line then sees no pointer. */
  private hover(event: PointerEvent): void {
    if (event.pointerType === 'touch') return;
    const { style } = this.host.element;
    const y = this.isOurs(event) && event.buttons === 0 ? this.yOf(event) : null;
    const isNear = y !== null && this.drag.near(y, MOUSE_REACH_PX)?.canMove === true;
    if (isNear) {
      style.cursor = RESIZE;
      event.stopImmediatePropagation();
    } else if (style.cursor === RESIZE) style.cursor = '';
  }

  /** Whether an event is on the chart, and no tool is in hand there that wants it. */
  private isOurs({ target }: Event): boolean {
    const { element } = this.host;
    return target instanceof Node && element.contains(target) && !element.dataset.tool;
  }

  /** The height of an event in the pane of prices; null in other panes. */
  private yOf(event: PointerEvent): number | null {
    const y = this.heightOf(event);
    return y >= 0 && y <= this.host.chart.paneSize(0).height ? y : null;
  }

  private heightOf(event: PointerEvent): number {
    return event.clientY - this.host.element.getBoundingClientRect().top;
  }

  private giveUp(): void {
    if (this.pointer === null) return;
    this.drag.cancel();
    this.letGo();
  }

  private letGo(): void {
    this.pointer = null;
    this.release?.();
    this.release = null;
    this.changed();
  }
}

const RESIZE = 'ns-resize';

const reachOf = ({ pointerType }: PointerEvent): number =>
  pointerType === 'touch' ? FINGER_REACH_PX : MOUSE_REACH_PX;
