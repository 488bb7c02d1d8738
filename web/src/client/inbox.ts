/**
 * What comes in: puts every room's events through the sequencer, by whatever way they come, and sees to it that nothing
 * stays missing. Over a socket, holes are asked for again, and numbers that the server has not settled until it has;
 * without one, `sync` brings what there is.
 */
import { roomOf, Sequencer, type ChatEvent, type Resumed } from './sequencer';

/** Rooms, and the positions that somebody stands for. */
export type Positions = Iterable<readonly [room: string, position: number]>;

/** The answer to `resume`. */
export interface ResumeAnswer {
  events: ChatEvent[];
  rooms: Record<string, Resumed>;
  resync: string[];
}

/** The answer of `GET /sync`, as far as it matters here. */
export interface Synced {
  events: ChatEvent[];
  /** Every room the user is in. */
  rooms: Record<string, Resumed>;
  joined: { id: string }[];
  resync: string[];
  cursor: string;
  more: boolean;
}

/** Sends a `resume`. */
export type Ask = (rooms: Record<string, number>) => Promise<ResumeAnswer>;

export interface InboxHandlers<E extends ChatEvent> {
  /** An event: in order within its room, never twice. */
  event(event: E): void;
  /**
   * These rooms are to be loaded afresh, because too much was missed or an event came of one that is not tracked: `reset` or
   * `forget` them. Asked again until that was done. `settled`: up to where each has settled, asked a moment ago; what is
   * loaded now holds that, while a room's own `last_seq` counts numbers that are not written yet.
   */
  resync?(rooms: string[], settled: ReadonlyMap<string, number>): Promise<unknown> | void;
}

/** A hole is asked for after this time: frames overtake each other by less. */
const HOLE_MS = 300;
/** What the server has not settled, or could not be loaded, is asked for again, so often; it settles within a minute. */
const OPEN_MS = 8_000;
/** Rooms of one `resume`, so that it fits a frame. */
const RESUME_ROOMS_MAX = 300;

const settledIn = ({ rooms }: { rooms: Record<string, Resumed> }): ReadonlyMap<string, number> =>
  new Map(Object.entries(rooms).map(([room, { last_seq }]) => [room, last_seq]));

export class Inbox<E extends ChatEvent = ChatEvent> {
  #handlers: InboxHandlers<E>;
  /** The line that was given up had not answered. */
  #lost: () => void;
  #rooms: Sequencer<E>;
  /** How to ask over the socket of now; what belongs to an earlier one is dropped. */
  #ask: Ask | null = null;
  /** Events that came before the socket's beginning was done; null afterwards. */
  #early: E[] | null = null;
  #resuming = new Set<string>();
  /** To be loaded afresh, and of these the ones that are being loaded. */
  #stale = new Set<string>();
  #loading = new Set<string>();
  /** Rooms that were just entered, until it is known where they stand. */
  #entering = new Map<string, Promise<void>>();
  /** Where the last `sync` said that the rooms stand. */
  #synced: ReadonlyMap<string, number> = new Map();
  #check: ReturnType<typeof setTimeout> | undefined;
  #checkAt = Infinity;

  constructor(handlers: InboxHandlers<E>, lost: () => void) {
    this.#handlers = handlers;
    this.#lost = lost;
    this.#rooms = new Sequencer<E>((event) => handlers.event(event));
  }

