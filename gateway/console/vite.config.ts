import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { noCircles } from './build/circles.ts';

// While developing, the pages come from here and everything else from a running platform.
const platform = process.env.DOSELINE_PLATFORM ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react(), noCircles()],
  build: {
    target: 'es2023',
    // The content security policy allows no data: addresses, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: {
    port: 5173,
    proxy: { '^/(doseline\\.|session|connect|openapi|api)': { target: platform } },
  },
});
