import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LEGAL = ['LICENSE', 'THIRD_PARTY_NOTICES'];

/** Source files by the name under which they are imported, such as `./orders`. */
export type Entries = Readonly<Record<string, string>>;

/** The name of a module in `dist`. */
export const moduleOf = (name: string): string => (name === '.' ? 'index' : name.slice(2));

/**
 * Makes `dist` what is published: in the workspace a package is its sources, on npm it is modules and
 * types, with the licences of what is in it.
 */
export function published(folder: string, entries: Entries, more: object = {}): Plugin {
  return {
    name: 'published',
    apply: 'build',
    closeBundle() {
      const dist = join(folder, 'dist');
      const own = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const exports = Object.fromEntries(
        Object.entries(entries).map(([name, source]) => {
          const types = source.replace(/^src\//, './types/').replace(/\.tsx?$/, '.d.ts');
          return [name, { types, default: `./${moduleOf(name)}.js` }];
        }),
      );
      mkdirSync(dist, { recursive: true });
      const text = JSON.stringify({ ...own, ...more, exports }, null, 2);
      writeFileSync(join(dist, 'package.json'), `${text}\n`);
      for (const file of LEGAL) copyFileSync(join(ROOT, file), join(dist, file));
    },
  };
}
