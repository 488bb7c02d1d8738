import { SvelteMap } from 'svelte/reactivity';
import { data, type Schemas } from '../api/http';
import { Problem } from '../api/problem';
import type { CachedDraft } from './cache';
import type { Room, User } from './contract';
import type { Core } from './core';
import type { Keeper } from './keeper';
import { RoomState } from './room.svelte';

/** Several reasons to ask for a room's data are one. */
const REFRESH_MS = 300;

/** The rooms one is in: how they come, are loaded afresh, and go. */
export class RoomsState {
  readonly byId = new SvelteMap<string, RoomState>();
  /** What was not sent when the app was last open. */
  readonly drafts = new Map<string, CachedDraft>();
  #core: Core;
  #keeper: () => Keeper;
  #refreshing = new Map<string, ReturnType<typeof setTimeout>>();
  #over = false;

  /** The latest message first. */
  sorted: RoomState[] = $derived.by(() => {
    const when = ({ room }: RoomState) => room.last_message_at ?? room.created_at;
    return [...this.byId.values()].sort((a, b) => (when(a) < when(b) ? 1 : when(a) > when(b) ? -1 : 0));
  });

  constructor(core: Core, keeper: () => Keeper) {
    this.#core = core;
    this.#keeper = keeper;
  }

  /** A direct room is called after the other one. */
  renamed(user: User): void {
    const { id, username, display_name, avatar_url, deactivated } = user;
    for (const state of this.byId.values()) {
      if (state.room.peer?.id !== id) continue;
      state.room = { ...state.room, name: display_name, peer: { id, username, display_name, avatar_url, deactivated } };
    }
  }

  /** One has come into a room, here or on another device. The event shows the room as others see it. */
  joined({ room, seq, user, role, silenced_until }: Schemas['UserJoined']): void {
    if (this.byId.has(room.id)) return;
    // Of a direct room one has opened on another device, the event does not say who the other one is.
    if (room.type === 'direct' && user.id === this.#core.me.id) return void this.load(room.id).catch(() => undefined);
    const peer = room.type === 'direct' ? { peer: user, name: user.display_name } : {};
    const position = seq ?? room.last_seq;
    const state = this.add({ ...room, ...peer, role, silenced_until, unread_count: 0, mention_count: 0 }, position);
    state.enteredAt = position;
    void this.#core.connection.enter(room.id, position);
    this.refresh(room.id);
    this.#keeper().touchRooms();
  }

  /** One is not in a room any more. `seq` is the event's: an old one says nothing of a room entered again since. */
  removed(roomId: string, seq?: number): void {
    const state = this.byId.get(roomId);
    if (!state) return this.#core.connection.forget(roomId);
    if (seq !== undefined && state.enteredAt > seq) return;
    this.#core.connection.forget(roomId);
    state.dispose();
    this.byId.delete(roomId);
    void this.#core.cache.dropHistory(roomId);
    this.#keeper().touchRooms();
  }

  add(room: Room, position: number): RoomState {
    const state = new RoomState(this.#core, room, position, this.drafts);
    this.byId.set(room.id, state);
    return state;
  }

  /** A room one has just entered, as the server answered. */
  entered(room: Room): RoomState {
    const held = this.byId.get(room.id);
    if (held) {
      held.took(room);
      // Shown, and nothing of it would arrive: load it afresh.
      if (this.#core.connection.position(room.id) === undefined) this.#core.connection.afresh([room.id]);
      return held;
    }
    const state = this.add(room, room.last_seq);
    state.enteredAt = room.last_seq;
    void this.#core.connection.enter(room.id, room.last_seq);
    this.#keeper().touchRooms();
    return state;
  }

  async more(from: string): Promise<void> {
    let cursor: string | null = from;
    while (cursor !== null && !this.#over) {
      const page: Schemas['Rooms'] = await data(this.#core.api.client.GET('/rooms', { params: { query: { limit: 100, cursor } } }));
      for (const room of page.rooms) this.booted(room, room.last_seq);
      cursor = page.next_cursor;
    }
    this.#keeper().touchRooms();
  }

  booted(room: Room, position: number): void {
    const held = this.byId.get(room.id);
    if (held) held.took(room, position);
    else this.add(room, position);
  }

  /** An event came of a room that is not known. */
  async load(roomId: string): Promise<void> {
    const room = await data(this.#core.api.client.GET('/rooms/{room_id}', { params: { path: { room_id: roomId } } }));
    if (room.role === undefined) return this.#core.connection.forget(roomId);
    this.entered(room);
  }

  /**
   * Loads rooms afresh: much was missed, or they are not known yet. `settled` was asked before. Rejects if one of them could
   * not be loaded.
   */
  async resync(roomIds: string[], settled: ReadonlyMap<string, number>): Promise<void> {
    // Who reads does not wait for the others.
    const open = (id: string) => (this.byId.get(id)?.isOpen ? 0 : 1);
    for (const roomId of roomIds.toSorted((a, b) => open(a) - open(b))) {
      try {
        const room = await data(this.#core.api.client.GET('/rooms/{room_id}', { params: { path: { room_id: roomId } } }));
        if (this.#over) return;
        if (room.role === undefined) {
          this.removed(roomId);
          continue;
        }
        // One that was entered after that question is new: nobody holds anything of it.
        const position = settled.get(roomId) ?? room.last_seq;
        this.booted(room, position);
        this.#core.connection.reset(roomId, position);
        await this.byId.get(roomId)?.reload();
      } catch (error) {
        const { code } = Problem.wrap(error);
        if (code !== 'not_found' && code !== 'not_a_member') throw error;
        this.removed(roomId);
      }
    }
  }

  /** Asks for a room's data, soon; again where events have overtaken the answer. */
  refresh(roomId: string, tries = 5): void {
    clearTimeout(this.#refreshing.get(roomId));
    const ask = async () => {
      this.#refreshing.delete(roomId);
      const room = await data(this.#core.api.client.GET('/rooms/{room_id}', { params: { path: { room_id: roomId } } }));
      const held = this.byId.get(roomId);
      if (held && !held.took(room) && tries > 1) this.refresh(roomId, tries - 1);
    };
    this.#refreshing.set(roomId, setTimeout(() => void ask().catch(() => undefined), REFRESH_MS));
  }

  /** Takes nothing more. */
  stop(): void {
    this.#over = true;
    for (const timer of this.#refreshing.values()) clearTimeout(timer);
    for (const room of this.byId.values()) room.dispose();
  }
}
