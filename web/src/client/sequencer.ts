/**
 * Puts the events of rooms into their order: drops what was seen, keeps back what comes after a hole, and says
 * from where to ask for what is missing. Knows no socket and no clock, so that every case can be tried.
 *
 * A room's position is the highest number up to which every event was delivered or is void. A number above it
 * that the server itself has not settled ("taken, and no event yet") is *open*: what follows is delivered
 * without it, and its event may still come, late.
 */

/** An event as it comes from the server. */
export interface ChatEvent {
  readonly type: string;
  /** The room's number; absent from what is not a room event. */
  readonly seq?: number | undefined;
  readonly ts: string;
  readonly data: object;
}

/** What `resume` says of a room. */
export interface Resumed {
  readonly last_seq: number;
  readonly complete: boolean;
}

interface RoomState {
  position: number;
  /** Delivered, above the position. */
  seen: Set<number>;
  /** Known to be unsettled at the server, above the position. */
  open: Set<number>;
}

/** Events kept of a room that nobody tracks yet; more than that and it is to be loaded anyhow. */
const UNTRACKED_MAX = 500;

/** The room an event is about, if it is about one. */
export function roomOf(event: ChatEvent): string | undefined {
  return (event.data as { room_id?: string }).room_id;
}

export class Sequencer<E extends ChatEvent = ChatEvent> {
  #rooms = new Map<string, RoomState>();
  /** Events that wait for a hole before them, or for their room to be tracked. */
  #held = new Map<string, Map<number, E>>();

  constructor(private readonly deliver: (event: E) => void) {}

  /** Where `room` stands; undefined if it is not tracked. */
  position(room: string): number | undefined {
    return this.#rooms.get(room)?.position;
  }

  /** Every tracked room and its position. */
  positions(): Map<string, number> {
    return new Map([...this.#rooms].map(([room, state]) => [room, state.position]));
  }

  /** Everything of `room` up to `position` is held by the caller. Goes forward only. */
  track(room: string, position: number): void {
    const state = this.#rooms.get(room);
    if (state === undefined) this.#rooms.set(room, { position, seen: new Set(), open: new Set() });
    else if (position > state.position) state.position = position;
    this.#settle(room);
  }

  /** The room was loaded afresh, or its place is unknown: begin again at `position`. */
  reset(room: string, position: number): void {
    this.#rooms.delete(room);
    this.track(room, position);
  }

  forget(room: string): void {
    this.#rooms.delete(room);
    this.#held.delete(room);
  }

  /** Takes an event; delivers it, keeps it back, or drops it. */
  accept(event: E): void {
    const room = roomOf(event);
    if (event.seq === undefined || event.seq === null || room === undefined) return this.deliver(event);
    const state = this.#rooms.get(room);
    if (state !== undefined && (event.seq <= state.position || state.seen.has(event.seq))) return;
    let held = this.#held.get(room);
    if (held === undefined) this.#held.set(room, (held = new Map()));
    if (state === undefined && held.size >= UNTRACKED_MAX) return;
    if (!held.has(event.seq)) held.set(event.seq, event);
    this.#settle(room);
  }

  /** The event with this number is kept back or was delivered already. */
  has(room: string, seq: number): boolean {
    const state = this.#rooms.get(room);
    return (state !== undefined && (seq <= state.position || state.seen.has(seq))) || (this.#held.get(room)?.has(seq) ?? false);
  }

  /** Rooms of which something is kept back because of a hole before it. */
  holes(): string[] {
    return [...this.#held].filter(([room, held]) => held.size > 0 && this.#rooms.has(room)).map(([room]) => room);
  }

  /** Rooms with numbers that the server has not settled yet. */
  unsettled(): string[] {
    return [...this.#rooms].filter(([, state]) => state.open.size > 0).map(([room]) => room);
  }

  /**
   * The answer to a `resume` of `room` whose events went through `accept` before; `reached` is the last of them
   * (null if there was none). Says from where to ask on, or null when nothing more is to be asked now.
   */
  resumed(room: string, answer: Resumed, reached: number | null): number | null {
    const state = this.#rooms.get(room);
    if (state === undefined) return null;
    const settled = answer.complete ? answer.last_seq : Math.min(reached ?? 0, answer.last_seq);
    if (settled > state.position) {
      // What lies below without an event is void.
      this.#release(room, (seq) => seq <= settled);
      state.position = settled;
    }
    if (answer.complete) {
      // Whatever is still missing below what came is open: the server itself does not know yet.
      const top = Math.max(0, ...(this.#held.get(room)?.keys() ?? []));
      for (let seq = state.position + 1; seq < top; seq += 1) {
        if (!this.has(room, seq)) state.open.add(seq);
      }
    }
    this.#settle(room);
    return answer.complete ? null : Math.max(state.position, reached ?? 0);
  }

  /** Delivers, in order, what `which` picks of what is kept back. */
  #release(room: string, which: (seq: number) => boolean): void {
    const held = this.#held.get(room);
    const state = this.#rooms.get(room);
    if (held === undefined || state === undefined) return;
    for (const seq of [...held.keys()].filter(which).sort((a, b) => a - b)) {
      const event = held.get(seq) as E;
      held.delete(seq);
      if (seq <= state.position || state.seen.has(seq)) continue;
      state.seen.add(seq);
      state.open.delete(seq);
      this.deliver(event);
    }
    if (held.size === 0) this.#held.delete(room);
  }

  /** Delivers what nothing is missing before, and moves the position. */
  #settle(room: string): void {
    const state = this.#rooms.get(room);
    if (state === undefined) return;
    let next = state.position + 1;
    for (; ; next += 1) {
      if (this.#held.get(room)?.has(next)) this.#release(room, (seq) => seq === next);
      else if (!state.seen.has(next) && !state.open.has(next)) break;
    }
    // What was below the position is of no use, e.g. after `track`.
    this.#drop(room, state);
    while (state.seen.has(state.position + 1)) {
      state.position += 1;
      state.seen.delete(state.position);
    }
  }

  #drop(room: string, state: RoomState): void {
    for (const seq of state.seen) if (seq <= state.position) state.seen.delete(seq);
    for (const seq of state.open) if (seq <= state.position) state.open.delete(seq);
    const held = this.#held.get(room);
    if (held === undefined) return;
    for (const seq of held.keys()) if (seq <= state.position || state.seen.has(seq)) held.delete(seq);
    if (held.size === 0) this.#held.delete(room);
  }
}
