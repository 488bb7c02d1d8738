/**
 * Web Push without the push service of a browser's maker: a receiver on this machine takes its place, and what it gets
 * is read as a browser would read it (RFC 8291) and handed to the service worker by the debugger.
 */
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';
import { eventually } from './wait';

const text = (label: string) => Buffer.from(`${label}\0`, 'latin1');

/** One push service with one browser that subscribes there. */
export class PushService {
  #keys = createECDH('prime256v1');
  #auth = randomBytes(16);
  #posted: Buffer[] = [];
  #server = createServer((request, answer) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      this.#posted.push(Buffer.concat(parts));
      answer.writeHead(201).end();
    });
  });

  static async start(): Promise<PushService> {
    const service = new PushService();
    service.#keys.generateKeys();
    await new Promise<void>((done) => service.#server.listen(0, '127.0.0.1', done));
    return service;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Lets a browser subscribe here: in place of its own `PushManager`, which needs its maker's service. */
  async take(context: BrowserContext): Promise<void> {
    const { port } = this.#server.address() as AddressInfo;
    const keys = { p256dh: this.#keys.getPublicKey('base64url'), auth: this.#auth.toString('base64url') };
    await context.addInitScript(
      ({ origin, keys }) => {
        const bytes = (base64: string) => Uint8Array.from(atob(base64.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0)).buffer;
        PushManager.prototype.getSubscription = async () => {
          const { endpoint, key } = JSON.parse(localStorage.getItem('test.push') ?? '{}') as { endpoint?: string; key: string };
          if (!endpoint) return null;
          const json = { endpoint, keys, expirationTime: null };
          const unsubscribe = async () => (localStorage.removeItem('test.push'), true);
          return { ...json, options: { applicationServerKey: bytes(key), userVisibleOnly: true }, toJSON: () => json, unsubscribe } as unknown as PushSubscription;
        };
        PushManager.prototype.subscribe = async function (options) {
          const endpoint = `${origin}/${crypto.randomUUID()}`;
          localStorage.setItem('test.push', JSON.stringify({ endpoint, key: options?.applicationServerKey }));
          return (await this.getSubscription()) as PushSubscription;
        };
      },
      { origin: `http://127.0.0.1:${port}`, keys },
    );
  }

  /** What has been pushed so far, as a browser reads it. */
  get pushed(): string[] {
    return this.#posted.map((body) => this.#read(body));
  }

  #read(body: Buffer): string {
    const salt = body.subarray(0, 16);
    const sender = body.subarray(21, 21 + (body[20] ?? 0));
    const sealed = body.subarray(21 + sender.length);
    const info = Buffer.concat([text('WebPush: info'), this.#keys.getPublicKey(), sender]);
    const secret = hkdfSync('sha256', this.#keys.computeSecret(sender), this.#auth, info, 32);
    const part = (label: string, length: number) => Buffer.from(hkdfSync('sha256', Buffer.from(secret), salt, text(`Content-Encoding: ${label}`), length));
    const cipher = createDecipheriv('aes-128-gcm', part('aes128gcm', 16), part('nonce', 12));
    cipher.setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
    // What stands after the delimiter is padding.
    return plain.subarray(0, plain.lastIndexOf(2)).toString('utf8');
  }
}

/** Brings a push to the page's service worker, as the browser would. */
export async function courier(page: Page): Promise<(message: string) => Promise<void>> {
  const debug = await page.context().newCDPSession(page);
  let registrationId: string | undefined;
  debug.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    registrationId = registrations.findLast(({ isDeleted, scopeURL }) => !isDeleted && page.url().startsWith(scopeURL))?.registrationId ?? registrationId;
  });
  await debug.send('ServiceWorker.enable');
  await eventually(async () => {
    if (registrationId === undefined) throw new Error('no service worker is registered');
  });
  return async (data) => {
    await debug.send('ServiceWorker.deliverPushMessage', { origin: new URL(page.url()).origin, registrationId: registrationId ?? '', data });
  };
}

/** The notifications that the browser shows for the page's worker. */
export async function shown(page: Page): Promise<{ title: string; body: string; tag: string }[]> {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications()).map(({ title, body, tag }) => ({ title, body, tag }));
  });
}
