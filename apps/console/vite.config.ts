import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  root: here,
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('../../dist/apps/console', import.meta.url)),
    emptyOutDir: true,
    // Everything stays a file of its own: the content security policy allows no inlined data where a file will do.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The map is a chunk of its own that loads after the alarms.
    chunkSizeWarningLimit: 1_500,
    // On a slow machine it would tell everybody who starts the platform which plugin took long.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: { proxy: { '/v1': 'http://127.0.0.1:3000' } },
});
