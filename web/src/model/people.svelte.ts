import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { data, type Schemas } from '../api/http';
import type { Person } from './cache';
import type { CompactUser, People, User } from './contract';
import type { Core } from './core';

/** Everybody who was seen, by id. */
export class PeopleState implements People {
  #core: Core;
  #known = new SvelteMap<string, Person>();
  #blocked = new SvelteSet<string>();
  /** When presence was last told of somebody: of two events the later one counts. */
  #told = new Map<string, string>();
  #changed = new Set<string>();

  constructor(core: Core) {
    this.#core = core;
  }

  get(id: string): Person | undefined {
    return this.#known.get(id);
  }

  /** Somebody was named: keeps name and picture. */
  saw(user: CompactUser): void {
    const held = this.#known.get(user.id);
    if (
      held !== undefined &&
      held.display_name === user.display_name &&
      held.avatar_url === user.avatar_url &&
      held.username === user.username &&
      held.deactivated === user.deactivated
    )
      return;
    const { id, username, display_name, avatar_url, deactivated } = user;
    this.#set({ ...held, id, username, display_name, avatar_url, deactivated });
  }

  /** A whole profile, or a part of one. */
  learn(person: Partial<Person> & { id: string }): void {
    const held = this.#known.get(person.id);
    if (held === undefined && person.username === undefined) return;
    this.#set({ ...held, ...person } as Person);
  }

  presence(event: Schemas['PresenceUpdated'], ts: string): void {
    if ((this.#told.get(event.user_id) ?? '') > ts) return;
    this.#told.set(event.user_id, ts);
    const { user_id: id, status, status_message, status_emoji, status_expires_at, last_active_at } = event;
    this.learn({ id, status, status_message, status_emoji, status_expires_at, ...(last_active_at && { last_seen: last_active_at }) });
  }

  async load(id: string): Promise<User> {
    const user = await data(this.#core.api.client.GET('/users/{user_id}', { params: { path: { user_id: id } } }));
    this.learn(user);
    return user;
  }

  async search(text: string): Promise<User[]> {
    const q = text.trim().slice(0, 50);
    if (q === '') return [];
    const { users } = await data(this.#core.api.client.GET('/users/search', { params: { query: { q, limit: 20 } } }));
    for (const user of users) this.learn(user);
    return users;
  }

  isBlocked(id: string): boolean {
    return this.#blocked.has(id);
  }

  get blocked(): CompactUser[] {
    return [...this.#blocked].map(
      (id) => this.#known.get(id) ?? { id, username: '', display_name: '…', avatar_url: null, deactivated: false },
    );
  }

  /** The list as the server has it; whoever is not known by name is asked for. */
  setBlocked(ids: string[]): void {
    for (const id of this.#blocked) if (!ids.includes(id)) this.#blocked.delete(id);
    for (const id of ids) this.#blocked.add(id);
    void this.#core.cache.keepFact('blocks', ids);
  }

  /** The names of those who are blocked and were never seen: for the page that lists them. */
  async loadBlocked(): Promise<void> {
    const { blocks } = await data(this.#core.api.client.GET('/users/me/blocks'));
    for (const { user } of blocks) this.saw(user);
    this.setBlocked(blocks.map(({ user }) => user.id));
  }

  markBlocked(id: string, blocked: boolean): void {
    if (blocked) this.#blocked.add(id);
    else this.#blocked.delete(id);
    void this.#core.cache.keepFact('blocks', [...this.#blocked]);
    if (blocked && !this.#known.has(id)) void this.load(id).catch(() => undefined);
  }

  async block(id: string): Promise<void> {
    this.markBlocked(id, true);
    try {
      await data(this.#core.api.client.PUT('/users/{user_id}/block', { params: { path: { user_id: id } } }));
    } catch (error) {
      this.markBlocked(id, false);
      throw error;
    }
  }

  async unblock(id: string): Promise<void> {
    this.markBlocked(id, false);
    try {
      await data(this.#core.api.client.DELETE('/users/{user_id}/block', { params: { path: { user_id: id } } }));
    } catch (error) {
      this.markBlocked(id, true);
      throw error;
    }
  }

  /** From the cache: what was learned meanwhile is newer. */
  restore(people: Person[]): void {
    // Presence of an earlier day says nothing about now.
    for (const { status: _, ...person } of people) if (!this.#known.has(person.id)) this.#known.set(person.id, person);
  }

  /** Those who have changed since the last call, for the cache. */
  takeChanged(): Person[] {
    const people = [...this.#changed].map((id) => $state.snapshot(this.#known.get(id))).filter((one) => one !== undefined);
    this.#changed.clear();
    return people as Person[];
  }

  #set(person: Person): void {
    this.#known.set(person.id, person);
    this.#changed.add(person.id);
  }
}
