import type { ComponentType } from 'react';
import { expect, test } from 'vitest';
import { onDemand } from '../src/shell/onDemand';
import { Toasts } from '../src/ui/Toasts';
import { drawing } from './box';

const { draw, end } = drawing();

async function shown(Part: ComponentType<{ missing?: () => void }>, missing: () => void) {
  const box = await draw(
    <>
      <Part missing={missing} />
      <Toasts />
    </>,
  );
  return box.textContent;
}

test('code that cannot be loaded is told of, and asked for again', async () => {
  let isThere = false;
  const load = async () => {
    if (!isThere) throw new TypeError('Failed to fetch dynamically imported module');
    return { default: () => <p>here</p> };
  };
  const Part = onDemand(load);
  let given = 0;
  expect(await shown(Part, () => given++)).toMatch(/cannot be loaded.*Load the page again/);
  expect(given).toBe(1);
  await end();
  isThere = true;
  expect(await shown(Part, () => given++)).toContain('here');
});