  /** The rooms that are tracked. */
  get rooms(): Set<string> {
    return new Set(this.#rooms.positions().keys());
  }

  position(room: string): number | undefined {
    return this.#rooms.position(room);
  }

  track(room: string, position: number): void {
    this.#rooms.track(room, position);
    this.#look();
  }

  reset(room: string, position: number): void {
    this.#stale.delete(room);
    this.#rooms.reset(room, position);
    this.#look();
  }

  /**
   * A room was entered, of which the caller holds nothing yet; `taken` is its last number. Numbers up to there may not be
   * written yet, so the server is asked where the room stands: resolves when what is loaded from then on misses nothing.
   */
  enter(room: string, taken: number): Promise<void> {
    const there = this.#entering.get(room);
    if (there) return there;
    const ask = this.#ask;
    if (ask === null) {
      this.track(room, taken);
      return Promise.resolve();
    }
    const entering = ask({})
      .then(settledIn, () => new Map<string, number>())
      .then((settled) => {
        if (this.#entering.get(room) !== entering) return;
        this.#entering.delete(room);
        if (this.#rooms.position(room) === undefined) this.track(room, Math.min(settled.get(room) ?? taken, taken));
      });
    this.#entering.set(room, entering);
    return entering;
  }

  /** Until a room that was just entered can be loaded. */
  async entered(room: string): Promise<void> {
    await this.#entering.get(room);
  }

  forget(room: string): void {
    this.#entering.delete(room);
    this.#stale.delete(room);
    this.#rooms.forget(room);
  }

  /** There is a socket: its events are kept until `begin` is done. */
  open(ask: Ask): void {
    this.close();
    this.#ask = ask;
    this.#early = [];
  }

  /** There is no socket any more. */
  close(): void {
    clearTimeout(this.#check);
    this.#checkAt = Infinity;
    this.#ask = null;
    this.#early = null;
    this.#resuming.clear();
  }

  /** An event of the socket. */
  take(event: E): void {
    if (this.#early !== null) this.#early.push(event);
    else this.#accept(event);
  }

  /** Catches up over the socket, from where `start` says that the rooms stand; without it, the server is asked. */
  async begin(start?: () => Promise<Positions>): Promise<void> {
    const ask = this.#ask;
    if (ask === null) return;
    const before = this.rooms;
    const there = start ? await start() : settledIn(await ask({}));
    const behind = this.compare(there, before);
    if (ask !== this.#ask) return;
    await this.#resume(behind, ask);
    if (ask !== this.#ask) return;
    const early = this.#early ?? [];
    this.#early = null;
    for (const event of early) if (ask === this.#ask) this.#accept(event);
    void this.#reload();
    this.#look();
  }

  /** The answer to a `sync`, asked when `before` were tracked; answers with those of them that are gone. */
  synced(answer: Synced, before: ReadonlySet<string>): string[] {
    this.#synced = settledIn(answer);
    const reached = this.#all(answer.events as E[]);
    // Of these the events are not in the answer.
    const fresh = new Set([...answer.resync, ...answer.joined.map(({ id }) => id)]);
    const behind: string[] = [];
    for (const [room, said] of Object.entries(answer.rooms)) {
      const position = this.#rooms.position(room);
      if (position === undefined || (fresh.has(room) && position < said.last_seq)) behind.push(room);
      else if (!fresh.has(room)) this.#rooms.resumed(room, said, reached.get(room) ?? null);
    }
    this.afresh(behind);
    return [...before].filter((room) => !(room in answer.rooms));
  }

  /** Takes over where a start, asked when `before` were tracked, says the rooms stand; answers with those that are behind it. */
  compare(there: Positions, before: ReadonlySet<string>): string[] {
    const server = new Map(there);
    this.#synced = server;
    const behind: string[] = [];
    for (const [room, position] of this.#rooms.positions()) {
      const last = server.get(room);
      // A room that was entered meanwhile is not among what the server said, and something may have happened in it.
      if (last === undefined) before.has(room) ? this.forget(room) : behind.push(room);
      else if (position < last) behind.push(room);
    }
    for (const [room, position] of server) {
      if (this.#rooms.position(room) === undefined && !this.#stale.has(room)) this.#rooms.track(room, position);
    }
    return behind;
  }

  /** What was missed of these rooms cannot be caught up with. */
  afresh(rooms: string[]): void {
    for (const room of rooms) {
      // Of one that waits already, what came since is kept back.
      if (this.#stale.has(room)) continue;
      this.#rooms.forget(room);
      if (this.#handlers.resync) this.#stale.add(room);
    }
    void this.#reload();
  }

  #accept(event: E): void {
    this.#rooms.accept(event);
    const room = roomOf(event);
    if (typeof event.seq !== 'number' || room === undefined) return;
    if (this.#rooms.position(room) !== undefined) return this.#look();
    // The listener tracks the rooms it is told it has joined; others it is asked about.
    if (event.type === 'user_joined') this.#handlers.event(event);
    if (this.#rooms.position(room) === undefined && !this.#entering.has(room)) this.afresh([room]);
  }

  /** Events of an answer; how far they reach in each room. */
  #all(events: E[]): Map<string, number> {
    const reached = new Map<string, number>();
    for (const event of events) {
      const room = roomOf(event);
      if (room !== undefined && typeof event.seq === 'number') reached.set(room, Math.max(event.seq, reached.get(room) ?? 0));
      this.#rooms.accept(event);
    }
    return reached;
  }

  /** Asks for what is missing of `rooms`, until there is no more. */
  async #resume(rooms: string[], ask: Ask): Promise<void> {
    const from = new Map(rooms.map((room) => [room, this.#rooms.position(room) ?? 0]));
    while (from.size > 0 && ask === this.#ask) {
      const asked = [...from].slice(0, RESUME_ROOMS_MAX);
      const answer = await ask(Object.fromEntries(asked));
      if (ask !== this.#ask) return;
      const reached = this.#all(answer.events as E[]);
      for (const [room, position] of asked) {
        const said = answer.rooms[room];
        from.delete(room);
        if (said === undefined) continue;
        const next = this.#rooms.resumed(room, said, reached.get(room) ?? null);
        if (next !== null) from.set(room, Math.max(next, position));
      }
      for (const room of answer.resync) from.delete(room);
      this.afresh(answer.resync);
    }
  }

  /** Has the rooms that are stale loaded afresh, each once at a time. */
  async #reload(): Promise<void> {
    const rooms = [...this.#stale].filter((room) => !this.#loading.has(room));
    if (rooms.length === 0) return;
    for (const room of rooms) {
      this.#loading.add(room);
      // What came until now will be in what is loaded.
      this.#rooms.forget(room);
    }
    try {
      const settled = this.#ask ? settledIn(await this.#ask({})) : this.#synced;
      await this.#handlers.resync?.(rooms, settled);
    } catch {
      // Asked again later.
    } finally {
      for (const room of rooms) this.#loading.delete(room);
    }
    this.#look();
  }

  /** Sees to it that holes are asked for, soon, and unsettled numbers, later. */
  #look(): void {
    if (this.#early !== null || this.#ask === null) return;
    const free = (room: string) => !this.#resuming.has(room);
    const later = this.#rooms.unsettled().some(free) || [...this.#stale].some((room) => !this.#loading.has(room));
    const wait = this.#rooms.holes().some(free) ? HOLE_MS : later ? OPEN_MS : null;
    if (wait === null || Date.now() + wait >= this.#checkAt) return;
    clearTimeout(this.#check);
    this.#checkAt = Date.now() + wait;
    this.#check = setTimeout(() => void this.#missing(), wait);
  }

  async #missing(): Promise<void> {
    this.#checkAt = Infinity;
    const ask = this.#ask;
    if (ask === null) return;
    void this.#reload();
    const rooms = [...new Set([...this.#rooms.holes(), ...this.#rooms.unsettled()])].filter((room) => !this.#resuming.has(room));
    for (const room of rooms) this.#resuming.add(room);
    try {
      await this.#resume(rooms, ask);
    } catch (error) {
      // A refusal (too many) is tried again later; a lost answer means a lost line.
      if (ask === this.#ask && (error as { code?: string }).code === 'timeout') return this.#lost();
    } finally {
      if (ask === this.#ask) for (const room of rooms) this.#resuming.delete(room);
    }
    if (ask === this.#ask) this.#look();
  }
}
