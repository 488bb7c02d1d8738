import { data, type Schemas } from '../api/http';
import type { Member } from './contract';
import type { Core } from './core';

/** More than that are found by search only. */
const MEMBERS_MAX = 1000;

/** A room's members, once they were asked for; kept current by events. */
export class MembersState {
  #core: Core;
  #roomId: string;
  #list: Member[] | null = $state.raw(null);
  #loading: Promise<void> | null = null;

  constructor(core: Core, roomId: string) {
    this.#core = core;
    this.#roomId = roomId;
  }

  /** With the presence known now. */
  list: Member[] | null = $derived.by(
    () =>
      this.#list?.map((member) => {
        const person = this.#core.people.get(member.user.id);
        if (!person) return member;
        return {
          ...member,
          user: person,
          status: person.status ?? member.status,
          status_message: person.status_message === undefined ? member.status_message : person.status_message,
          status_emoji: person.status_emoji === undefined ? member.status_emoji : person.status_emoji,
        };
      }) ?? null,
  );

  load(): Promise<void> {
    this.#loading ??= this.#pages().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  /** After a reconnect: what was loaded is asked for again. */
  refresh(): void {
    if (this.#list !== null) void this.load().catch(() => undefined);
  }

  joined(event: Schemas['UserJoined'], at: string): void {
    if (this.#list === null || this.#list.some((one) => one.user.id === event.user.id)) return;
    const known = this.#core.people.get(event.user.id);
    const member: Member = {
      user: event.user,
      role: event.role,
      joined_at: at,
      silenced_until: event.silenced_until,
      status: known?.status ?? 'offline',
      status_message: known?.status_message ?? null,
      status_emoji: known?.status_emoji ?? null,
      last_active_at: null,
      current_room: null,
    };
    this.#list = [...this.#list, member];
  }

  left(userId: string): void {
    this.#list = this.#list?.filter((one) => one.user.id !== userId) ?? null;
  }

  change(userId: string, change: Partial<Member>): void {
    this.#list = this.#list?.map((one) => (one.user.id === userId ? { ...one, ...change } : one)) ?? null;
  }

  async #pages(): Promise<void> {
    const members: Member[] = [];
    let cursor: string | undefined;
    do {
      const params = { path: { room_id: this.#roomId }, query: { limit: 100, ...(cursor !== undefined && { cursor }) } };
      const page = await data(this.#core.api.client.GET('/rooms/{room_id}/members', { params }));
      members.push(...page.members);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined && members.length < MEMBERS_MAX);
    for (const { user, status, status_message, status_emoji } of members) {
      this.#core.people.learn({ ...user, status, status_message, status_emoji });
    }
    this.#list = members;
  }
}
