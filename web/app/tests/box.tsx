import { act, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach } from 'vitest';

/** Somewhere to draw, for each test of a file anew; what is drawn ends with the test at the latest. */
export function drawing() {
  let box: HTMLElement;
  let end: () => void;
  beforeEach(() => {
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
    box = document.createElement('div');
  });
  afterEach(() => act(async () => end()));

  /** Draws something; returns where. */
  async function draw(node: ReactNode): Promise<HTMLElement> {
    const root = createRoot(box);
    end = () => root.unmount();
    await act(async () => root.render(node));
    return box;
  }
  return { draw, end: () => act(async () => end()) };
}
