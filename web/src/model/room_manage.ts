/** What is done to a room and its members: one call of the API each. The events tell everybody of the outcome, oneself too. */
import { data, type Schemas } from '../api/http';
import type { CompactUser, Message, NotifyLevel, Receipt, Role, Room, Versions } from './contract';
import type { Core } from './core';

/** A list longer than this is cut. */
const PAGES_MAX = 20;

/** All pages of a list. */
async function all<T>(page: (cursor: string | undefined) => Promise<{ items: T[]; next: string | null }>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const one = await page(cursor);
    items.push(...one.items);
    if (one.next === null) break;
    cursor = one.next;
  }
  return items;
}

const at = (cursor: string | undefined) => ({ limit: 100, ...(cursor !== undefined && { cursor }) });

export abstract class RoomManage {
  protected readonly core: Core;
  readonly id: string;

  constructor(core: Core, id: string) {
    this.core = core;
    this.id = id;
  }

  protected abstract took(room: Room): boolean;

  protected get client() {
    return this.core.api.client;
  }

  protected get path() {
    return { room_id: this.id };
  }

  pins(): Promise<Schemas['Pin'][]> {
    return all(async (cursor) => {
      const params = { path: this.path, query: at(cursor) };
      const page = await data(this.client.GET('/rooms/{room_id}/pins', { params }));
      return { items: page.pins, next: page.next_cursor };
    });
  }

  async history(message: Message): Promise<Versions> {
    return data(this.client.GET('/messages/{message_id}/history', { params: { path: { message_id: message.id } } }));
  }

  async receipts(message: Message): Promise<Schemas['Receipts']> {
    const path = { message_id: message.id };
    let first: Schemas['Receipts'] | undefined;
    const receipts = await all<Receipt>(async (cursor) => {
      const page = await data(this.client.GET('/messages/{message_id}/receipts', { params: { path, query: at(cursor) } }));
      first ??= page;
      return { items: page.receipts, next: page.next_cursor };
    });
    return { ...(first as Schemas['Receipts']), receipts, next_cursor: null };
  }

  reactedBy(message: Message, emoji: string): Promise<CompactUser[]> {
    return all(async (cursor) => {
      const params = { path: { message_id: message.id }, query: { ...at(cursor), emoji } };
      const page = await data(this.client.GET('/messages/{message_id}/reactions', { params }));
      return { items: page.reactions.map((one) => one.user), next: page.next_cursor };
    });
  }

  async report(message: Message, reason: Schemas['ReportReason'], comment?: string): Promise<void> {
    const body = { reason, ...(comment?.trim() && { comment: comment.trim() }) };
    await data(this.client.POST('/messages/{message_id}/report', { params: { path: { message_id: message.id } }, body }));
  }

  async update(change: { name?: string; description?: string; type?: 'private' }): Promise<void> {
    this.took(await data(this.client.PATCH('/rooms/{room_id}', { params: { path: this.path }, body: change })));
  }

  async delete(): Promise<void> {
    await data(this.client.DELETE('/rooms/{room_id}', { params: { path: this.path } }));
    this.core.dropRoom(this.id);
  }

  async leave(): Promise<void> {
    await data(this.client.POST('/rooms/{room_id}/leave', { params: { path: this.path } }));
    this.core.dropRoom(this.id);
  }

  protected async level(level: NotifyLevel | null): Promise<NotifyLevel> {
    const params = { path: this.path };
    return (await data(this.client.PUT('/rooms/{room_id}/notification-preference', { params, body: { level } }))).notification_level;
  }

  async addMember(userId: string): Promise<void> {
    await data(this.client.POST('/rooms/{room_id}/members', { params: { path: this.path }, body: { user_id: userId } }));
  }

  async removeMember(userId: string): Promise<void> {
    await data(this.client.DELETE('/rooms/{room_id}/members/{user_id}', { params: { path: { ...this.path, user_id: userId } } }));
  }

  async changeRole(userId: string, role: Role): Promise<void> {
    const params = { path: { ...this.path, user_id: userId } };
    await data(this.client.PATCH('/rooms/{room_id}/members/{user_id}/role', { params, body: { role } }));
  }

  async silence(userId: string, until: Date | null, reason?: string): Promise<void> {
    const params = { path: { ...this.path, user_id: userId } };
    const body = { ...(until && { until: until.toISOString() }), ...(reason && { reason }) };
    await data(this.client.PUT('/rooms/{room_id}/members/{user_id}/silence', { params, body }));
  }

  async liftSilence(userId: string): Promise<void> {
    const params = { path: { ...this.path, user_id: userId } };
    await data(this.client.DELETE('/rooms/{room_id}/members/{user_id}/silence', { params }));
  }

  async ban(userId: string, reason?: string): Promise<void> {
    const params = { path: { ...this.path, user_id: userId } };
    await data(this.client.PUT('/rooms/{room_id}/bans/{user_id}', { params, body: reason ? { reason } : {} }));
  }

  async unban(userId: string): Promise<void> {
    await data(this.client.DELETE('/rooms/{room_id}/bans/{user_id}', { params: { path: { ...this.path, user_id: userId } } }));
  }

  bans(): Promise<Schemas['Ban'][]> {
    return all(async (cursor) => {
      const page = await data(this.client.GET('/rooms/{room_id}/bans', { params: { path: this.path, query: at(cursor) } }));
      return { items: page.bans, next: page.next_cursor };
    });
  }

  async audit(cursor?: string): Promise<Schemas['AuditPage']> {
    const query = { limit: 50, ...(cursor !== undefined && { cursor }) };
    return data(this.client.GET('/rooms/{room_id}/audit', { params: { path: this.path, query } }));
  }

  async invite(options: { expiresIn?: number; maxUses?: number | null }): Promise<Schemas['Invite']> {
    const body = {
      ...(options.expiresIn !== undefined && { expires_in: options.expiresIn }),
      ...(options.maxUses !== undefined && { max_uses: options.maxUses }),
    };
    return data(this.client.POST('/rooms/{room_id}/invites', { params: { path: this.path }, body }));
  }

  invites(): Promise<Schemas['Invite'][]> {
    return all(async (cursor) => {
      const page = await data(this.client.GET('/rooms/{room_id}/invites', { params: { path: this.path, query: at(cursor) } }));
      return { items: page.invites, next: page.next_cursor };
    });
  }

  async revokeInvite(code: string): Promise<void> {
    await data(this.client.DELETE('/invites/{code}', { params: { path: { code } } }));
  }
}
