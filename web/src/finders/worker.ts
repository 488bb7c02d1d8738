/** The service worker seen from the page: registering it, and telling of a new version. */
import { m } from '../messages/messages.js';
import { toast } from '../ui/toast.svelte';

const look_ms = 60 * 60 * 1000;
const take_over_ms = 3000;

// TypeScript's DOM does not know trusted types yet.
interface Factory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

/** The worker's address as the page's policy wants it: a `TrustedScriptURL`, for this one address only. */
function address(): string {
  const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
  const policy = factory?.createPolicy('parlance-worker', {
    createScriptURL: (url) => {
      if (url !== '/sw.js') throw new TypeError('no other worker');
      return url;
    },
  });
  return policy ? policy.createScriptURL('/sw.js') : '/sw.js';
}

let started = false;

/** Registers the worker of a built app, once; the development server has none. */
export async function startWorker(): Promise<void> {
  if (started || !import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  started = true;
  const workers = navigator.serviceWorker;
  const registration = await workers.register(address());
  const offer = () => {
    const waiting = registration.waiting;
    if (!waiting || !workers.controller) return;
    const run = () => {
      // Only when it serves: a reload before that would bring the old version again.
      waiting.addEventListener('statechange', () => waiting.state === 'activated' && location.reload());
      // The old one may still be busy with an answer; the reload then ends that, and the new one takes its place.
      setTimeout(() => location.reload(), take_over_ms);
      waiting.postMessage('take over');
    };
    toast(m.finders_new_version(), { action: { label: m.finders_reload(), run } });
  };
  offer();
  registration.addEventListener('updatefound', () => {
    const coming = registration.installing;
    coming?.addEventListener('statechange', () => coming.state === 'installed' && offer());
  });
  setInterval(() => void registration.update().catch(() => undefined), look_ms);
}
