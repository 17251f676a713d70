/** What stands on a line: its words, which the keyboard can take hold of, and a button that closes it. */

import type { PriceLine } from './line';

export interface ChipActions {
  /** Takes a key pressed on the words; returns whether it meant anything. */
  readonly key: (key: string, shift: boolean) => boolean;
  readonly close: () => void;
}

export interface ChipLook {
  readonly colour: string;
  readonly ink: string;
  readonly font: string;
  readonly priceText: string;
}

export class Chip {
  readonly element = document.createElement('div');
  private readonly words = document.createElement('span');
  private readonly closing = document.createElement('button');

  constructor(actions: ChipActions) {
    this.element.className = 'price-line';
    this.words.tabIndex = 0;
    this.words.setAttribute('role', 'slider');
    this.words.addEventListener('keydown', (event) => {
      if (!actions.key(event.key, event.shiftKey)) return;
      event.preventDefault();
      event.stopPropagation();
    });
    this.closing.type = 'button';
    this.closing.textContent = '×';
    this.closing.addEventListener('click', actions.close);
    this.element.append(this.words, this.closing);
    Object.assign(this.element.style, {
      position: 'absolute',
      zIndex: '5',
      display: 'flex',
      alignItems: 'center',
      borderRadius: '4px',
      whiteSpace: 'nowrap',
      fontSize: '12px',
      lineHeight: '20px',
      transform: 'translateY(-50%)',
    });
    Object.assign(this.words.style, { padding: '0 6px' });
    Object.assign(this.closing.style, {
      border: '0',
      padding: '0 6px',
      background: 'none',
      color: 'inherit',
      font: 'inherit',
      cursor: 'pointer',
    });
  }

  show(line: PriceLine, look: ChipLook): void {
    this.words.textContent = line.label;
    this.words.setAttribute('aria-label', line.label);
    this.words.setAttribute('aria-valuenow', String(line.price));
    this.words.setAttribute('aria-valuetext', look.priceText);
    this.words.setAttribute('aria-orientation', 'vertical');
    this.words.setAttribute('aria-readonly', String(!line.canMove));
    this.words.style.cursor = line.canMove ? 'ns-resize' : '';
    this.closing.hidden = !line.canClose;
    this.closing.setAttribute('aria-label', `Close ${line.label}`);
    this.element.style.background = look.colour;
    this.element.style.color = look.ink;
    this.element.style.fontFamily = look.font;
  }

  /** Puts it at a height, left of the scale of prices; null hides it. */
  place(y: number | null, scaleWidth: number): void {
    this.element.style.display = y === null ? 'none' : 'flex';
    if (y === null) return;
    this.element.style.top = `${Math.round(y)}px`;
    this.element.style.right = `${scaleWidth + 8}px`;
  }

  /** Whether an event was meant for the button that closes. */
  isClosing(target: EventTarget | null): boolean {
    return target === this.closing;
  }
}
