import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import './vite/guards.ts';
import { serviceWorker } from './vite/worker.ts';

/** Where `npm run dev` finds a running stack (`cargo xtask up`). */
const stack = process.env.PARLANCE_URL ?? 'http://127.0.0.1:3000';

/** Everything the API answers; the app lives behind `/` and `#`. */
const api =
  '^/(auth|users|rooms|messages|invites|notifications|attachments|search|sync|bootstrap|moderation|push|healthz|openapi\\.json|ws)(/|\\?|$)';

export default defineConfig({
  plugins: [
    svelte(),
    paraglideVitePlugin({
      project: './project.inlang',
      outdir: './src/messages',
      strategy: ['localStorage', 'preferredLanguage', 'baseLocale'],
    }),
    serviceWorker(),
  ],
  build: { target: 'es2023', assetsInlineLimit: 0 },
  server: { proxy: { [api]: { target: stack, ws: true, changeOrigin: true } } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
