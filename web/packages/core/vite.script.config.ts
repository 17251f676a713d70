import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** One classic script with all in it: a page that loads it may write `<lw-chart>`. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  publicDir: false,
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    target: 'es2022',
    emptyOutDir: false,
    lib: {
      entry: 'src/element/define.ts',
      formats: ['iife'],
      name: 'ChandleryChart',
      fileName: () => 'chandlery-chart.js',
    },
  },
});
