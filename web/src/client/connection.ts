/**
 * Keeps a socket to the server, whatever happens to it, and delivers every event of every room once and in the
 * room's order.
 *
 * A round is: ticket, socket, `start` (events that come meanwhile are kept), `resume` of the rooms that are
 * behind. Holes are asked for again; numbers that the server has not settled are asked for until it has.
 */
import { Backoff } from './backoff';
import { Sequencer, type ChatEvent, type Resumed } from './sequencer';
import { FrameError, Link, type SocketLike } from './socket';

/** `stopped`: by `stop()`, or because the session has ended. */
export type LinkState = 'stopped' | 'connecting' | 'connected' | 'waiting' | 'offline';

export interface ConnectionOptions<E extends ChatEvent> {
  /** `wss://host/ws`. */
  url: string;
  /** A fresh ticket. Rejecting with an error whose `fatal` is true ends the connection for good. */
  ticket(): Promise<string>;
  /**
   * Called whenever a socket was opened: fetch what is needed (`GET /bootstrap`) and answer with the rooms and the
   * positions it stands for. Without it, the server is asked where every room stands.
   */
  start?(): Promise<Iterable<readonly [room: string, position: number]>>;
  /** An event: in order within its room, never twice. */
  event(event: E): void;
  /** These rooms are to be loaded afresh; `track` them again afterwards. */
  resync?(rooms: string[]): void;
  /** An event came of a room that is not tracked: `track` or `forget` it. */
  unknown?(room: string): void;
  state?(state: LinkState, retryAt: number | null): void;
  /** The session is over; nothing more will come. */
  ended?(): void;
  WebSocket?: new (url: string) => SocketLike;
  /** Chance, for the waiting times. */
  random?: () => number;
}

/** A hole is asked for after this time: frames overtake each other by less. */
const HOLE_MS = 300;
/** Numbers that the server has not settled are asked for again, so often; it settles them within a minute. */
const OPEN_MS = 8_000;
/** Rooms of one `resume`, so that it fits a frame. */
const RESUME_ROOMS_MAX = 300;
/** A connection that held this long was a good one: the waiting times begin anew. */
const GOOD_MS = 10_000;

interface ResumeAnswer {
  events: ChatEvent[];
  rooms: Record<string, Resumed>;
  resync: string[];
}

export class Connection<E extends ChatEvent = ChatEvent> {
  #options: ConnectionOptions<E>;
  #rooms: Sequencer<E>;
  #backoff: Backoff;
  #link: Link | null = null;
  #state: LinkState = 'stopped';
  #retryAt: number | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #check: ReturnType<typeof setTimeout> | undefined;
  #checkAt = Infinity;
  #openedAt = 0;
  /** Events that came before `start` was done; null afterwards. */
  #early: E[] | null = null;
  #told = new Set<string>();
  #resuming = new Set<string>();
  /** Counts the rounds: what belongs to an earlier one is dropped. */
  #round = 0;

  constructor(options: ConnectionOptions<E>) {
    this.#options = options;
    this.#rooms = new Sequencer<E>((event) => options.event(event));
    this.#backoff = new Backoff(500, 30_000, options.random);
  }

  get state(): LinkState {
    return this.#state;
  }

