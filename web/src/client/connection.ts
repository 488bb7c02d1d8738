/**
 * Keeps up with the server, whatever happens to the line: a socket, opened again and again; or `sync`, where REST answers
 * and sockets do not come through, until one does.
 *
 * A round is: ticket, socket, `start` (events that come meanwhile are kept), `resume` of the rooms that are behind.
 */
import { Backoff } from './backoff';
import { Inbox, type InboxHandlers, type Positions, type ResumeAnswer, type Synced } from './inbox';
import { Polling, type Started } from './polling';
import type { ChatEvent } from './sequencer';
import { FrameError, Link, type SocketLike } from './socket';

/**
 * `polling`: without a socket, by asking. `offline`: the browser says so. `stopped`: by `stop()`, or because the session
 * has ended.
 */
export type LinkState = 'stopped' | 'connecting' | 'connected' | 'polling' | 'waiting' | 'offline';

export interface ConnectionOptions<E extends ChatEvent> extends InboxHandlers<E> {
  /** `wss://host/ws`. */
  url: string;
  /** A fresh ticket. Rejecting with an error whose `fatal` is true ends the connection for good. */
  ticket(): Promise<string>;
  /**
   * Called whenever a socket was opened: fetch what is needed (`GET /bootstrap`) and answer with the rooms and the
   * positions it stands for. Without it, the server is asked where every room stands.
   */
  start?(): Promise<Started>;
  /** `GET /sync`, for networks that let no socket through; needs `start` and its cursor. */
  sync?(cursor: string): Promise<Synced>;
  /** What `sync` answered, after its events; `gone` are rooms that were held and that the user is not in any more. */
  synced?(answer: Synced, gone: string[]): void;
  state?(state: LinkState, retryAt: number | null): void;
  /** The session is over; nothing more will come. */
  ended?(): void;
  WebSocket?: new (url: string) => SocketLike;
  /** Chance, for the waiting times. */
  random?: () => number;
}

/** A connection that held this long was a good one: the waiting times begin anew. */
const GOOD_MS = 10_000;
/** Sockets that failed in a row while REST answered; then it is asked. */
const REFUSED_MAX = 2;
/** A socket of which nothing is heard for so long is not waited for. */
const SILENT_MS = 4_000;
/** Between two tries, at most … */
const WAIT_MS_MAX = 30_000;
/** … and while asking does as well. */
const WAIT_POLLING_MS_MAX = 120_000;

export class Connection<E extends ChatEvent = ChatEvent> {
  #options: ConnectionOptions<E>;
  #inbox: Inbox<E>;
  #polling: Polling<E> | null = null;
  #backoff: Backoff;
  #link: Link | null = null;
  #state: LinkState = 'stopped';
  #retryAt: number | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #openedAt = 0;
  /** Sockets that failed in a row, without a word, though REST answered. */
  #refused = 0;
  /** Counts the rounds: what belongs to an earlier one is dropped. */
  #round = 0;

