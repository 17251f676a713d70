import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const SERVER = process.env.CHANDLERY_URL ?? 'http://127.0.0.1:8000';
const OUT = fileURLToPath(new URL('../../src/chandlery/static', import.meta.url));
const LEAST_BYTES = 1_024;

const VERSION = (
  JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string }
).version;

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Writes each file compressed beside itself, so that no server has to do it again and again. */
function precompressed(): Plugin {
  let out = OUT;
  return {
    name: 'precompressed',
    apply: 'build',
    configResolved(config) {
      out = resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (!entry.isFile() || !/\.(js|css|html|svg|json|txt|webmanifest)$/.test(path)) continue;
        const body = readFileSync(path);
        if (body.length < LEAST_BYTES) continue;
        writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }));
        writeFileSync(`${path}.br`, brotliCompressSync(body));
      }
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), precompressed()],
  // 68 KB gzip of React become 7: the chart page's budget goes to the chart. The components of
  // `packages/react` are tested with React itself.
  resolve: {
    alias: [
      { find: /^react-dom\/client$/, replacement: 'preact/compat/client' },
      { find: /^react-dom$/, replacement: 'preact/compat' },
      { find: /^react$/, replacement: 'preact/compat' },
      { find: /^react\/jsx-runtime$/, replacement: 'preact/jsx-runtime' },
      { find: /^react\/jsx-dev-runtime$/, replacement: 'preact/jsx-dev-runtime' },
    ],
  },
  define: { __VERSION__: JSON.stringify(VERSION) },
  // Relative, so that the app also works below a path of a static host: see <base> in the pages.
  base: './',
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: [page('index.html'), page('admin.html')],
    },
  },
  server: {
    fs: { allow: [fileURLToPath(new URL('../..', import.meta.url))] },
    proxy: { '/api': SERVER, '/udf': SERVER, '/ws': { target: SERVER, ws: true } },
  },
});
