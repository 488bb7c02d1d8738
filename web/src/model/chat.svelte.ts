import { data, type Api, type Schemas } from '../api/http';
import { Problem } from '../api/problem';
import { Connection, Outbox, type Started } from '../client';
import { getLocale } from '../messages/runtime.js';
import { AccountState } from './account.svelte';
import type { Cache } from './cache';
import { ConnectionView } from './connection.svelte';
import type { Attachment, Chat, Limits, Message, Notification, OwnUser, Report, RoomModel } from './contract';
import type { Core, Outgoing } from './core';
import { route } from './events';
import { Files } from './files';
import type { ChatEvent } from './history.svelte';
import { Keeper } from './keeper';
import { NoticesState } from './notices.svelte';
import { PeopleState } from './people.svelte';
import { PushState } from './push.svelte';
import type { RoomState } from './room.svelte';
import { RoomsState } from './rooms.svelte';
import { sendMessage, sendFailure } from './sending';

/** Until the server has told its own. */
const LIMITS: Limits = {
  message_max: 10_000,
  attachment_bytes_max: 10_485_760,
  attachments_max: 10,
  frame_bytes_max: 32_768,
  edit_window_ms: 900_000,
  typing_ms: 5000,
  heartbeat_ms: 30_000,
  sends_max: 10,
  sends_window_ms: 10_000,
};

/** Everything of one signed-in user. */
export class ChatState implements Chat {
  readonly core: Core;
  readonly account: AccountState;
  readonly connection: ConnectionView;
  readonly people: PeopleState;
  readonly notices: NoticesState;
  readonly push: PushState;
  readonly files: Files;
  limits: Limits = $state.raw(LIMITS);
  starting = $state(true);
  reportsChanged = $state(0);
  readonly list: RoomsState;
  #api: Api;
  #cache: Cache;
  #link: Connection<ChatEvent>;
  #outbox: Outbox<Outgoing, Message>;
  #keeper: Keeper;
  #messageListeners = new Set<(message: Message, room: RoomModel) => void>();
  #noticeListeners = new Set<(notification: Notification) => void>();
  #here = true;
  #noticed = new Set<string>();
  #over = false;
  #left: () => Promise<void>;

