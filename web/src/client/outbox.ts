/**
 * Messages on their way: each room's leave in the order they were written, one at a time, by one tab; they survive
 * reloads, and none is ever sent twice.
 *
 * Never twice: a message keeps its `client_id` over network errors, 5xx and 429, and the server answers a repeat with
 * what the first try made. It remembers for a day; older uncertain ones are not tried again by themselves.
 * One tab: the sending of a room holds a Web Lock of that room, and reads the line anew inside it.
 */
import { Backoff } from './backoff';
import { OutboxStore, type Item } from './outbox_store';

/** Why sending failed, as far as the outbox needs to know. */
export interface SendFailure {
  code: string;
  detail?: string;
  /** It may work later, with the same `client_id`. */
  temporary: boolean;
  /** Milliseconds the server asked to wait. */
  retryAfter?: number | null;
  /** The whole account is to wait (a rate limit), not this room alone. */
  everywhere?: boolean;
}

export interface OutboxOptions<B, R> {
  /** The database; one for each user. */
  name: string;
  /** Sends one message. Rejects with anything; `failure` says what it means. */
  send(item: Item<B>): Promise<R>;
  failure(error: unknown): SendFailure;
  /** It has been sent; `answer` is what `send` resolved with. Not called in tabs that did not send it. */
  sent?(item: Item<B>, answer: R): void;
  /** The line has changed, here or in another tab: everything in it, oldest first. */
  changed?(items: Item<B>[]): void;
  locks?: LockManager | undefined;
  now?: () => number;
  random?: () => number;
}

/** The server remembers a key for 24 h; an hour less, for clocks that differ. */
const KEY_MS_MAX = 23 * 3_600_000;

/** A room's lock and its running work, where there are no Web Locks. */
type Chain = Map<string, Promise<unknown>>;

export class Outbox<B = unknown, R = unknown> {
  #options: OutboxOptions<B, R>;
  #store: OutboxStore<B>;
  #channel: BroadcastChannel | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #laterAt = Infinity;
  #running = new Set<string>();
  #again = new Set<string>();
  #chain: Chain = new Map();
  #sending = new Set<string>();
  #keys = new Set<string>();
  /** Nothing of the account leaves before this time. */
  #holdUntil = 0;
  #stopped = false;
  #now: () => number;

  constructor(options: OutboxOptions<B, R>) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#store = new OutboxStore<B>(options.name);
    if (typeof BroadcastChannel !== 'undefined') {
      this.#channel = new BroadcastChannel(options.name);
      this.#channel.onmessage = () => void this.#tell();
    }
    globalThis.addEventListener?.('online', this.#online);
  }

  /** Reads what an earlier page left behind, and goes on sending it. */
  async start(): Promise<void> {
    await this.#tell();
    await this.flush();
  }

  /** Adds a message to its room's line. Resolves when it is safe on the disk. */
  async add(room: string, body: B, key: string = crypto.randomUUID()): Promise<Item<B>> {
    const at = this.#now();
    const item = await this.#store.add({ key, room, clientId: key, body, at, triedAt: null, notBefore: 0, tries: 0, failure: null });
    await this.#changed();
    void this.#flushRoom(room);
    return item;
  }

  /** Tries a refused message again, under a new `client_id` and at the end of the line. */
  async retry(key: string): Promise<void> {
    const fresh = { clientId: crypto.randomUUID(), failure: null, notBefore: 0, tries: 0, triedAt: null };
    const item = await this.#store.toEnd(key, fresh);
    await this.#changed();
    if (item) void this.#flushRoom(item.room);
  }

