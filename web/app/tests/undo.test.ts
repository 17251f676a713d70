import { expect, test } from 'vitest';
import { Undo } from '../src/layout/undo';

function counter() {
  const undo = new Undo();
  const state = { value: 0 };
  const set = (value: number) => {
    const before = state.value;
    state.value = value;
    undo.push({ undo: () => set(before), redo: () => set(value) });
  };
  return { undo, state, set };
}

test('steps are undone and done again in order', () => {
  const { undo, state, set } = counter();
  set(1);
  set(2);
  undo.undo();
  expect(state.value).toBe(1);
  undo.undo();
  expect([state.value, undo.can.get()]).toEqual([0, { undo: false, redo: true }]);
  undo.redo();
  undo.redo();
  expect([state.value, undo.can.get()]).toEqual([2, { undo: true, redo: false }]);
});

test('something new after an undo is the end of what could be done again', () => {
  const { undo, state, set } = counter();
  set(1);
  undo.undo();
  set(5);
  undo.redo();
  expect([state.value, undo.can.get().redo]).toEqual([5, false]);
});

test('only so many steps are kept', () => {
  const { undo, state, set } = counter();
  for (let value = 1; value <= 250; value++) set(value);
  while (undo.can.get().undo) undo.undo();
  expect(state.value).toBe(50);
});

test('a step that had nothing left to do is passed over and forgotten', () => {
  const { undo, state, set } = counter();
  set(1);
  undo.push({ undo: () => false, redo: () => false });
  undo.undo();
  expect(state.value).toBe(0);
  undo.redo();
  expect([state.value, undo.can.get()]).toEqual([1, { undo: true, redo: false }]);
});
