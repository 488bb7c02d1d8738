/** How far a room was read: told to the server after a moment, so that scrolling is one word and not fifty. */
import { data, type Schemas } from '../api/http';
import type { Message } from './contract';
import type { Core } from './core';

const TELL_MS = 400;
/** Longer than telling takes. */
const FRESH_MS = 5_000;

export class ReadMark {
  #core: Core;
  #roomId: string;
  #wanted: Message | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #movedAt = 0;
  #took: (state: Schemas['ReadState']) => void;

  constructor(core: Core, roomId: string, took: (state: Schemas['ReadState']) => void) {
    this.#core = core;
    this.#roomId = roomId;
    this.#took = took;
  }

  /** Moved here a moment ago: what the server says of it may be older. */
  get isFresh(): boolean {
    return Date.now() - this.#movedAt < FRESH_MS;
  }

  /** Up to this message; never back. */
  to(message: Message): void {
    if (this.#wanted !== null && message.seq <= this.#wanted.seq) return;
    this.#wanted = message;
    this.#movedAt = Date.now();
    this.#timer ??= setTimeout(() => void this.#tell(), TELL_MS);
  }

  /** Everything there is. */
  async all(): Promise<void> {
    this.#forget();
    const params = { path: { room_id: this.#roomId } };
    this.#took(await data(this.#core.api.client.POST('/rooms/{room_id}/read', { params, body: {} })));
  }

  /** From this message on everything is unread again. */
  async back(message: Message): Promise<void> {
    this.#forget();
    const params = { path: { room_id: this.#roomId } };
    this.#took(await data(this.#core.api.client.POST('/rooms/{room_id}/unread', { params, body: { message_id: message.id } })));
  }

  /** At once, before the page goes or the room is left. */
  flush(): void {
    if (this.#wanted !== null) void this.#tell();
  }

  #forget(): void {
    this.#movedAt = Date.now();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted = null;
  }

  async #tell(): Promise<void> {
    const message = this.#wanted;
    this.#forget();
    if (message === null) return;
    try {
      const state = await this.#core.connection.request({ type: 'read_message', message_id: message.id });
      this.#took(state as Schemas['ReadState']);
    } catch {
      const params = { path: { room_id: this.#roomId } };
      await data(this.#core.api.client.POST('/rooms/{room_id}/read', { params, body: { message_id: message.id } }))
        .then(this.#took)
        // Offline: what comes next tells how far it was read.
        .catch(() => undefined);
    }
  }
}
