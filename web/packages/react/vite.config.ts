import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { published } from '../publish.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** The module for npm; React and the chart core stay dependencies of their own. */
export default defineConfig({
  root: FOLDER,
  plugins: [published(FOLDER, { '.': 'src/index.ts' })],
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic' } },
  build: {
    target: 'es2022',
    emptyOutDir: true,
    lib: { entry: { index: 'src/index.ts' }, formats: ['es'] },
    rolldownOptions: { external: [/^react(-dom)?(\/|$)/, /^@chandlery\/chart-core/] },
  },
});
