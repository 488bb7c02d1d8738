import { SvelteMap } from 'svelte/reactivity';
import type { Schemas } from '../api/http';
import type { Item } from '../client';
import type { CachedDraft, CachedHistory } from './cache';
import type { CompactUser, Draft, Line, Member, Message, Room, RoomModel, Thread, Upload } from './contract';
import type { Core, Outgoing } from './core';
import { DraftState } from './drafts.svelte';
import { systemOf, type ChatEvent } from './history.svelte';
import type { LineState } from './lines.svelte';
import { MembersState } from './members.svelte';
import { Parcels } from './parcels.svelte';
import { Pending } from './pending';
import { counted, isAbsolute } from './room_counts';
import { tell } from './room_events';
import { RoomReading } from './room_reading.svelte';
import { ThreadState } from './thread.svelte';
import { TypingState } from './typing.svelte';

/** Lines kept of a room that is not open. */
const CLOSED_LINES_MAX = 300;
/** Lines kept on the disk. */
const CACHED_LINES_MAX = 100;

/** A room the user is in. */
export class RoomState extends RoomReading implements RoomModel {
  readonly draft: DraftState;
  readonly readUpTo = new SvelteMap<string, number>();
  readonly #typing: TypingState;
  readonly #members: MembersState;
  readonly #pending: Pending;
  readonly #parcels: Parcels;
  #threads = new SvelteMap<string, ThreadState>();
  #threadDrafts = new Map<string, DraftState>();
  #keptDrafts: Map<string, CachedDraft>;
  #refusedByPeer = $state(false);
  #now = $state(Date.now());
  #silenceTimer: ReturnType<typeof setTimeout> | undefined;
  #opened = 0;
  visitedAt = 0;
  /** The number of the event with which one came in, as far as it is known. */
  enteredAt = 0;
  /** Up to here, events are in the room's counts already, or may be … */
  #countedTo: number;
  /** … and up to here for certain: a room's `last_seq` counts numbers that were taken and are not written yet. */
  #settledTo: number;

