/** What the browser keeps for us. Anybody may have written it, and a full or closed store is no fault. */

const PREFIX = 'chandlery.';
const MOST_CHARACTERS = 500_000;

/** A value in the browser's store; `check` returns null for what it cannot be. */
export interface Kept<Value> {
  read(): Value;
  /** Returns whether it could be kept. */
  write(value: Value): boolean;
}

export function kept<Value>(
  name: string,
  without: Value,
  check: (found: unknown) => Value | null,
  store: () => Storage = () => localStorage,
): Kept<Value> {
  const key = PREFIX + name;
  return {
    read() {
      try {
        const text = store().getItem(key);
        return (text === null ? null : check(JSON.parse(text))) ?? without;
      } catch {
        return without;
      }
    },
    write(value) {
      const text = JSON.stringify(value);
      if (text.length > MOST_CHARACTERS) return false;
      try {
        store().setItem(key, text);
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** Returns the texts of a list, each once and at most so many. */
export function textsOf(found: unknown, most: number): string[] | null {
  if (!Array.isArray(found)) return null;
  const texts = found.filter((item): item is string => typeof item === 'string' && item !== '');
  return [...new Set(texts)].slice(0, most);
}
