import { isolated } from './isolated';
import type { Stop } from './types';

/**
 * A value that can be watched. `get` and `watch` are what React's `useSyncExternalStore` asks for, so
 * no other state library is needed.
 */
export class Signal<Value> {
  private readonly watchers = new Set<() => void>();

  constructor(
    private value: Value,
    private readonly isSame: (a: Value, b: Value) => boolean = Object.is,
  ) {}

  readonly get = (): Value => this.value;

  set(value: Value): void {
    if (this.isSame(this.value, value)) return;
    this.value = value;
    for (const watcher of [...this.watchers]) isolated(watcher);
  }

  readonly watch = (watcher: () => void): Stop => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };
}
