/** Writes what has changed to the cache: a moment after, and when the page goes. */
import type { Cache } from './cache';
import type { PeopleState } from './people.svelte';
import type { RoomState } from './room.svelte';

const WRITE_MS = 1500;

export class Keeper {
  #cache: Cache;
  #rooms: Map<string, RoomState>;
  #people: PeopleState;
  #touched = new Set<string>();
  #all = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  constructor(cache: Cache, rooms: Map<string, RoomState>, people: PeopleState) {
    this.#cache = cache;
    this.#rooms = rooms;
    this.#people = people;
  }

  /** A room or its messages have changed. */
  touch(roomId: string): void {
    this.#touched.add(roomId);
    this.#soon();
  }

  /** The list of rooms has changed. */
  touchRooms(): void {
    this.#all = true;
    this.#soon();
  }

  /** Writes now. What is written together was true together: it is collected without a pause. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#over) return;
    if (this.#all) void this.#cache.keepRooms([...this.#rooms.values()].map((state) => state.room));
    for (const id of this.#touched) {
      const state = this.#rooms.get(id);
      if (!state) continue;
      if (!this.#all) void this.#cache.keepRoom(state.room);
      const history = state.cached();
      if (history) void this.#cache.keepHistory(history);
    }
    this.#all = false;
    this.#touched.clear();
    const people = this.#people.takeChanged();
    if (people.length > 0) void this.#cache.keepPeople(people);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#over = true;
  }

  #soon(): void {
    if (!this.#over) this.#timer ??= setTimeout(() => this.flush(), WRITE_MS);
  }
}