  constructor(api: Api, me: OwnUser, cache: Cache, left: () => Promise<void>) {
    this.#api = api;
    this.#cache = cache;
    this.#left = left;
    this.files = new Files(api);
    this.connection = new ConnectionView();
    const chat = this;
    this.#link = new Connection<ChatEvent>({
      url: socketUrl(api.base),
      ticket: () =>
        api.ticket().catch((error: unknown) => {
          const problem = Problem.wrap(error);
          throw Object.assign(problem, { fatal: !problem.temporary && problem.status === 401 });
        }),
      start: () => this.#bootstrap(),
      sync: (since) => data(api.client.GET('/sync', { params: { query: { since } } })),
      synced: (answer, gone) => this.#synced(answer as Schemas['Synced'], gone),
      event: (event) => route(this, event),
      resync: (roomIds, settled) => this.list.resync(roomIds, settled),
      state: (state, retryAt) => this.#linked(state, retryAt),
    });
    this.connection.retryNow = () => {
      this.#link.retryNow();
      void this.#outbox.flush(true);
    };
    this.#outbox = new Outbox<Outgoing, Message>({
      name: `parlance-outbox-${me.id}`,
      send: (item) => sendMessage(api, item),
      failure: sendFailure,
      sent: (item, message) => {
        const room = this.list.byId.get(item.room);
        room?.messages.sent(message);
        this.core.touch(item.room);
      },
      changed: (items) => {
        for (const room of this.list.byId.values()) room.outbox(items.filter((item) => item.room === room.id));
      },
    });
    this.core = {
      api,
      cache,
      get people() {
        return chat.people;
      },
      get account() {
        return chat.account;
      },
      get push() {
        return chat.push;
      },
      connection: this.#link,
      outbox: this.#outbox,
      get limits() {
        return chat.limits;
      },
      get me() {
        return chat.account.me;
      },
      settle: () => this.flush(true),
      leave: () => this.#left(),
      refreshRoom: (roomId) => this.list.refresh(roomId),
      dropRoom: (roomId) => this.list.removed(roomId),
      touch: (roomId) => this.#keeper.touch(roomId),
      replay: (event) => route(this, event),
      readRoom: (roomId, seq) => this.notices.roomRead(roomId, seq),
    };
    this.people = new PeopleState(this.core);
    this.account = new AccountState(this.core, me);
    this.notices = new NoticesState(this.core);
    this.push = new PushState(this.core);
    this.list = new RoomsState(this.core, () => this.#keeper);
    this.#keeper = new Keeper(cache, this.list.byId, this.people);
  }

  /** Shows what is cached, then goes to the server. */
  async start(): Promise<void> {
    // The service worker speaks it, too.
    void this.#cache.keepFact('language', getLocale());
    const cached = await this.#cache.load();
    if (this.#over) return;
    if (cached) {
      for (const draft of cached.drafts) this.list.drafts.set(draft.id, draft);
      this.people.restore(cached.people);
      this.people.setBlocked((cached.facts.get('blocks') as string[] | undefined) ?? []);
      this.limits = (cached.facts.get('limits') as Limits | undefined) ?? this.limits;
      this.account.moderator = cached.facts.get('moderator') === true;
      const histories = new Map(cached.histories.map((one) => [one.id, one]));
      for (const room of cached.rooms) {
        const state = this.list.add(room, room.last_seq);
        const history = histories.get(room.id);
        if (!history) continue;
        state.restore(history);
        this.#link.track(room.id, history.position);
      }
      if (cached.rooms.length > 0) this.starting = false;
    }
    this.#link.start();
    await this.#outbox.start().catch(() => undefined);
  }

  get rooms(): RoomState[] {
    return this.list.sorted;
  }

  room(id: string): RoomState | undefined {
    return this.list.byId.get(id);
  }

  async createRoom(body: { type: 'public' | 'private'; name: string; description?: string }): Promise<RoomModel> {
    const params = { header: { 'Idempotency-Key': crypto.randomUUID() } };
    return this.list.entered(await data(this.#api.client.POST('/rooms', { params, body })));
  }

  async directRoom(userId: string): Promise<RoomModel> {
    return this.list.entered(await data(this.#api.client.POST('/users/{user_id}/dm', { params: { path: { user_id: userId } } })));
  }

  async joinRoom(id: string): Promise<RoomModel> {
    const { room } = await data(this.#api.client.POST('/rooms/{room_id}/join', { params: { path: { room_id: id } } }));
    return this.list.entered(room);
  }

  async browse(q: string, cursor?: string): Promise<Schemas['Rooms']> {
    const query = { limit: 30, ...(q.trim() && { q: q.trim() }), ...(cursor !== undefined && { cursor }) };
    return data(this.#api.client.GET('/rooms/public', { params: { query } }));
  }

  async previewInvite(code: string): Promise<Schemas['InvitePreview']> {
    return data(this.#api.client.GET('/invites/{code}', { params: { path: { code } } }));
  }

  async acceptInvite(code: string): Promise<RoomModel> {
    return this.list.entered((await data(this.#api.client.POST('/invites/{code}/accept', { params: { path: { code } } }))).room);
  }

  async search(query: Record<string, string>, cursor?: string): Promise<Schemas['SearchResults']> {
    return data(this.#api.client.GET('/search', { params: { query: { ...query, ...(cursor !== undefined && { cursor }) } } }));
  }

  async reports(query: { status?: Schemas['ReportStatus']; roomId?: string; cursor?: string }): Promise<Schemas['Reports']> {
    const { status, roomId, cursor } = query;
    const asked = { ...(status && { status }), ...(roomId && { room_id: roomId }), ...(cursor && { cursor }) };
    return data(this.#api.client.GET('/moderation/reports', { params: { query: asked } }));
  }

  async decide(reportId: string, body: Schemas['ResolveReportBody']): Promise<Report> {
    const params = { path: { report_id: reportId } };
    return data(this.#api.client.PATCH('/moderation/reports/{report_id}', { params, body }));
  }

  fileUrl(attachmentId: string, size?: 96 | 360 | 1080): Promise<string> {
    return this.files.url(attachmentId, size);
  }

  download(attachment: Attachment): Promise<void> {
    return this.files.download(attachment);
  }

  onMessage(listener: (message: Message, room: RoomModel) => void): () => void {
    this.#messageListeners.add(listener);
    return () => this.#messageListeners.delete(listener);
  }

  onNotification(listener: (notification: Notification) => void): () => void {
    this.#noticeListeners.add(listener);
    return () => this.#noticeListeners.delete(listener);
  }

  setAttention(here: boolean): void {
    if (this.#here === here) return;
    this.#here = here;
    this.#link.send({ type: 'set_presence', status: here ? 'online' : 'away' });
  }

  /** A message of somebody else that was not there before. */
  came(message: Message, room: RoomState): void {
    for (const listener of this.#messageListeners) listener(message, room);
  }

  /** Delivery is at least once: told once. */
  notified(notification: Notification): void {
    if (this.#noticed.has(notification.id)) return;
    this.#noticed.add(notification.id);
    for (const listener of this.#noticeListeners) listener(notification);
  }

  /** Writes what waits to be written; with `leaving`, also does what could still be undone. */
  flush(leaving = false): void {
    for (const room of this.list.byId.values()) {
      room.flush();
      if (leaving) room.settle();
    }
    this.#keeper.flush();
  }

  /** Ends it; nothing kept is deleted. */
  stop(): void {
    this.#over = true;
    this.#link.stop();
    this.#outbox.stop();
    this.#keeper.stop();
    this.notices.stop();
    this.list.stop();
    this.files.clear();
  }

  /** Forgets what waits to be sent. */
  async clearOutbox(): Promise<void> {
    await this.#outbox.clear().catch(() => undefined);
  }

  /** The start, and after each reconnect: where everything stands. */
  async #bootstrap(): Promise<Started> {
    // What is entered while this is under way is not in the answer, and stays.
    const held = [...this.list.byId.keys()];
    const boot = await data(this.#api.client.GET('/bootstrap'));
    if (this.#over) return { positions: [] };
    this.limits = boot.limits;
    this.account.set(boot.me);
    this.people.setBlocked(boot.blocks);
    this.notices.counted(boot.notifications_unread);
    for (const id of held) if (!(id in boot.positions)) this.list.removed(id);
    for (const room of boot.rooms) this.list.booted(room, boot.positions[room.id] ?? room.last_seq);
    this.starting = false;
    void this.#cache.keepFact('limits', boot.limits);
    if (boot.next_cursor !== null) void this.list.more(boot.next_cursor).catch(() => undefined);
    void this.account.load().catch(() => undefined);
    void this.push.start().catch(() => undefined);
    this.#keeper.touchRooms();
    return { positions: Object.entries(boot.positions), cursor: boot.cursor };
  }

  /** What `sync` tells besides events. */
  #synced({ rooms, notifications_unread }: Schemas['Synced'], gone: string[]): void {
    for (const id of gone) this.list.removed(id);
    for (const [id, state] of Object.entries(rooms)) this.list.byId.get(id)?.synced(state);
    if (notifications_unread !== this.notices.unread) this.notices.counted(notifications_unread);
  }

  #linked(state: Parameters<ConnectionView['set']>[0], retryAt: number | null): void {
    this.connection.set(state, retryAt);
    if (state !== 'connected' && state !== 'polling') return;
    if (!this.#here) this.#link.send({ type: 'set_presence', status: 'away' });
    for (const room of this.list.byId.values()) room.refresh();
    void this.#outbox.flush(true);
  }
}

/** The socket of the page's own origin, or of another one. */
function socketUrl(base: string): string {
  const url = new URL('/ws', base || location.origin);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
