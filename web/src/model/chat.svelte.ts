import { SvelteMap } from 'svelte/reactivity';
import { data, type Api, type Schemas } from '../api/http';
import { Problem } from '../api/problem';
import { Connection, Outbox } from '../client';
import { AccountState } from './account.svelte';
import { Cache, type CachedDraft } from './cache';
import { ConnectionView } from './connection.svelte';
import type { Attachment, Chat, Limits, Message, Notification, OwnUser, Report, Room, RoomModel, User } from './contract';
import type { Core, Outgoing } from './core';
import { route } from './events';
import { Files } from './files';
import type { ChatEvent } from './history.svelte';
import { Keeper } from './keeper';
import { NoticesState } from './notices.svelte';
import { PeopleState } from './people.svelte';
import { RoomState } from './room.svelte';
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
  readonly files: Files;
  limits: Limits = $state.raw(LIMITS);
  starting = $state(true);
  reportsChanged = $state(0);
  #rooms = new SvelteMap<string, RoomState>();
  #api: Api;
  #cache: Cache;
  #link: Connection<ChatEvent>;
  #outbox: Outbox<Outgoing, Message>;
  #keeper: Keeper;
  #drafts = new Map<string, CachedDraft>();
  #messageListeners = new Set<(message: Message, room: RoomModel) => void>();
  #noticeListeners = new Set<(notification: Notification) => void>();
  #refreshing = new Map<string, ReturnType<typeof setTimeout>>();
  #here = true;
  #over = false;
  #left: () => Promise<void>;

  rooms: RoomState[] = $derived.by(() => {
    const when = ({ room }: RoomState) => room.last_message_at ?? room.created_at;
    return [...this.#rooms.values()].sort((a, b) => (when(a) < when(b) ? 1 : when(a) > when(b) ? -1 : 0));
  });

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
      event: (event) => route(this, event),
      unknown: (roomId) => void this.#load(roomId).catch(() => undefined),
      resync: (roomIds) => void this.#resync(roomIds),
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
        const room = this.#rooms.get(item.room);
        room?.messages.sent(message);
        this.core.touch(item.room);
      },
      changed: (items) => {
        for (const room of this.#rooms.values()) room.outbox(items.filter((item) => item.room === room.id));
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
      connection: this.#link,
      outbox: this.#outbox,
      get limits() {
        return chat.limits;
      },
      get me() {
        return chat.account.me;
      },
      leave: () => this.#left(),
      refreshRoom: (roomId) => this.#refresh(roomId),
      dropRoom: (roomId) => this.removed(roomId),
      touch: (roomId) => this.#keeper.touch(roomId),
      readRoom: (roomId, seq) => this.notices.roomRead(roomId, seq),
    };
    this.people = new PeopleState(this.core);
    this.account = new AccountState(this.core, me);
    this.notices = new NoticesState(this.core);
    this.#keeper = new Keeper(cache, this.#rooms, this.people);
  }

  /** Shows what is cached, then goes to the server. */
  async start(): Promise<void> {
    const cached = await this.#cache.load();
    if (this.#over) return;
    if (cached) {
      for (const draft of cached.drafts) this.#drafts.set(draft.id, draft);
      this.people.restore(cached.people);
      this.people.setBlocked((cached.facts.get('blocks') as string[] | undefined) ?? []);
      this.limits = (cached.facts.get('limits') as Limits | undefined) ?? this.limits;
      this.account.moderator = cached.facts.get('moderator') === true;
      const histories = new Map(cached.histories.map((one) => [one.id, one]));
      for (const room of cached.rooms) {
        const state = this.#add(room, room.last_seq);
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

  room(id: string): RoomState | undefined {
    return this.#rooms.get(id);
  }

  async createRoom(body: { type: 'public' | 'private'; name: string; description?: string }): Promise<RoomModel> {
    const params = { header: { 'Idempotency-Key': crypto.randomUUID() } };
    return this.#entered(await data(this.#api.client.POST('/rooms', { params, body })));
  }

  async directRoom(userId: string): Promise<RoomModel> {
    return this.#entered(await data(this.#api.client.POST('/users/{user_id}/dm', { params: { path: { user_id: userId } } })));
  }

  async joinRoom(id: string): Promise<RoomModel> {
    const { room } = await data(this.#api.client.POST('/rooms/{room_id}/join', { params: { path: { room_id: id } } }));
    return this.#entered(room);
  }

  async browse(q: string, cursor?: string): Promise<Schemas['Rooms']> {
    const query = { limit: 30, ...(q.trim() && { q: q.trim() }), ...(cursor !== undefined && { cursor }) };
    return data(this.#api.client.GET('/rooms/public', { params: { query } }));
  }

  async previewInvite(code: string): Promise<Schemas['InvitePreview']> {
    return data(this.#api.client.GET('/invites/{code}', { params: { path: { code } } }));
  }

  async acceptInvite(code: string): Promise<RoomModel> {
    return this.#entered((await data(this.#api.client.POST('/invites/{code}/accept', { params: { path: { code } } }))).room);
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

  notified(notification: Notification): void {
    for (const listener of this.#noticeListeners) listener(notification);
  }

  /** A direct room is called after the other one. */
  renamed(user: User): void {
    const { id, username, display_name, avatar_url, deactivated } = user;
    for (const state of this.#rooms.values()) {
      if (state.room.peer?.id !== id) continue;
      state.room = { ...state.room, name: display_name, peer: { id, username, display_name, avatar_url, deactivated } };
    }
  }

  /** One has come into a room, here or on another device. The event shows the room as others see it. */
  joined({ room, seq, user, role, silenced_until }: Schemas['UserJoined']): void {
    if (this.#rooms.has(room.id)) return;
    // Of a direct room one has opened on another device, the event does not say who the other one is.
    if (room.type === 'direct' && user.id === this.account.me.id) return void this.#load(room.id).catch(() => undefined);
    const peer = room.type === 'direct' ? { peer: user, name: user.display_name } : {};
    const position = seq ?? room.last_seq;
    const state = this.#add({ ...room, ...peer, role, silenced_until, unread_count: 0, mention_count: 0 }, position);
    state.enteredAt = position;
    this.#link.track(room.id, position);
    this.#refresh(room.id);
    this.#keeper.touchRooms();
  }

  /** One is not in a room any more. `seq` is the event's: an old one says nothing of a room entered again since. */
  removed(roomId: string, seq?: number): void {
    const state = this.#rooms.get(roomId);
    if (!state) return;
    if (seq !== undefined && state.enteredAt > seq) return;
    this.#link.forget(roomId);
    state.dispose();
    this.#rooms.delete(roomId);
    void this.#cache.dropHistory(roomId);
    this.#keeper.touchRooms();
  }

  /** The page goes: writes what waits to be written. */
  flush(): void {
    for (const room of this.#rooms.values()) room.settle();
    this.#keeper.flush();
  }

  /** Ends it; nothing kept is deleted. */
  stop(): void {
    this.#over = true;
    this.#link.stop();
    this.#outbox.stop();
    this.#keeper.stop();
    for (const timer of this.#refreshing.values()) clearTimeout(timer);
    for (const room of this.#rooms.values()) room.dispose();
    this.files.clear();
  }

  /** Forgets what waits to be sent. */
  async clearOutbox(): Promise<void> {
    await this.#outbox.clear().catch(() => undefined);
  }

  #add(room: Room, position: number): RoomState {
    const state = new RoomState(this.core, room, position, this.#drafts);
    this.#rooms.set(room.id, state);
    return state;
  }

  /** A room one has just entered, as the server answered. */
  #entered(room: Room): RoomState {
    const held = this.#rooms.get(room.id);
    if (held) {
      held.took(room);
      return held;
    }
    const state = this.#add(room, room.last_seq);
    state.enteredAt = room.last_seq;
    this.#link.track(room.id, room.last_seq);
    this.#keeper.touchRooms();
    return state;
  }

  /** The start, and after each reconnect: where everything stands. */
  async #bootstrap(): Promise<[string, number][]> {
    const boot = await data(this.#api.client.GET('/bootstrap'));
    if (this.#over) return [];
    this.limits = boot.limits;
    this.account.set(boot.me);
    this.people.setBlocked(boot.blocks);
    this.notices.counted(boot.notifications_unread);
    for (const id of this.#rooms.keys()) if (!(id in boot.positions)) this.removed(id);
    for (const room of boot.rooms) this.#booted(room, boot.positions[room.id] ?? room.last_seq);
    this.starting = false;
    void this.#cache.keepFact('limits', boot.limits);
    if (boot.next_cursor !== null) void this.#moreRooms(boot.next_cursor).catch(() => undefined);
    void this.account.load().catch(() => undefined);
    this.#keeper.touchRooms();
    return Object.entries(boot.positions);
  }

  async #moreRooms(from: string): Promise<void> {
    let cursor: string | null = from;
    while (cursor !== null && !this.#over) {
      const page: Schemas['Rooms'] = await data(this.#api.client.GET('/rooms', { params: { query: { limit: 100, cursor } } }));
      for (const room of page.rooms) this.#booted(room, room.last_seq);
      cursor = page.next_cursor;
    }
    this.#keeper.touchRooms();
  }

  #booted(room: Room, position: number): void {
    const held = this.#rooms.get(room.id);
    if (held) held.took(room, position);
    else this.#add(room, position);
  }

  /** An event came of a room that is not known. */
  async #load(roomId: string): Promise<void> {
    const room = await data(this.#api.client.GET('/rooms/{room_id}', { params: { path: { room_id: roomId } } }));
    if (room.role === undefined) return this.#link.forget(roomId);
    this.#entered(room);
  }

  async #resync(roomIds: string[]): Promise<void> {
    for (const roomId of roomIds) {
      try {
        const room = await data(this.#api.client.GET('/rooms/{room_id}', { params: { path: { room_id: roomId } } }));
        if (room.role === undefined) {
          this.removed(roomId);
          continue;
        }
        this.#booted(room, room.last_seq);
        this.#link.reset(roomId, room.last_seq);
        await this.#rooms.get(roomId)?.reload();
      } catch (error) {
        const { code } = Problem.wrap(error);
        if (code === 'not_found' || code === 'not_a_member') this.removed(roomId);
        else this.#link.retryNow();
      }
    }
  }

  #refresh(roomId: string): void {
    clearTimeout(this.#refreshing.get(roomId));
    const timer = setTimeout(() => {
      this.#refreshing.delete(roomId);
      void data(this.#api.client.GET('/rooms/{room_id}', { params: { path: { room_id: roomId } } })).then(
        (room) => this.#rooms.get(roomId)?.took(room),
        () => undefined,
      );
    }, 50);
    this.#refreshing.set(roomId, timer);
  }

  #linked(state: Parameters<ConnectionView['set']>[0], retryAt: number | null): void {
    this.connection.set(state, retryAt);
    if (state !== 'connected') return;
    if (!this.#here) this.#link.send({ type: 'set_presence', status: 'away' });
    for (const room of this.#rooms.values()) room.refresh();
    void this.#outbox.flush(true);
  }
}

/** The socket of the page's own origin, or of another one. */
function socketUrl(base: string): string {
  const url = new URL('/ws', base || location.origin);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
