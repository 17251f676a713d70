// @vitest-environment node
import { expect, test } from 'vitest';
import { Recent } from '../src/recent';

test('the latest are known, and what was longest not touched is forgotten', () => {
  const recent = new Recent<string, number>(3);
  for (const [at, key] of ['a', 'b', 'c', 'a', 'd'].entries()) recent.set(key, at);
  expect(['a', 'b', 'c', 'd'].map((key) => recent.get(key))).toEqual([3, undefined, 2, 4]);
});
