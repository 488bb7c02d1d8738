/** The service worker seen from the page: registering it, telling of a new version, going over to it. */
import { m } from '../messages/messages.js';
import { toast } from '../ui/toast.svelte';

const look_ms = 60 * 60 * 1000;
const take_over_ms = 3000;
/** There while somebody has asked for the new version and does not have it yet. */
const asked = 'parlance.reload';

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
let offered: (() => void) | undefined;

function offer(run: () => void): void {
  offered?.();
  offered = toast(m.finders_new_version(), { action: { label: m.finders_reload(), run } });
}

const versionOf = (page: string) => /<meta name="version" content="(\w+)"/.exec(page)?.[1];

/** Another worker may serve this page now than the one it came from: then it is of an old version. */
async function follow(registration: ServiceWorkerRegistration): Promise<void> {
  if (!navigator.serviceWorker.controller) return;
  const served = versionOf(await (await fetch('/')).text());
  if (served === document.querySelector<HTMLMetaElement>('meta[name=version]')?.content) {
    if (!registration.waiting) sessionStorage.removeItem(asked);
    return;
  }
  // Asked for in another tab: here somebody may be in the middle of something.
  if (sessionStorage.getItem(asked) === null) return offer(() => location.reload());
  sessionStorage.removeItem(asked);
  location.reload();
}

/** Registers the worker of a built app, once; the development server has none. */
export async function startWorker(): Promise<void> {
  if (started || !import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  started = true;
  const workers = navigator.serviceWorker;
  const registration = await workers.register(address());
  const look = () => {
    const { waiting } = registration;
    if (!waiting || !workers.controller) return;
    offer(() => {
      sessionStorage.setItem(asked, 'yes');
      waiting.postMessage('take over');
      // The old one may still be busy with an answer: a reload ends that. It may bring the old version once more.
      setTimeout(() => location.reload(), take_over_ms);
    });
  };
  look();
  const compare = () => void follow(registration).catch(() => undefined);
  compare();
  workers.addEventListener('controllerchange', compare);
  registration.addEventListener('updatefound', () => {
    const coming = registration.installing;
    coming?.addEventListener('statechange', () => coming.state === 'installed' && look());
  });
  setInterval(() => void registration.update().catch(() => undefined), look_ms);
}
