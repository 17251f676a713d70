import { Client, Socket } from '@chandlery/chart-core';
import { beforeEach, expect, test } from 'vitest';
import { AlertBook } from '../src/alerts/book';
import { Desk } from '../src/desk';

const desk = () => new Desk(new Client(), new Socket('', { page: 'http://a/' }), '/', {});

beforeEach(() => localStorage.clear());

test('keys are kept for a dialog that is on its way, and no others', () => {
  const own = desk();
  own.open({ name: 'search', text: '', use: 'show' });
  expect(['b', 'Tab', 'F5', 't'].map((key) => own.typeAhead(key))).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect(own.opened.get()).toMatchObject({ text: 'bt' });
  own.open({ name: 'help' });
  expect([own.typeAhead('x'), own.typeAhead('Escape')]).toEqual([false, true]);
  expect(own.opened.get()).toBeNull();
});

test('alerts are set on pages without HTTPS too', () => {
  const { randomUUID } = crypto;
  Object.assign(crypto, { randomUUID: undefined });
  try {
    const own = desk();
    own.socket.subscribe = () => () => undefined;
    const book = new AlertBook(own);
    expect(book.add('A:B', 5, '')).toBe(true);
    expect(book.add('A:B', 6, '')).toBe(true);
    expect(new Set(book.list.get().map(({ id }) => id)).size).toBe(2);
  } finally {
    Object.assign(crypto, { randomUUID });
  }
});
