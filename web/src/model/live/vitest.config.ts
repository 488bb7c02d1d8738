/**
 * Watches the model against a running stack; no part of the normal run.
 * `NODE_OPTIONS=--experimental-websocket PARLANCE_URL=http://127.0.0.1:3101 npx vitest run --config src/model/live/vitest.config.ts`
 */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte({ configFile: false })],
  test: { include: ['src/model/live/*.live.ts'], environment: 'node', testTimeout: 60_000, pool: 'forks' },
});
