import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { moduleOf, published } from '../publish.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const ENTRIES = {
  '.': 'src/index.ts',
  './drawings': 'src/drawings/index.ts',
  './orders': 'src/orders/index.ts',
  './element': 'src/element/define.ts',
};

/** The modules for npm; lightweight-charts stays a dependency of its own. */
export default defineConfig({
  root: FOLDER,
  plugins: [published(FOLDER, ENTRIES, { sideEffects: ['./element.js', './chandlery-chart.js'] })],
  publicDir: false,
  build: {
    target: 'es2022',
    emptyOutDir: true,
    lib: {
      entry: Object.fromEntries(
        Object.entries(ENTRIES).map(([name, source]) => [moduleOf(name), source]),
      ),
      formats: ['es'],
    },
    rolldownOptions: { external: ['lightweight-charts'] },
  },
});
