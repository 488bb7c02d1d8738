/**
 * The messages of a room that are held, and what events do to them. One `LineState` per message wherever it is shown;
 * the ranges say what is contiguous.
 *
 * A page fetched while events come may be older than they are: the events since its request are kept and applied to
 * it again. An event that comes after a later one about the same message (a number the server had not settled) is rare:
 * then the message is asked for again.
 */
import type { Schemas } from '../api/http';
import type { CompactUser, Message } from './contract';
import { LineState } from './lines.svelte';
import { own, reacted, replied, tombstone, unreplied, updated } from './messages';
import { insert, join, live, trimmed, type Range } from './ranges';

export type ChatEvent = Schemas['Event'];

/** Events of a room that are remembered for pages that are under way. */
const LOG_MAX = 300;
/** A deletion so soon after REST answered may be in the answer already: the root is asked for again. */
const DOUBT_MS = 10_000;

export interface HistoryHost {
  readonly me: string;
  person(id: string): CompactUser | undefined;
  /** The held state of this message is in doubt: fetch it. */
  refetch(messageId: string): void;
}

export class History {
  ranges: readonly Range<LineState>[] = $state.raw([]);
  /** Of the outbox, in the order they were written. */
  pending: readonly LineState[] = $state.raw([]);
  /** The keys with which messages of one's own that were seen had been sent. */
  readonly known = new Set<string>();
  /** Every message that is held, in a range, a thread or a panel. */
  readonly held = new Map<string, LineState>();
  #log: ChatEvent[] = [];
  #logged = 0;
  #host: HistoryHost;
  /** Called with each new line; true if an open thread takes it. */
  take: ((line: LineState) => boolean) | null = null;

  constructor(host: HistoryHost) {
    this.#host = host;
  }

  get live(): Range<LineState> | undefined {
    return live(this.ranges);
  }

  /** Marks the time of a request, for `page`. */
  mark(): number {
    return this.#logged;
  }

  /** A page of the server, in any order, asked for at `mark`; `anchor` is the held line that it touches. */
  page(page: { messages: Message[]; older: boolean; newer: boolean }, mark: number, anchor?: LineState): void {
    const lines = page.messages.map((message) => this.keep(message));
    if (anchor) lines.push(anchor);
    lines.sort((a, b) => a.seq - b.seq);
    this.ranges = join(this.ranges, { lines, older: page.older, newer: page.newer });
    this.#replay(mark, new Set(page.messages.map((message) => message.id)));
  }

