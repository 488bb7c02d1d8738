/** How far a room is read: what is unread of it, what names the user, and how loud it is. */
import type { Schemas } from '../api/http';
import type { Message, NotifyLevel, Room } from './contract';
import type { Core } from './core';
import type { ChatEvent } from './history.svelte';
import { ReadMark } from './reads';
import { RoomMessages } from './room_messages';
import { TimelineState } from './timeline.svelte';

/** Whether a message of somebody else names the user. */
function names({ sender, deleted, mentions, mentions_all }: Message, me: string): boolean {
  return sender.id !== me && !deleted && (mentions_all || mentions.includes(me));
}

export abstract class RoomReading extends RoomMessages {
  room: Room = $state.raw() as Room;
  readonly timeline: TimelineState;
  readonly #read: ReadMark;

  constructor(core: Core, id: string) {
    super(core, id);
    this.timeline = new TimelineState(core, id, this.messages);
    this.#read = new ReadMark(core, id, (state) => this.readState(state));
  }

  markRead(message: Message): void {
    if (message.seq >= Number.MAX_SAFE_INTEGER || message.seq <= (this.room.last_read_seq ?? 0)) return;
    const last = this.messages.live?.lines.at(-1)?.seq ?? Infinity;
    const { unread_count = 0, mention_count = 0 } = this.room;
    const left = message.seq >= last ? 0 : Math.min(unread_count, this.#unreadAfter(message.seq) ?? unread_count);
    const read = { last_read_seq: message.seq, last_read_message_id: message.id };
    this.room = { ...this.room, ...read, unread_count: left, mention_count: left === 0 ? 0 : Math.min(mention_count, left) };
    this.#read.to(message);
  }

  async markAllRead(): Promise<void> {
    const before = this.room;
    this.room = { ...before, unread_count: 0, mention_count: 0 };
    try {
      await this.#read.all();
      this.timeline.unreadAfterSeq = null;
    } catch (error) {
      const { unread_count = 0, mention_count = 0 } = before;
      this.room = { ...this.room, unread_count, mention_count };
      throw error;
    }
  }

  async markUnread(message: Message): Promise<void> {
    await this.#read.back(message);
    this.timeline.unreadAfterSeq = message.seq - 1;
  }

  /** Messages after a number, if that many are held. */
  #unreadAfter(seq: number): number | null {
    const lines = this.messages.live?.lines;
    if (!lines?.[0] || lines[0].seq > seq) return null;
    return lines.slice(this.timeline.placeOf(seq + 1)).filter((line) => line.message.type !== 'system').length;
  }

  /** How far it was read, on any device. */
  readState(state: Omit<Schemas['ReadState'], 'room_id'>): void {
    const { last_read_message_id, last_read_seq, unread_count, mention_count } = state;
    this.room = { ...this.room, last_read_message_id, last_read_seq, unread_count, mention_count };
    this.core.readRoom(this.id, last_read_seq);
  }

  /** What `sync` says; what was read here since it was asked is newer. */
  synced(state: Schemas['SyncedRoom']): void {
    const { notification_level, ...read } = state;
    if (notification_level !== this.room.notification_level) this.room = { ...this.room, notification_level };
    if (this.#read.isFresh) return;
    const same = (['last_read_seq', 'unread_count', 'mention_count'] as const).every((key) => read[key] === this.room[key]);
    if (!same) this.readState(read);
  }

  /** Tells the server at once, before the page goes or the room is left. */
  tellRead(): void {
    this.#read.flush();
  }

  async setLevel(level: NotifyLevel | null): Promise<void> {
    const notification_level = await this.level(level);
    this.room = { ...this.room, notification_level };
  }

  /** Messages after a number that name the user, as far as they are held. */
  protected namedSince(seq = Infinity): number {
    const lines = seq === Infinity ? [] : (this.messages.live?.lines.slice(this.timeline.placeOf(seq + 1)) ?? []);
    return lines.filter((line) => names(line.message, this.core.me.id)).length;
  }

  /** An edit may name one for the first time; a deletion takes back that it did. */
  protected mentioned(event: ChatEvent): void {
    const id = event.type === 'message_updated' ? event.data.message.id : event.type === 'message_deleted' ? event.data.message_id : null;
    const held = id === null ? undefined : this.messages.held.get(id)?.message;
    if (!held || held.seq <= (this.room.last_read_seq ?? 0)) return;
    const before = names(held, this.core.me.id);
    const after = event.type === 'message_updated' && names(event.data.message, this.core.me.id);
    const change = !before && after ? 1 : before && event.type === 'message_deleted' ? -1 : 0;
    if (change !== 0) this.room = { ...this.room, mention_count: Math.max(0, (this.room.mention_count ?? 0) + change) };
  }
}
