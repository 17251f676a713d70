/** What stands on a line: its words, which the keyboard can take hold of, and its buttons. */

import type { PriceLine } from './line';

export interface ChipActions {
  /** Takes a key pressed on the words; returns whether it meant anything. */
  readonly key: (key: string, shift: boolean) => boolean;
  readonly confirm: () => void;
  readonly close: () => void;
}

export interface ChipLook {
  /** Of the line; around the words, which need more contrast than a line does. */
  readonly colour: string;
  readonly background: string;
  readonly ink: string;
  readonly font: string;
  readonly priceText: string;
}

export class Chip {
  readonly element = document.createElement('div');
  private readonly words = document.createElement('span');
  private readonly quantity = document.createElement('span');
  private readonly confirming = button('✓');
  private readonly closing = button('×');

  constructor(actions: ChipActions) {
    this.element.className = 'price-line';
    this.words.tabIndex = 0;
    this.words.setAttribute('role', 'slider');
    this.words.addEventListener('keydown', (event) => {
      if (!actions.key(event.key, event.shiftKey)) return;
      event.preventDefault();
      event.stopPropagation();
    });
    this.confirming.addEventListener('click', actions.confirm);
    this.closing.addEventListener('click', actions.close);
    this.element.append(this.words, this.quantity, this.confirming, this.closing);
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
    Object.assign(this.quantity.style, { padding: '0 6px', borderLeft: '1px solid' });
  }

  show(line: PriceLine, look: ChipLook): void {
    this.words.textContent = line.label;
    this.words.setAttribute('aria-label', nameOf(line));
    this.words.setAttribute('aria-valuenow', String(line.price));
    this.words.setAttribute('aria-valuetext', look.priceText);
    this.words.setAttribute('aria-orientation', 'vertical');
    this.words.setAttribute('aria-readonly', String(!line.canMove));
    this.words.style.cursor = line.canMove ? 'ns-resize' : '';
    this.quantity.textContent = line.quantity ?? '';
    reveal(this.quantity, line.quantity !== undefined);
    reveal(this.confirming, line.isAsking === true);
    this.confirming.setAttribute('aria-label', `Confirm ${nameOf(line)}`);
    reveal(this.closing, line.canClose || line.isAsking === true);
    this.closing.setAttribute(
      'aria-label',
      `${line.isAsking ? 'Cancel' : 'Close'} ${nameOf(line)}`,
    );
    Object.assign(this.element.style, {
      background: look.background,
      border: `1px solid ${look.colour}`,
      borderLeftWidth: '4px',
      color: look.ink,
      fontFamily: look.font,
    });
  }

  /** Puts it at a height, left of the scale of prices; null hides it. */
  place(y: number | null, scaleWidth: number): void {
    this.element.style.display = y === null ? 'none' : 'flex';
    if (y === null) return;
    this.element.style.top = `${Math.round(y)}px`;
    this.element.style.right = `${scaleWidth + 8}px`;
  }

  /** Whether an event was meant for a button. */
  isPressed(target: EventTarget | null): boolean {
    return target === this.closing || target === this.confirming;
  }
}

const nameOf = ({ label, quantity }: PriceLine): string =>
  [label, quantity].filter(Boolean).join(' ');

/** Shows an element or not, whatever the page says of its kind of element. */
function reveal(element: HTMLElement, isShown: boolean): void {
  element.style.display = isShown ? '' : 'none';
}

function button(sign: string): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = sign;
  Object.assign(made.style, {
    border: '0',
    padding: '0 6px',
    background: 'none',
    color: 'inherit',
    font: 'inherit',
    cursor: 'pointer',
  });
  return made;
}
