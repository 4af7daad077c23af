import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// During development the pages come from Vite and the API from a running gateway:
//   AGT_ADMIN=http://127.0.0.1:8046 npm run dev
const gateway = process.env.AGT_ADMIN ?? 'http://127.0.0.1:8046';

export default defineConfig({
  plugins: [react()],
  build: {
    // light-dark() and <dialog> are the newest things we rely on; WebKitGTK 2.44 has both.
    target: ['chrome123', 'safari17.5', 'firefox120'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What every page needs comes in two files; without this each icon that two pages share is a request of its own.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'libraries', test: /node_modules\/(?!uqr)/ },
            { name: 'base', test: /src\/(api|shared|styles|app\/(?!palette|sheet))\/?/ },
          ],
        },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    // The gateway admits only its own origin, so the proxy speaks in its name.
    proxy: { '/api': { target: gateway, changeOrigin: true, headers: { origin: gateway } } },
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'], testTimeout: 20_000 },
});
