/** A device of one user in this process: its own storage, database names and socket, as a tab would have. */
import 'fake-indexeddb/auto';
import { Api, data } from '../../api/http';
import { Tokens, type TokenStorage } from '../../api/tokens';
import { Cache } from '../cache';
import { ChatState } from '../chat.svelte';

/** Web Locks of one process. */
class Locks {
  #chain = new Map<string, Promise<unknown>>();

  request(lock: string, work: () => Promise<unknown>): Promise<unknown> {
    const mine = (this.#chain.get(lock) ?? Promise.resolve()).then(work, work);
    this.#chain.set(lock, mine.catch(() => undefined));
    return mine;
  }
}

if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: { onLine: true, locks: new Locks() } });

let devices = 0;

export const URL_BASE = process.env.PARLANCE_URL ?? 'http://127.0.0.1:3101';

export function memory(): TokenStorage {
  const held = new Map<string, string>();
  return { getItem: (key) => held.get(key) ?? null, setItem: (key, value) => void held.set(key, value), removeItem: (key) => void held.delete(key) };
}

export function api(): Api {
  const made: Api = new Api(URL_BASE, new Tokens((refresh_token) => data(made.client.POST('/auth/refresh', { body: { refresh_token } })), memory()));
  return made;
}

export interface Device extends ChatState {
  /** Ends it, and starts it again from its cache; `meanwhile` runs in between. */
  again(meanwhile: () => Promise<void>, wait?: boolean): Promise<Device>;
}

export async function device(username: string, make = true): Promise<Device> {
  const one = api();
  const body = { username, password: 'correct horse battery' };
  const session = await data(make ? one.client.POST('/auth/register', { body }) : one.client.POST('/auth/login', { body }));
  one.tokens.keep(session);
  const me = { ...session.user, settings: { hides_read: false, hides_last_seen: false } };
  const cache = `${me.id}-${(devices += 1)}`;
  const start = async (wait: boolean): Promise<Device> => {
    const chat = new ChatState(one, me, new Cache(cache), () => Promise.resolve());
    void chat.start();
    if (wait) await until(() => chat.connection.state === 'connected' || chat.connection.state === 'polling');
    return Object.assign(chat, {
      again: async (meanwhile: () => Promise<void>, ready = true) => {
        chat.flush();
        await new Promise((resolve) => setTimeout(resolve, 200));
        chat.stop();
        await meanwhile();
        return start(ready);
      },
    });
  };
  return start(true);
}

export async function until(done: () => boolean, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!done()) {
    if (Date.now() > end) throw new Error(`waited in vain for ${done}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const name = (stem: string) => `${stem}_${Math.random().toString(36).slice(2, 8)}`;
