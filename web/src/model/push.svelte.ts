import { data } from '../api/http';
import { Problem } from '../api/problem';
import type { PushModel } from './contract';
import type { Core } from './core';

/** The id of this device's subscription at the server; there as long as the user wants to be told here. */
const FACT = 'push';

/** The development server has no worker, and without one nothing can be pushed to. */
const possible = (): boolean =>
  import.meta.env.PROD && 'PushManager' in globalThis && 'Notification' in globalThis && 'serviceWorker' in navigator;

/** The browser's subscription, whoever made it. */
async function subscription(): Promise<PushSubscription | null> {
  const worker = await navigator.serviceWorker.getRegistration();
  return (await worker?.pushManager.getSubscription()) ?? null;
}

/** Ends the browser's subscription: whatever the server still sends comes to nobody. */
export async function unsubscribe(): Promise<void> {
  if (possible()) await (await subscription())?.unsubscribe();
}

/** Web Push on this device. */
export class PushState implements PushModel {
  #core: Core;
  #started = false;
  state: PushModel['state'] = $state(null);

  constructor(core: Core) {
    this.#core = core;
  }

  async look(): Promise<void> {
    if (!possible()) this.state = 'unsupported';
    else if ((await this.#key()) === null) this.state = 'absent';
    else this.state = (await this.#wished()) !== undefined && (await subscription()) ? 'on' : 'off';
  }

  async turnOn(): Promise<void> {
    const key = await this.#key();
    if (key === null) {
      this.state = 'absent';
      return;
    }
    const { pushManager } = await navigator.serviceWorker.ready;
    let made = await pushManager.getSubscription();
    if (made && base64url(made.options.applicationServerKey) !== key) {
      await made.unsubscribe();
      made = null;
    }
    made ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }).catch((error: unknown) => {
      throw new Problem('push_unreachable', 0, String(error));
    });
    const { endpoint = '', keys, expirationTime: expiration_time = null } = made.toJSON();
    const body = { endpoint, keys: { p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '' }, expiration_time };
    const { id } = await data(this.#core.api.client.PUT('/push/subscriptions', { body }));
    const before = await this.#wished();
    await this.#core.cache.keepFact(FACT, id);
    this.state = 'on';
    if (before !== undefined && before !== id) await this.#remove(before).catch(() => undefined);
  }

  async turnOff(): Promise<void> {
    const id = await this.#wished();
    // Either is enough: the server is told by the push service that there is nobody any more.
    const ends = await Promise.allSettled([unsubscribe(), id === undefined ? undefined : this.#remove(id)]);
    const [failed] = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    if (failed !== undefined && ends.every(({ status }) => status === 'rejected')) throw failed;
    await this.#core.cache.keepFact(FACT, undefined);
    if (this.state === 'on') this.state = 'off';
  }

  /** Renews once for each start of the app; call it with every connection, for the first may have failed. */
  async start(): Promise<void> {
    if (this.#started) return;
    await this.renew();
    this.#started = true;
  }

  async renew(): Promise<void> {
    if (!possible()) return;
    if ((await this.#wished()) === undefined) {
      // Left behind by a session that ended while no page was open, maybe somebody else's.
      await unsubscribe();
    } else if (Notification.permission === 'granted') await this.turnOn();
    else await this.turnOff();
  }

  async #wished(): Promise<string | undefined> {
    return (await this.#core.cache.fact(FACT)) as string | undefined;
  }

  async #key(): Promise<string | null> {
    return (await data(this.#core.api.client.GET('/push/key'))).key;
  }

  async #remove(id: string): Promise<void> {
    const params = { path: { subscription_id: id } };
    await data(this.#core.api.client.DELETE('/push/subscriptions/{subscription_id}', { params })).catch((error: unknown) => {
      if ((error as Problem).code !== 'not_found') throw error;
    });
  }
}

function base64url(bytes: ArrayBuffer | null): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0))));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