  constructor(core: Core, room: Room, position: number, drafts: Map<string, CachedDraft>) {
    super(core, room.id);
    this.#keptDrafts = drafts;
    this.draft = new DraftState(core, room.id, drafts.get(room.id));
    this.#typing = new TypingState(core, room.id);
    this.#members = new MembersState(core, room.id);
    this.#pending = new Pending(core, room.id, this.messages);
    this.#parcels = new Parcels(core, (body) => this.#pending.send(body));
    this.#countedTo = position;
    this.#settledTo = position;
    this.messages.take = (line) => [...this.#threads.values()].some((thread) => thread.take(line));
    this.took(room);
  }

  get isOpen(): boolean {
    return this.#opened > 0;
  }

  get typing() {
    return this.#typing.users;
  }

  get members(): Member[] | null {
    return this.#members.list;
  }

  get mayWrite(): RoomModel['mayWrite'] {
    const { silenced_until, peer } = this.room;
    if (silenced_until && Date.parse(silenced_until) > this.#now) return 'silenced';
    if (!peer) return true;
    if ((this.core.people.get(peer.id) ?? peer).deactivated) return 'deactivated';
    if (this.core.people.isBlocked(peer.id)) return 'you_blocked_user';
    return this.#refusedByPeer ? 'blocked' : true;
  }

  open(): void {
    this.#opened += 1;
    this.visitedAt = Date.now();
    if (this.#opened > 1) return;
    this.#refusedByPeer = false;
    const { unread_count = 0, last_read_seq = 0 } = this.room;
    this.timeline.unreadAfterSeq = unread_count > 0 ? last_read_seq : null;
    this.core.connection.send({ type: 'join_room', room_id: this.id });
    void this.timeline.ensure().catch(() => undefined);
    this.core.touch(this.id);
  }

  close(): void {
    this.#opened = Math.max(0, this.#opened - 1);
    if (this.isOpen) return;
    this.tellRead();
    this.#typing.stop();
    this.draft.settle();
    this.timeline.leave();
    this.core.connection.send({ type: 'leave_room', room_id: this.id });
    this.messages.trim(CLOSED_LINES_MAX, this.#threadLines());
    this.core.touch(this.id);
  }

  thread(rootId: string): Thread {
    let thread = this.#threads.get(rootId);
    if (!thread) {
      thread = new ThreadState(this.core, this.messages, rootId, () => this.#threads.delete(rootId));
      this.#threads.set(rootId, thread);
      void thread.load();
    }
    return thread;
  }

  threadDraft(rootId: string): Draft {
    const id = `${this.id}/${rootId}`;
    let draft = this.#threadDrafts.get(id);
    if (!draft) this.#threadDrafts.set(id, (draft = new DraftState(this.core, id, this.#keptDrafts.get(id))));
    return draft;
  }

  send(draft: Draft, parent?: Message): void {
    const { content, attachments, replyTo } = (draft as DraftState).take();
    if (content === '' && attachments.length === 0) return;
    const answered = replyTo ?? parent ?? null;
    const root = answered === null ? null : (answered.parent_message_id ?? answered.id);
    this.#typing.sent();
    const body: Outgoing = { content, attachments, parent: root, replyTo: answered?.id ?? null };
    this.#pending.send(body);
  }

  sendFile(file: File, root: Message | null, replyTo: Message | null): void {
    this.#parcels.send(file, root, replyTo);
  }

  parcels(root: string | null): Upload[] {
    return this.#parcels.of(root);
  }

  retry(line: Line): void {
    void this.core.outbox.retry(line.key);
  }

  discard(line: Line): void {
    this.#pending.discard(line.key);
  }

  /** What the outbox holds for this room, oldest first. */
  outbox(items: Item<Outgoing>[]): void {
    if (items.some((item) => item.failure?.code === 'blocked')) this.#refusedByPeer = true;
    this.#pending.update(items);
  }

  typed(): void {
    this.#typing.typed();
  }

  loadMembers(): Promise<void> {
    return this.#members.load();
  }

  /** The room as REST answered it; `settled`: up to where its counts go for certain. False if events have overtaken the answer. */
  took(room: Room, settled?: number): boolean {
    const position = settled ?? room.last_seq;
    const held = this.room as Room | undefined;
    const overtaken = held !== undefined && room.last_seq < held.last_seq && position < held.last_seq;
    if (overtaken) {
      // The answer was overtaken by events: it only fills in what they do not tell.
      this.room = { ...room, ...held };
    } else {
      // A room seen from outside lacks the membership: what is known of it stays. Mentions are counted a moment later.
      const mention_count = Math.max(room.mention_count ?? 0, this.namedSince(room.last_read_seq));
      this.room = { ...held, ...room, ...(room.mention_count !== undefined && { mention_count }) };
      this.#countedTo = Math.max(this.#countedTo, position);
      this.#settledTo = Math.max(this.#settledTo, settled ?? 0);
    }
    if (room.peer) {
      this.core.people.saw(room.peer);
      const read = Math.max(room.peer_read_seq ?? 0, this.readUpTo.get(room.peer.id) ?? 0);
      if (read > 0) this.readUpTo.set(room.peer.id, read);
    }
    if (room.last_message) this.core.people.saw(room.last_message.sender);
    this.#watchSilence();
    return !overtaken;
  }

  /** A reconnect: loads anew what events do not tell. */
  refresh(): void {
    this.#members.refresh();
    if (!this.isOpen) return;
    this.core.connection.send({ type: 'join_room', room_id: this.id });
    if (this.messages.live === undefined) void this.timeline.ensure().catch(() => undefined);
  }

  /** Too much was missed: everything is fetched again; who reads stays where they are. */
  async reload(): Promise<void> {
    const before = this.messages.live;
    if (!this.isOpen || before === undefined) {
      this.messages.reset();
      return;
    }
    await this.timeline.reload();
    for (const thread of this.#threads.values()) void thread.load();
  }

  /** Somebody was named in it. */
  saw(user: CompactUser): void {
    this.core.people.saw(user);
  }

  /** An event of the room; true if it is a message of somebody else that was not there before. */
  apply(event: ChatEvent): boolean {
    const seq = 'seq' in event && typeof event.seq === 'number' ? event.seq : null;
    const fresh = seq === null || seq > this.#countedTo;
    if (event.type === 'message_deleted' && fresh) this.#unpinned(event.data.message_id);
    if (fresh) this.mentioned(event);
    this.messages.apply(event);
    if (fresh) this.room = counted(this.room, event, this.core.me.id);
    else if (seq > this.#settledTo) {
      // Its number was taken when the room was asked for; whether it was in the answer, a later answer tells.
      if (isAbsolute(event)) this.room = counted(this.room, event, this.core.me.id);
      this.core.refreshRoom(this.id);
    }
    if (seq !== null && systemOf(event)) this.timeline.came();
    if (!this.isOpen && (this.messages.live?.lines.length ?? 0) > CLOSED_LINES_MAX + 100) this.messages.trim(CLOSED_LINES_MAX, this.#threadLines());
    tell(this, this.#typing, this.#members, event);
    if (event.type === 'truncated') void this.#untruncated(event.data, event.ts);
    if (event.type === 'member_updated' && event.data.user_id === this.core.me.id) this.#watchSilence();
    if (event.type !== 'message_created' || event.data.message.sender.id === this.core.me.id) return false;
    this.timeline.came();
    return fresh;
  }

  /** For the cache: the newest messages with the position they stand for. */
  cached(): CachedHistory | null {
    const live = this.messages.live;
    const position = this.core.connection.position(this.id);
    if (live === undefined || position === undefined || this.visitedAt === 0) return null;
    const messages = live.lines.slice(-CACHED_LINES_MAX).map((line) => line.message);
    const older = live.older || messages.length < live.lines.length;
    return { id: this.id, position, older, messages, visitedAt: this.visitedAt };
  }

  /** From the cache. */
  restore(history: CachedHistory): void {
    this.visitedAt = history.visitedAt;
    this.messages.page({ messages: history.messages, older: history.older, newer: false }, this.messages.mark());
  }

  /** Writes and tells what waits for a moment to do so. */
  flush(): void {
    this.tellRead();
    this.draft.settle();
    for (const draft of this.#threadDrafts.values()) draft.settle();
  }

  dispose(): void {
    this.#typing.clear();
    clearTimeout(this.#silenceTimer);
  }

  checked(attachment: Schemas['Attachment']): void {
    for (const draft of [this.draft, ...this.#threadDrafts.values()]) draft.checked(attachment)?.checked(attachment);
    this.#parcels.checked(attachment);
  }

  /** The event that was too large for a frame, made of the message as it is now. */
  async #untruncated({ event: type, message_id, seq }: Schemas['Truncated'], ts: string): Promise<void> {
    if (typeof message_id !== 'string') return;
    const message = await this.fetchMessage(message_id).catch(() => null);
    if (message === null || typeof seq !== 'number') return;
    const data = { room_id: this.id, seq, message };
    if (type === 'message_created' || type === 'message_updated') this.core.replay({ type, seq, ts, data });
  }

  /** A deleted message loses its pin without an event of its own. */
  #unpinned(messageId: string): void {
    const held = this.messages.held.get(messageId)?.message;
    // Shown as pinned or not shown at all: only the server knows whether it was, at that moment.
    if (this.room.pin_count > 0 && (!held || held.deleted || held.pinned)) this.core.refreshRoom(this.id);
  }

  #threadLines(): LineState[] {
    return [...this.#threads.values()].flatMap((thread) => thread.held);
  }

  /** A silence ends by the clock, without an event. */
  #watchSilence(): void {
    clearTimeout(this.#silenceTimer);
    this.#now = Date.now();
    const left = Date.parse(this.room.silenced_until ?? '') - this.#now;
    if (left > 0 && left < 2 ** 31) this.#silenceTimer = setTimeout(() => (this.#now = Date.now()), left + 50);
  }
}
