/** The lines of a room that the outbox stands for: shown at once, and replaced in place by what the server makes of them. */
import { Problem } from '../api/problem';
import type { Item } from '../client';
import type { Core, Outgoing } from './core';
import type { History } from './history.svelte';
import { LineState } from './lines.svelte';
import { optimistic } from './messages';

/** A line that another tab has sent waits so long for its event. */
const GRACE_MS = 5000;

type Written = Pick<Item<Outgoing>, 'key' | 'clientId' | 'body' | 'at'>;

export class Pending {
  #core: Core;
  #roomId: string;
  #history: History;
  /** Keys that were seen in the box. */
  #boxed = new Set<string>();

  constructor(core: Core, roomId: string, history: History) {
    this.#core = core;
    this.#roomId = roomId;
    this.#history = history;
  }

  /** Shows it, and puts it into the outbox. */
  send(body: Outgoing): void {
    const key = crypto.randomUUID();
    const line = this.#line({ key, clientId: key, body, at: Date.now() });
    this.#history.pending = [...this.#history.pending, line];
    void this.#core.outbox.add(this.#roomId, body, key).catch((error: unknown) => {
      // No place on the disk: it is not sent, and says so.
      line.sending = 'failed';
      line.failure = Problem.wrap(error).title;
    });
  }

  discard(key: string): void {
    void this.#core.outbox.discard(key).then((gone) => {
      if (gone) this.#history.pending = this.#history.pending.filter((one) => one.key !== key);
    });
  }

  /** What the outbox holds for this room, oldest first. */
  update(items: Item<Outgoing>[]): void {
    const held = new Map(this.#history.pending.map((line) => [line.key, line]));
    // Its event, or another device's page, can be faster than the answer: then it stands there already.
    const waiting = items.filter((item) => held.has(item.key) || !this.#history.known.has(item.clientId));
    const lines = waiting.map((item) => {
      const line = held.get(item.key) ?? this.#line(item);
      this.#boxed.add(item.key);
      held.delete(item.key);
      if (line.message.client_id !== item.clientId) line.message = { ...line.message, client_id: item.clientId };
      const problem = item.failure && new Problem(item.failure.code as Problem['code'], 400, item.failure.detail);
      line.sending = problem ? 'failed' : this.#core.outbox.isSending(item.key) ? 'sending' : 'waiting';
      line.failure = problem?.title ?? null;
      return line;
    });
    // Not in the box: sent by another tab, whose event is on its way; or not written to the disk yet.
    const sent = [...held.values()].filter((line) => this.#boxed.has(line.key));
    const fresh = [...held.values()].filter((line) => !this.#boxed.has(line.key));
    for (const line of sent) setTimeout(() => this.#expire(line), GRACE_MS);
    const next = [...sent, ...lines, ...fresh];
    const now = this.#history.pending;
    if (next.length !== now.length || next.some((line, i) => line !== now[i])) this.#history.pending = next;
  }

  #expire(line: LineState): void {
    if (this.#core.outbox.holds(line.key)) return;
    this.#history.pending = this.#history.pending.filter((one) => one !== line);
  }

  #line({ key, clientId, body, at }: Written): LineState {
    const line = new LineState(optimistic({ key, clientId, at, roomId: this.#roomId, sender: this.#core.me, ...body }), key);
    line.sending = 'waiting';
    return line;
  }
}
