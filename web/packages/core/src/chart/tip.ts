/** A few words beside the pointer, for who has one; they never catch it. */

import type { Colours } from './theme';

const AWAY = 14;

export class Tip {
  private readonly element = document.createElement('div');

  constructor(private readonly box: HTMLElement) {
    this.element.className = 'chart-tip';
    Object.assign(this.element.style, {
      position: 'absolute',
      zIndex: '6',
      display: 'none',
      maxWidth: 'min(280px, 70%)',
      padding: '5px 8px',
      borderRadius: '4px',
      fontSize: '12px',
      lineHeight: '16px',
      whiteSpace: 'pre-line',
      overflowWrap: 'anywhere',
      pointerEvents: 'none',
    });
    box.append(this.element);
  }

  /** Shows words beside a point, on the side where there is room. */
  show(words: string, { x, y }: { x: number; y: number }, colour: Colours): void {
    const { element, box } = this;
    const isRight = x > box.clientWidth / 2;
    const isLow = y > box.clientHeight / 2;
    element.textContent = words;
    Object.assign(element.style, {
      display: 'block',
      left: isRight ? '' : `${x + AWAY}px`,
      right: isRight ? `${box.clientWidth - x + AWAY}px` : '',
      top: isLow ? '' : `${y + AWAY}px`,
      bottom: isLow ? `${box.clientHeight - y + AWAY}px` : '',
      background: colour('chart-label'),
      color: colour('chart-label-text'),
      fontFamily: colour('chart-font'),
    });
  }

  hide(): void {
    this.element.style.display = 'none';
  }

  remove(): void {
    this.element.remove();
  }
}
