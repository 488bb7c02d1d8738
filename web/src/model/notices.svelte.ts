import { data, type Schemas } from '../api/http';
import type { NoticesModel, Notification } from './contract';
import type { Core } from './core';

/** Several rooms read in a row are one question. */
const RECOUNT_MS = 1000;

/** The notification centre. */
export class NoticesState implements NoticesModel {
  #core: Core;
  unread = $state(0);
  list: Notification[] = $state.raw([]);
  #cursor: string | null = $state.raw(null);
  #loaded = false;
  #recount: ReturnType<typeof setTimeout> | undefined;
  #loading: Promise<void> | null = null;

  constructor(core: Core) {
    this.#core = core;
  }

  get hasMore(): boolean {
    return this.#cursor !== null;
  }

  load(): Promise<void> {
    this.#loading ??= this.#page(undefined).finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  loadMore(): Promise<void> {
    const cursor = this.#cursor;
    if (cursor === null) return Promise.resolve();
    this.#loading ??= this.#page(cursor).finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async markRead(id: string): Promise<void> {
    const before = this.list;
    this.#mark((one) => one.id === id);
    try {
      const path = { notification_id: id };
      this.unread = (await data(this.#core.api.client.PATCH('/notifications/{notification_id}/read', { params: { path } }))).unread_count;
    } catch (error) {
      this.list = before;
      throw error;
    }
  }

  async markAllRead(): Promise<void> {
    const before = this.list;
    const newest = before[0]?.id ?? null;
    this.#mark(() => true);
    try {
      this.unread = (await data(this.#core.api.client.PATCH('/notifications/read-all', { body: { before: newest } }))).unread_count;
    } catch (error) {
      this.list = before;
      throw error;
    }
  }

  /** After a reconnect: events may have been missed. */
  counted(unread: number): void {
    this.unread = unread;
    if (this.#loaded) void this.load().catch(() => undefined);
  }

  came({ notification, unread_count }: Schemas['NotificationCreated']): void {
    this.unread = unread_count;
    if (this.list.some((one) => one.id === notification.id)) return;
    if (this.#loaded) this.list = [notification, ...this.list];
  }

  removed({ ids, unread_count }: Schemas['NotificationRemoved']): void {
    this.unread = unread_count;
    this.list = this.list.filter((one) => !ids.includes(one.id));
  }

  wasRead({ ids, all_before, unread_count }: Schemas['NotificationsRead']): void {
    this.unread = unread_count;
    const from = all_before === null ? -1 : this.list.findIndex((one) => one.id === all_before);
    const read = new Set([...ids, ...(from < 0 ? [] : this.list.slice(from).map((one) => one.id))]);
    this.#mark((one) => read.has(one.id));
  }

  /** A room was read up to `seq`: so are the notifications of it. */
  roomRead(roomId: string, seq: number): void {
    const unread = (one: Notification) => one.room_id === roomId && !one.read && one.seq <= seq;
    const count = this.list.filter(unread).length;
    if (count > 0) this.#mark(unread);
    this.unread = Math.max(0, this.unread - count);
    // What is not loaded may be read by this, too: the server counts.
    if (this.unread === 0 || (this.#loaded && this.#cursor === null)) return;
    clearTimeout(this.#recount);
    this.#recount = setTimeout(() => void this.#count().catch(() => undefined), RECOUNT_MS);
  }

  stop(): void {
    clearTimeout(this.#recount);
  }

  async #count(): Promise<void> {
    this.unread = (await data(this.#core.api.client.GET('/notifications', { params: { query: { limit: 1 } } }))).unread_count;
  }

  #mark(which: (one: Notification) => boolean): void {
    this.list = this.list.map((one) => (which(one) && !one.read ? { ...one, read: true } : one));
  }

  async #page(cursor: string | undefined): Promise<void> {
    const query = { limit: 30, ...(cursor !== undefined && { cursor }) };
    const page = await data(this.#core.api.client.GET('/notifications', { params: { query } }));
    const fresh = new Set(page.notifications.map((one) => one.id));
    this.list = cursor === undefined ? page.notifications : [...this.list.filter((one) => !fresh.has(one.id)), ...page.notifications];
    this.#cursor = page.next_cursor;
    this.unread = page.unread_count;
    this.#loaded = true;
    for (const { actor } of page.notifications) this.#core.people.saw(actor);
  }
}