  constructor(options: ConnectionOptions<E>) {
    this.#options = options;
    this.#inbox = new Inbox<E>(options, () => this.#wait());
    this.#backoff = new Backoff(500, WAIT_MS_MAX, options.random);
    const { start, sync } = options;
    if (!start || !sync) return;
    this.#polling = new Polling<E>(this.#inbox, {
      start: () => start(),
      sync: (cursor) => sync(cursor),
      synced: (answer, gone) => options.synced?.(answer, gone),
      held: () => this.#tell('polling'),
      failed: (error) => this.#unanswered(error),
    });
  }

  get state(): LinkState {
    return this.#state;
  }

  start(): void {
    if (this.#state !== 'stopped') return;
    globalThis.addEventListener?.('online', this.#online);
    globalThis.addEventListener?.('offline', this.#offline);
    globalThis.document?.addEventListener('visibilitychange', this.#visible);
    void this.#connect();
  }

  stop(): void {
    globalThis.removeEventListener?.('online', this.#online);
    globalThis.removeEventListener?.('offline', this.#offline);
    globalThis.document?.removeEventListener('visibilitychange', this.#visible);
    this.#polling?.stop();
    this.#hangUp();
    this.#tell('stopped');
  }

  /** Tries at once, instead of when the waiting time is over. */
  retryNow(): void {
    if (this.#state === 'stopped') return;
    this.#polling?.now();
    if (this.#retry !== undefined) void this.#connect();
    else if (this.#openedAt > 0) this.#link?.probe();
  }

  /** The caller holds everything of `room` up to `position`. */
  track(room: string, position: number): void {
    this.#inbox.track(room, position);
  }

  /** `room` was entered, and nothing of it is held: what is loaded once this resolves misses nothing. */
  enter(room: string, taken: number): Promise<void> {
    return this.#inbox.enter(room, taken);
  }

  /** Until a room that was just entered can be loaded; at once for any other. */
  entered(room: string): Promise<void> {
    return this.#inbox.entered(room);
  }

  /** What is held of these rooms is not to be trusted: they are told as `resync`. */
  afresh(rooms: string[]): void {
    this.#inbox.afresh(rooms);
  }

  /** `room` was loaded afresh. */
  reset(room: string, position: number): void {
    this.#inbox.reset(room, position);
  }

  forget(room: string): void {
    this.#inbox.forget(room);
  }

  position(room: string): number | undefined {
    return this.#inbox.position(room);
  }

  /** Sends a frame that nobody waits for; false if there is no socket, and it is lost. */
  send(frame: object): boolean {
    this.#polling?.stir();
    if (this.#state !== 'connected') return false;
    this.#link?.send(frame);
    return true;
  }

  /** Sends a frame and resolves with its answer's data; rejects with a `FrameError`. */
  request(frame: object): Promise<unknown> {
    this.#polling?.stir();
    if (this.#state !== 'connected' || !this.#link) return Promise.reject(new FrameError('closed', 'not connected'));
    return this.#link.request(frame);
  }

  #online = () => {
    this.#backoff.reset();
    // The socket of before may have lived through it.
    if (this.#state === 'offline' && this.#openedAt > 0) this.#tell('connected');
    this.retryNow();
  };

  #offline = () => {
    this.#polling?.stop();
    if (this.#openedAt === 0) return this.#wait();
    // What the browser says is shown; but it may be wrong, and a socket that still answers is kept.
    this.#tell('offline');
    this.#link?.probe();
  };

  #visible = () => {
    if (globalThis.document?.visibilityState === 'visible') this.retryNow();
  };

  #tell(state: LinkState, retryAt: number | null = null): void {
    // While asking does, the next socket is no news.
    const quiet = this.#polling?.state === 'held' && (state === 'connecting' || state === 'waiting');
    const [told, at] = quiet ? (['polling', null] as const) : [state, retryAt];
    if (this.#state === told && this.#retryAt === at) return;
    this.#state = told;
    this.#retryAt = at;
    this.#options.state?.(told, at);
  }

  #hangUp(): void {
    this.#round += 1;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    clearTimeout(this.#silence);
    this.#openedAt = 0;
    this.#inbox.close();
    const link = this.#link;
    this.#link = null;
    link?.close();
  }

  #end(): void {
    this.stop();
    this.#options.ended?.();
  }

  async #connect(): Promise<void> {
    this.#hangUp();
    const round = this.#round;
    this.#tell('connecting');
    let ticket: string;
    try {
      ticket = await this.#options.ticket();
    } catch (error) {
      if (round === this.#round) this.#unanswered(error);
      return;
    }
    if (round !== this.#round) return;
    // REST answers.
    if (this.#refused >= REFUSED_MAX) this.#polling?.start();
    else this.#silence = setTimeout(() => this.#polling?.start(), SILENT_MS);
    const url = `${this.#options.url}?ticket=${encodeURIComponent(ticket)}&batch=1`;
    const Socket = this.#options.WebSocket ?? (WebSocket as unknown as new (url: string) => SocketLike);
    let heard: () => void;
    const word = new Promise<void>((resolve) => (heard = resolve));
    const link = new Link(new Socket(url), {
      opened: () => {
        if (round === this.#round) void this.#opened(round, word);
      },
      heard: () => {
        if (round !== this.#round) return;
        this.#refused = 0;
        clearTimeout(this.#silence);
        heard();
      },
      event: (event) => {
        if (round === this.#round) this.#take(event as E);
      },
      closed: () => {
        if (round === this.#round) this.#closed();
      },
    });
    this.#link = link;
    this.#inbox.open((rooms) => link.request({ type: 'resume', rooms }) as Promise<ResumeAnswer>);
  }

  #closed(): void {
    if (this.#openedAt === 0) this.#refused += 1;
    if (this.#refused >= REFUSED_MAX) this.#polling?.start();
    this.#wait();
  }

  /** REST does not answer. */
  #unanswered(error: unknown): void {
    if ((error as { fatal?: boolean }).fatal === true) return this.#end();
    // It did a moment ago.
    if (this.#state === 'polling') this.#backoff.reset();
    this.#polling?.stop();
    this.#wait();
  }

  #wait(): void {
    if (this.#openedAt > 0 && Date.now() - this.#openedAt > GOOD_MS) this.#backoff.reset();
    this.#hangUp();
    const offline = globalThis.navigator?.onLine === false;
    const asks = this.#polling !== null && this.#polling.state !== 'off';
    const ms = this.#backoff.next(asks ? WAIT_POLLING_MS_MAX : WAIT_MS_MAX);
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
    this.#inbox.take(event);
  }

  async #opened(round: number, word: Promise<void>): Promise<void> {
    const { start } = this.#options;
    let cursor: string | undefined;
    const from = async (): Promise<Positions> => {
      const started = await (start as NonNullable<typeof start>)();
      cursor = started.cursor;
      return started.positions;
    };
    try {
      await this.#inbox.begin(start && from);
      await word;
    } catch {
      if (round === this.#round) this.#wait();
      return;
    }
    if (round !== this.#round) return;
    this.#openedAt = Date.now();
    this.#polling?.stop();
    if (cursor !== undefined) this.#polling?.from(cursor);
    this.#tell('connected');
  }
}
