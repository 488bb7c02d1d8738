import { data, type Schemas } from '../api/http';
import { upload } from '../api/upload';
import type { Account, OwnUser } from './contract';
import type { Core } from './core';

const PUSH_MS_MAX = 3000;

/** Whoever is signed in. */
export class AccountState implements Account {
  #core: Core;
  me: OwnUser = $state.raw() as OwnUser;
  moderator = $state(false);

  constructor(core: Core, me: OwnUser) {
    this.#core = core;
    this.me = me;
  }

  /** What the server says of oneself. */
  set(me: OwnUser): void {
    this.me = me;
    this.#core.people.learn(me);
    void this.#core.cache.keepFact('me', me);
  }

  async update(change: Schemas['UpdateMeBody']): Promise<void> {
    const before = this.me;
    const { settings, ...rest } = change;
    const shown = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null && value !== undefined));
    const chosen = Object.fromEntries(Object.entries(settings ?? {}).filter(([, value]) => typeof value === 'boolean'));
    this.set({ ...before, ...shown, settings: { ...before.settings, ...chosen } });
    try {
      this.set(await data(this.#core.api.client.PATCH('/users/me', { body: change })));
    } catch (error) {
      this.set(before);
      throw error;
    }
  }

  async setAvatar(file: File | null): Promise<void> {
    if (file === null) return this.update({ avatar_url: null });
    const stored = await upload(this.#core.api, file, crypto.randomUUID(), () => undefined, new AbortController().signal);
    await this.update({ avatar_url: stored.url });
  }

  async changePassword(current: string, next: string): Promise<void> {
    await data(this.#core.api.client.POST('/auth/password', { body: { current_password: current, new_password: next } }));
  }

  async devices(): Promise<Schemas['Device'][]> {
    return (await data(this.#core.api.client.GET('/auth/sessions'))).sessions;
  }

  async endDevice(id: string): Promise<void> {
    await data(this.#core.api.client.DELETE('/auth/sessions/{session_id}', { params: { path: { session_id: id } } }));
  }

  async deactivate(password: string): Promise<void> {
    await data(this.#core.api.client.POST('/users/me/deactivate', { body: { password } }));
    await this.#core.leave();
  }

  async signOut(): Promise<void> {
    this.#core.settle();
    // Nobody waits for a push service to sign out; the server ends its part with the session.
    const patience = new Promise((later) => setTimeout(later, PUSH_MS_MAX));
    await Promise.race([this.#core.push.turnOff().catch(() => undefined), patience]);
    // Without an answer the tokens are forgotten all the same.
    await data(this.#core.api.client.POST('/auth/logout')).catch(() => undefined);
    await this.#core.leave();
  }

  async load(): Promise<void> {
    const me = await data(this.#core.api.client.GET('/auth/me'));
    this.moderator = me.moderator;
    void this.#core.cache.keepFact('moderator', me.moderator);
  }
}