  /** Takes a message back that has not been sent; false if it is being sent at this moment. */
  async discard(key: string): Promise<boolean> {
    if (this.#sending.has(key)) return false;
    await this.#store.remove(key);
    await this.#changed();
    return true;
  }

  /** Whether it was in the line when that was last read. */
  holds(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Whether this tab is sending it now. */
  isSending(key: string): boolean {
    return this.#sending.has(key);
  }

  /** Sends what is due, in all rooms. With `force`, waiting times are given up. */
  async flush(force = false): Promise<void> {
    if (force) this.#holdUntil = 0;
    const items = await this.#store.all();
    if (force) {
      for (const item of items) if (item.failure === null && item.notBefore > 0) await this.#store.change(item.key, { notBefore: 0 });
    }
    await Promise.all([...new Set(items.map((item) => item.room))].map((room) => this.#flushRoom(room)));
  }

  /** Forgets everything: at sign-out. */
  async clear(): Promise<void> {
    await this.#store.clear();
    await this.#changed();
  }

  /** Sends no more; the line stays. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    globalThis.removeEventListener?.('online', this.#online);
    this.#channel?.close();
    this.#channel = null;
    void this.#store.close();
  }

  #online = () => void this.flush(true);

  async #tell(): Promise<void> {
    if (this.#stopped) return;
    const items = await this.#store.all();
    if (this.#stopped) return;
    this.#keys = new Set(items.map((item) => item.key));
    this.#options.changed?.(items);
  }

  async #changed(): Promise<void> {
    this.#channel?.postMessage('changed');
    await this.#tell();
  }

  async #flushRoom(room: string): Promise<void> {
    if (this.#stopped) return;
    if (this.#running.has(room)) {
      this.#again.add(room);
      return;
    }
    this.#running.add(room);
    try {
      do {
        this.#again.delete(room);
        await this.#alone(room, () => this.#drain(room));
      } while (this.#again.has(room) && !this.#stopped);
    } catch {
      // The database or the lock went away with the page; the line stays.
    } finally {
      this.#running.delete(room);
    }
  }

  #alone(room: string, work: () => Promise<void>): Promise<void> {
    const name = `${this.#options.name}:${room}`;
    const locks = this.#options.locks ?? globalThis.navigator?.locks;
    if (locks) return locks.request(name, work) as Promise<unknown> as Promise<void>;
    const before = this.#chain.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#chain.set(name, mine);
    return mine;
  }

  /** Sends a room's messages, one after the other, until there is none that is due. */
  async #drain(room: string): Promise<void> {
    while (!this.#stopped) {
      const item = (await this.#store.all()).find((one) => one.room === room && one.failure === null);
      if (item === undefined) return;
      const due = Math.max(item.notBefore, this.#holdUntil);
      if (due > this.#now()) return this.#later(due);
      if (item.triedAt !== null && this.#now() - item.triedAt > KEY_MS_MAX) {
        await this.#store.change(item.key, { failure: { code: 'too_old', detail: 'it may have been sent already' } });
        await this.#changed();
        continue;
      }
      if (!(await this.#send(item))) return;
    }
  }

  /** One try; false if the line has to wait. */
  async #send(waiting: Item<B>): Promise<boolean> {
    const item = await this.#store.change(waiting.key, { triedAt: waiting.triedAt ?? this.#now(), tries: waiting.tries + 1 });
    if (item === undefined) return true;
    this.#sending.add(item.key);
    await this.#tell();
    try {
      const answer = await this.#options.send(item);
      await this.#store.remove(item.key);
      this.#sending.delete(item.key);
      this.#options.sent?.(item, answer);
      await this.#changed();
      return true;
    } catch (error) {
      this.#sending.delete(item.key);
      return await this.#failed(item, this.#options.failure(error));
    }
  }

  async #failed(item: Item<B>, failure: SendFailure): Promise<boolean> {
    if (!failure.temporary) {
      await this.#store.change(item.key, { failure: { code: failure.code, detail: failure.detail ?? '' } });
      await this.#changed();
      return true;
    }
    const backoff = new Backoff(1000, 60_000, this.#options.random);
    let wait = backoff.next();
    for (let tries = 1; tries < Math.min(item.tries, 8); tries += 1) wait = backoff.next();
    const due = this.#now() + Math.max(failure.retryAfter ?? 0, failure.everywhere ? 0 : wait);
    if (failure.everywhere) this.#holdUntil = Math.max(this.#holdUntil, due);
    await this.#store.change(item.key, { notBefore: due });
    await this.#changed();
    this.#later(due);
    return false;
  }

  #later(due: number): void {
    if (this.#stopped || due >= this.#laterAt) return;
    clearTimeout(this.#timer);
    this.#laterAt = due;
    this.#timer = setTimeout(() => {
      this.#laterAt = Infinity;
      void this.flush();
    }, Math.max(50, due - this.#now()));
  }
}