  /** Takes a message as REST answered it; the line that stands for it. */
  keep(message: Message): LineState {
    let line = this.held.get(message.id) ?? this.#claim(message);
    if (line === undefined) line = new LineState(message);
    line.fetched({ ...message, reactions: own(message.reactions, line.message.reactions, this.#host.me) });
    this.held.set(message.id, line);
    return line;
  }

  /** A single message as REST answered it: takes its place if that is held. */
  found(message: Message): void {
    if (this.held.has(message.id)) this.keep(message);
    else this.#place(message);
  }

  /** The message that was sent, as the server answered: stands where its optimistic line stood. */
  sent(message: Message): void {
    if (this.held.has(message.id)) this.#claim(message);
    else this.#add(message, true);
  }

  apply(event: ChatEvent): void {
    this.#logged += 1;
    this.#log.push(event);
    if (this.#log.length > LOG_MAX) this.#log.shift();
    this.#apply(event, null);
  }

  /** Lets go of what is far from the newest, but for `except` (lines of open threads). */
  trim(max: number, except: Iterable<LineState> = []): void {
    this.ranges = trimmed(this.ranges, max);
    this.held.clear();
    for (const line of except) this.held.set(line.message.id, line);
    for (const range of this.ranges) for (const line of range.lines) this.held.set(line.message.id, line);
  }

  /** The newest messages may be missing: no range is the live one any more. */
  detach(): void {
    this.ranges = this.ranges.map((range) => ({ ...range, newer: true }));
  }

  /** Everything held may be out of date and is let go. */
  reset(): void {
    this.ranges = [];
  }

  #replay(mark: number, ids: Set<string>): void {
    const missed = this.#logged - mark;
    if (missed <= 0) return;
    for (const event of this.#log.slice(-missed)) {
      if (event.type === 'message_created' || systemOf(event)) this.#apply(event, null);
      else this.#apply(event, ids);
    }
  }

  /** Applies an event; with `only`, to these messages alone and without counting what counts others. */
  #apply(event: ChatEvent, only: Set<string> | null): void {
    const system = systemOf(event);
    if (system) this.#add(system, false);
    switch (event.type) {
      case 'message_created':
        return this.#add(event.data.message, false);
      case 'message_updated': {
        const { message } = event.data;
        // Its `message_created` is still to come, or has come before the page.
        if (!this.held.has(message.id) && !only) {
          this.#place(message);
          return this.#later(message);
        }
        return this.#change(event.seq, message.id, only, (held) => updated(held, message, this.#host.me));
      }
      case 'message_deleted': {
        const { message_id, deleted_by, deleted_at, parent_message_id } = event.data;
        this.#change(event.seq, message_id, only, (held) => tombstone(held, deleted_by, deleted_at));
        if (!only && parent_message_id !== null) this.#unreplied(parent_message_id);
        return;
      }
      case 'reaction_added':
      case 'reaction_removed': {
        const { message_id, emoji, user_id: userId, count } = event.data;
        const change = { emoji, userId, user: this.#host.person(userId), count, added: event.type === 'reaction_added' };
        return this.#change(event.seq, message_id, only, (held) => reacted(held, change, this.#host.me));
      }
      case 'message_pinned':
      case 'message_unpinned': {
        const pinned = event.type === 'message_pinned';
        return this.#change(event.seq, event.data.message_id, only, (held) => (held.deleted ? held : { ...held, pinned }));
      }
    }
  }

  #change(seq: number, messageId: string, only: Set<string> | null, change: (held: Message) => Message): void {
    const line = this.held.get(messageId);
    if (!line || (only && !only.has(messageId))) return;
    if (line.latest(seq)) line.message = change(line.message);
    else this.#host.refetch(messageId);
  }

  /** A message that is new here. */
  #add(message: Message, sentNow: boolean): void {
    if (this.held.has(message.id)) this.#claim(message);
    else {
      this.#place(message);
      if (!sentNow) this.#later(message);
    }
    // Counted once, also where the reply came with a page before its event.
    if (message.parent_message_id !== null) this.#replied(message.parent_message_id, message);
  }

  #place(message: Message): void {
    const line = this.#claim(message) ?? new LineState(message);
    line.message = { ...message, reactions: own(message.reactions, line.message.reactions, this.#host.me) };
    const ranges = insert(this.ranges, line);
    if (ranges !== this.ranges) {
      this.ranges = ranges;
      this.held.set(message.id, line);
    }
    if (this.take?.(line)) this.held.set(message.id, line);
  }

  /** The optimistic line of a message of one's own, taken out of the pending ones. */
  #claim(message: Message): LineState | undefined {
    if (message.client_id === null || message.sender.id !== this.#host.me) return undefined;
    this.known.add(message.client_id);
    const line = this.pending.find((one) => one.message.client_id === message.client_id);
    if (line === undefined) return undefined;
    this.pending = this.pending.filter((one) => one !== line);
    line.sending = null;
    line.failure = null;
    return line;
  }

  /** Events about this message that came before it did: it is not as it was created any more. */
  #later(message: Message): void {
    if (!this.held.has(message.id)) return;
    const about = (event: ChatEvent) => {
      const { message_id, parent_message_id } = event.data as { message_id?: string; parent_message_id?: string | null };
      const reply = event.type === 'message_created' && event.data.message.parent_message_id === message.id;
      const edit = event.type === 'message_updated' && event.data.message.id === message.id;
      return message_id === message.id || parent_message_id === message.id || reply || edit;
    };
    const known = this.#log.filter(about);
    if (known.length === 0) return;
    this.#host.refetch(message.id);
    const gone = known.some((event) => event.type === 'message_deleted' && event.data.message_id === message.id);
    if (gone && message.parent_message_id !== null) this.#host.refetch(message.parent_message_id);
  }

  #replied(rootId: string, reply: Message): void {
    const root = this.held.get(rootId);
    if (root === undefined) return;
    if (root.counted.has(reply.id) || (root.countedUpTo !== null && reply.created_at <= root.countedUpTo)) return;
    root.counted.add(reply.id);
    root.message = replied(root.message, reply.created_at);
  }

  #unreplied(rootId: string): void {
    const root = this.held.get(rootId);
    if (root === undefined) return;
    if (Date.now() - root.fetchedAt < DOUBT_MS) this.#host.refetch(rootId);
    else root.message = unreplied(root.message);
  }
}

/** The line of history that an event brings with it. */
export function systemOf(event: ChatEvent): Message | null {
  return (event.data as { system_message?: Message | null }).system_message ?? null;
}