  start(): void {
    if (this.#state !== 'stopped') return;
    globalThis.addEventListener?.('online', this.#online);
    globalThis.addEventListener?.('offline', this.#offline);
    globalThis.document?.addEventListener('visibilitychange', this.#visible);
    this.retryNow();
  }

  stop(): void {
    globalThis.removeEventListener?.('online', this.#online);
    globalThis.removeEventListener?.('offline', this.#offline);
    globalThis.document?.removeEventListener('visibilitychange', this.#visible);
    this.#hangUp();
    this.#tell('stopped');
  }

  /** Tries at once, instead of when the waiting time is over. */
  retryNow(): void {
    if (this.#state === 'connected' || this.#state === 'connecting') return;
    void this.#connect();
  }

  /** The caller holds everything of `room` up to `position`. */
  track(room: string, position: number): void {
    this.#told.delete(room);
    this.#rooms.track(room, position);
    this.#look();
  }

  /** `room` was loaded afresh. */
  reset(room: string, position: number): void {
    this.#told.delete(room);
    this.#rooms.reset(room, position);
    this.#look();
  }

  forget(room: string): void {
    this.#told.delete(room);
    this.#rooms.forget(room);
  }

  position(room: string): number | undefined {
    return this.#rooms.position(room);
  }

  /** Sends a frame that nobody waits for; lost if there is no socket. */
  send(frame: object): void {
    if (this.#state === 'connected') this.#link?.send(frame);
  }

  /** Sends a frame and resolves with its answer's data; rejects with a `FrameError`. */
  request(frame: object): Promise<unknown> {
    if (this.#state !== 'connected' || !this.#link) return Promise.reject(new FrameError('closed', 'not connected'));
    return this.#link.request(frame);
  }

  #online = () => {
    if (this.#state === 'connected') this.#link?.probe();
    else if (this.#state !== 'stopped' && this.#state !== 'connecting') {
      this.#backoff.reset();
      this.retryNow();
    }
  };

  #offline = () => {
    if (this.#state === 'stopped') return;
    // The browser's word is not always right: a socket that still answers is kept.
    if (this.#state === 'connected') this.#link?.probe();
    else this.#wait();
  };

  #visible = () => {
    if (globalThis.document?.visibilityState === 'visible') this.#online();
  };

  #tell(state: LinkState, retryAt: number | null = null): void {
    if (this.#state === state && this.#retryAt === retryAt) return;
    this.#state = state;
    this.#retryAt = retryAt;
    this.#options.state?.(state, retryAt);
  }

  #hangUp(): void {
    this.#round += 1;
    clearTimeout(this.#retry);
    clearTimeout(this.#check);
    this.#checkAt = Infinity;
    this.#early = null;
    this.#resuming.clear();
    const link = this.#link;
    this.#link = null;
    link?.close();
  }

  async #connect(): Promise<void> {
    this.#hangUp();
    const round = this.#round;
    this.#tell('connecting');
    let ticket: string;
    try {
      ticket = await this.#options.ticket();
    } catch (error) {
      if (round !== this.#round) return;
      if ((error as { fatal?: boolean }).fatal !== true) return this.#wait();
      this.stop();
      this.#options.ended?.();
      return;
    }
    if (round !== this.#round) return;
    const url = `${this.#options.url}?ticket=${encodeURIComponent(ticket)}&batch=1`;
    const Socket = this.#options.WebSocket ?? (WebSocket as unknown as new (url: string) => SocketLike);
    this.#early = [];
    this.#link = new Link(new Socket(url), {
      opened: () => {
        if (round === this.#round) void this.#opened(round);
      },
      event: (event) => {
        if (round === this.#round) this.#take(event as E);
      },
      closed: () => {
        if (round === this.#round) this.#wait();
      },
    });
  }

  #wait(): void {
    if (this.#openedAt > 0 && Date.now() - this.#openedAt > GOOD_MS) this.#backoff.reset();
    this.#openedAt = 0;
    this.#hangUp();
    const offline = globalThis.navigator?.onLine === false;
    const ms = this.#backoff.next();
    this.#retry = setTimeout(() => void this.#connect(), ms);
    this.#tell(offline ? 'offline' : 'waiting', Date.now() + ms);
  }

  #take(event: E): void {
    if (event.type === 'session_expired') {
      // The ticket of the next round tells whether the session can be renewed.
      this.#backoff.reset();
      void this.#connect();
      return;
    }
    if (this.#early !== null) this.#early.push(event);
    else this.#accept(event);
  }

  #accept(event: E): void {
    this.#rooms.accept(event);
    const room = (event.data as { room_id?: string }).room_id;
    if (typeof event.seq !== 'number' || room === undefined) return;
    if (this.#rooms.position(room) !== undefined) return this.#look();
    // The listener tracks the rooms it is told it has joined; others it is asked about.
    if (event.type === 'user_joined') this.#options.event(event);
    if (this.#rooms.position(room) !== undefined || this.#told.has(room)) return;
    this.#told.add(room);
    this.#options.unknown?.(room);
  }

  async #opened(round: number): Promise<void> {
    try {
      const behind = await this.#begin();
      if (round !== this.#round) return;
      await this.#resume(behind, round);
      if (round !== this.#round) return;
    } catch {
      if (round === this.#round) this.#wait();
      return;
    }
    const early = this.#early ?? [];
    this.#early = null;
    this.#openedAt = Date.now();
    this.#tell('connected');
    for (const event of early) {
      if (round !== this.#round) return;
      this.#accept(event);
    }
    this.#look();
  }

  /** Learns where the rooms stand; answers with those that are behind. */
  async #begin(): Promise<string[]> {
    const round = this.#round;
    const before = new Set(this.#rooms.positions().keys());
    let server: Map<string, number>;
    if (this.#options.start) server = new Map(await this.#options.start());
    else {
      const answer = (await this.#link?.request({ type: 'resume', rooms: {} })) as ResumeAnswer;
      server = new Map(Object.entries(answer.rooms).map(([room, { last_seq }]) => [room, last_seq]));
    }
    if (round !== this.#round) return [];
    const behind: string[] = [];
    for (const [room, position] of this.#rooms.positions()) {
      const there = server.get(room);
      // A room that was entered meanwhile is not among what the server said, and something may have happened in it.
      if (there === undefined) before.has(room) ? this.forget(room) : behind.push(room);
      else if (position < there) behind.push(room);
    }
    for (const [room, position] of server) if (this.#rooms.position(room) === undefined) this.#rooms.track(room, position);
    return behind;
  }

  /** Asks for what is missing of `rooms`, until there is no more. */
  async #resume(rooms: string[], round: number): Promise<void> {
    const from = new Map(rooms.map((room) => [room, this.#rooms.position(room) ?? 0]));
    while (from.size > 0 && round === this.#round && this.#link) {
      const asked = [...from].slice(0, RESUME_ROOMS_MAX);
      const answer = (await this.#link.request({ type: 'resume', rooms: Object.fromEntries(asked) })) as ResumeAnswer;
      if (round !== this.#round) return;
      const reached = new Map<string, number>();
      for (const event of answer.events as E[]) {
        const room = (event.data as { room_id: string }).room_id;
        if (typeof event.seq === 'number') reached.set(room, Math.max(event.seq, reached.get(room) ?? 0));
        this.#rooms.accept(event);
      }
      for (const [room, position] of asked) {
        const said = answer.rooms[room];
        from.delete(room);
        if (said === undefined) continue;
        const next = this.#rooms.resumed(room, said, reached.get(room) ?? null);
        if (next !== null) from.set(room, Math.max(next, position));
      }
      for (const room of answer.resync) {
        from.delete(room);
        this.#rooms.forget(room);
      }
      if (answer.resync.length > 0) this.#options.resync?.(answer.resync);
    }
  }

  /** Sees to it that holes are asked for, soon, and unsettled numbers, later. */
  #look(): void {
    if (this.#early !== null || this.#state !== 'connected') return;
    const free = (room: string) => !this.#resuming.has(room);
    const wait = this.#rooms.holes().some(free) ? HOLE_MS : this.#rooms.unsettled().some(free) ? OPEN_MS : null;
    if (wait === null || Date.now() + wait >= this.#checkAt) return;
    clearTimeout(this.#check);
    this.#checkAt = Date.now() + wait;
    this.#check = setTimeout(() => void this.#ask(), wait);
  }

  async #ask(): Promise<void> {
    this.#checkAt = Infinity;
    const round = this.#round;
    const rooms = [...new Set([...this.#rooms.holes(), ...this.#rooms.unsettled()])].filter((room) => !this.#resuming.has(room));
    for (const room of rooms) this.#resuming.add(room);
    try {
      await this.#resume(rooms, round);
    } catch (error) {
      // A refusal (too many) is tried again later; a lost answer means a lost line.
      if (round === this.#round && (error as FrameError).code === 'timeout') return this.#wait();
    } finally {
      if (round === this.#round) for (const room of rooms) this.#resuming.delete(room);
    }
    if (round === this.#round) this.#look();
  }
}
