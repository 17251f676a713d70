import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The server is asked through Vite, so it need not be told to let this page in.
const server = process.env.CHANDLERY_URL ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/api': server, '/ws': { target: server, ws: true } } },
});
