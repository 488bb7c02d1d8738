import { Api, data, type Schemas } from '../api/http';
import { deleteDB } from 'idb';
import { Cache } from './cache';
import { ChatState } from './chat.svelte';
import type { Chat, OwnUser, Session } from './contract';
import { unsubscribe } from './push.svelte';

/** Whose data this device keeps. */
const OWNER = 'parlance.owner';

const NO_SETTINGS: OwnUser['settings'] = { hides_read: false, hides_last_seen: false };

/** Signing in and out. */
export class SessionState implements Session {
  #api: Api;
  #chat: ChatState | null = $state.raw(null);
  notice: 'expired' | 'signed_out_elsewhere' | null = $state.raw(null);
  /** True until it is known whether somebody is signed in: a moment. */
  restoring = $state(false);

  constructor(api: Api) {
    this.#api = api;
    api.tokens.onEnded = (why) => {
      this.notice = why;
      void unsubscribe().catch(() => undefined);
      void this.#close(why === 'signed_out_elsewhere');
    };
    api.tokens.onChanged = () => void this.#follow();
    globalThis.addEventListener?.('pagehide', () => this.#chat?.flush(true));
    globalThis.document?.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.#chat?.flush();
    });
  }

  get chat(): Chat | null {
    return this.#chat;
  }

  /** Takes up the session that is kept, if there is one. */
  async restore(): Promise<void> {
    const kept = this.#api.tokens.kept;
    if (!kept) return;
    this.restoring = true;
    try {
      const cache = new Cache(kept.user_id);
      const cached = (await cache.fact('me')) as OwnUser | undefined;
      const me = cached ?? (await data(this.#api.client.GET('/auth/me')).catch(() => undefined)) ?? unknownUser(kept.user_id);
      if (this.#api.tokens.kept?.user_id === kept.user_id && this.#chat === null) this.#open(me, cache);
    } finally {
      this.restoring = false;
    }
  }

  async signIn(username: string, password: string): Promise<void> {
    await this.#enter(await data(this.#api.client.POST('/auth/login', { body: { username, password } })));
  }

  async register(username: string, password: string, displayName?: string): Promise<void> {
    const body = { username, password, ...(displayName?.trim() && { display_name: displayName.trim() }) };
    await this.#enter(await data(this.#api.client.POST('/auth/register', { body })));
  }

  async reactivate(username: string, password: string): Promise<void> {
    await this.#enter(await data(this.#api.client.POST('/auth/reactivate', { body: { username, password } })));
  }

  async #enter(session: Schemas['Session']): Promise<void> {
    this.notice = null;
    await this.#close(false);
    const owner = localStorage.getItem(OWNER);
    if (owner !== null && owner !== session.user.id) await forget(owner);
    this.#api.tokens.keep(session);
    this.#open({ ...session.user, settings: NO_SETTINGS }, new Cache(session.user.id));
  }

  #open(me: OwnUser, cache: Cache): void {
    localStorage.setItem(OWNER, me.id);
    this.#api.tokens.owner = me.id;
    const chat = new ChatState(this.#api, me, cache, () => this.#leave());
    this.#chat = chat;
    void chat.start();
  }

  /** The user's own wish: everything of theirs is deleted from this device. */
  async #leave(): Promise<void> {
    this.notice = null;
    this.#api.tokens.forget();
    void unsubscribe().catch(() => undefined);
    await this.#close(true);
  }

  /** Ends the chat; with `wipe`, what is kept of it too. */
  async #close(wipe: boolean): Promise<void> {
    const chat = this.#chat;
    if (chat === null) return;
    this.#chat = null;
    this.#api.tokens.owner = null;
    if (!wipe) chat.flush();
    if (wipe) await chat.clearOutbox();
    chat.stop();
    if (wipe) await forget(chat.account.me.id);
    else await chat.core.cache.close();
  }

  /** Another tab has signed in or out. */
  async #follow(): Promise<void> {
    const kept = this.#api.tokens.kept;
    const mine = this.#chat?.account.me.id;
    if (kept?.user_id === mine) return;
    // The tab that signed out deletes what was kept: nothing is written any more.
    this.#chat?.stop();
    await this.#close(false);
    if (kept) await this.restore();
  }
}

async function forget(userId: string): Promise<void> {
  await new Cache(userId).destroy();
  await deleteDB(`parlance-outbox-${userId}`).catch(() => undefined);
  if (localStorage.getItem(OWNER) === userId) localStorage.removeItem(OWNER);
}

function unknownUser(id: string): OwnUser {
  return {
    id,
    username: '',
    display_name: '',
    avatar_url: null,
    deactivated: false,
    created_at: new Date().toISOString(),
    last_seen: null,
    status: 'online',
    status_message: null,
    status_emoji: null,
    status_expires_at: null,
    settings: NO_SETTINGS,
  };
}
