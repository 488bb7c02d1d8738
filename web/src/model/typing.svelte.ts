import { SvelteMap } from 'svelte/reactivity';
import { data } from '../api/http';
import type { CompactUser } from './contract';
import type { Core } from './core';

/** One's own typing is told so often at most. */
const TELL_MS = 3000;
/** Nothing typed for so long is an end. */
const PAUSE_MS = 5000;

/** Who writes in a room now; and telling the others that one does. */
export class TypingState {
  #core: Core;
  #roomId: string;
  #until = new SvelteMap<string, ReturnType<typeof setTimeout>>();
  #toldAt = 0;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(core: Core, roomId: string) {
    this.#core = core;
    this.#roomId = roomId;
  }

  get users(): CompactUser[] {
    return [...this.#until.keys()].map((id) => this.#core.people.get(id)).filter((one) => one !== undefined);
  }

  came(userId: string, ms: number): void {
    if (userId === this.#core.me.id) return;
    clearTimeout(this.#until.get(userId));
    this.#until.set(userId, setTimeout(() => this.#until.delete(userId), Math.min(ms, 30_000)));
    if (!this.#core.people.get(userId)) void this.#core.people.load(userId).catch(() => undefined);
  }

  ended(userId: string): void {
    clearTimeout(this.#until.get(userId));
    this.#until.delete(userId);
  }

  typed(): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.stop(), PAUSE_MS);
    if (Date.now() - this.#toldAt < TELL_MS) return;
    this.#toldAt = Date.now();
    this.#say(true);
  }

  /** Told only where a start was. */
  stop(): void {
    this.#quiet();
    if (this.#toldAt === 0) return;
    this.#toldAt = 0;
    this.#say(false);
  }

  /** A message ends it at the server by itself. */
  sent(): void {
    this.#quiet();
    this.#toldAt = 0;
  }

  #say(typing: boolean): void {
    const { connection, api } = this.#core;
    const sent = connection.send({ type: typing ? 'typing_start' : 'typing_stop', room_id: this.#roomId });
    if (sent || connection.state !== 'polling') return;
    const params = { path: { room_id: this.#roomId } };
    void data(api.client.POST('/rooms/{room_id}/typing', { params, body: { typing } })).catch(() => undefined);
  }

  #quiet(): void {
    clearTimeout(this.#pause);
  }

  clear(): void {
    this.#quiet();
    for (const timer of this.#until.values()) clearTimeout(timer);
    this.#until.clear();
  }
}
