/**
 * Follows the chat without a socket, where a proxy lets none through: asks `GET /sync` again and again, every few seconds
 * while something goes on and somebody looks, seldom otherwise.
 */
import type { Inbox, Positions, Synced } from './inbox';
import type { ChatEvent } from './sequencer';

/** Where everything stands, as `GET /bootstrap` tells. */
export interface Started {
  positions: Positions;
  /** From where to `sync`. */
  cursor?: string;
}

export interface PollingHandlers {
  start(): Promise<Started>;
  sync(cursor: string): Promise<Synced>;
  /** After the events of an answer, each time; `gone` are rooms that were held and that the user is not in any more. */
  synced?(answer: Synced, gone: string[]): void;
  /** It goes well. */
  held(): void;
  /** It has ended: there was no answer. */
  failed(error: unknown): void;
}

/** Between two questions: while something goes on, … */
const BUSY_MS = 3_000;
/** … for so long after it did, … */
const BUSY_FOR_MS = 60_000;
/** … while nothing does, … */
const QUIET_MS = 10_000;
/** … and while nobody sees it. */
const HIDDEN_MS = 30_000;

const isHidden = () => globalThis.document?.visibilityState === 'hidden';

export class Polling<E extends ChatEvent = ChatEvent> {
  #inbox: Inbox<E>;
  #handlers: PollingHandlers;
  /** Everything up to there was delivered, or is to be loaded afresh. */
  #cursor: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #state: 'off' | 'begun' | 'held' = 'off';
  #asking = false;
  #busyAt = 0;
  /** Counts the starts: an answer to an earlier one is dropped. */
  #turn = 0;

  constructor(inbox: Inbox<E>, handlers: PollingHandlers) {
    this.#inbox = inbox;
    this.#handlers = handlers;
  }

  /** Whether it goes on, and whether the last question was answered. */
  get state(): 'off' | 'begun' | 'held' {
    return this.#state;
  }

  /** All rooms are as far as `cursor` says. */
  from(cursor: string): void {
    this.#cursor = cursor;
  }

  start(): void {
    if (this.#state !== 'off') return;
    this.#state = 'begun';
    this.#busyAt = Date.now();
    this.#turn += 1;
    void this.#ask(this.#turn);
  }

  stop(): void {
    this.#state = 'off';
    this.#turn += 1;
    this.#asking = false;
    clearTimeout(this.#timer);
  }

  /** Somebody does something: what comes is looked for more often. */
  stir(): void {
    const pause = this.#pause();
    this.#busyAt = Date.now();
    if (this.#state === 'held' && !this.#asking && this.#pause() < pause) this.now();
  }

  /** Asks at once. */
  now(): void {
    if (this.#state === 'off' || this.#asking) return;
    clearTimeout(this.#timer);
    void this.#ask(this.#turn);
  }

  #pause(): number {
    return isHidden() ? HIDDEN_MS : Date.now() - this.#busyAt < BUSY_FOR_MS ? BUSY_MS : QUIET_MS;
  }

  async #ask(turn: number): Promise<void> {
    this.#asking = true;
    let more: boolean;
    try {
      more = this.#cursor === null ? await this.#begin(turn) : await this.#sync(this.#cursor, turn);
    } catch (error) {
      if (turn !== this.#turn) return;
      // The cursor was refused: from the start.
      if ((error as { temporary?: boolean }).temporary === false) this.#cursor = null;
      this.stop();
      return this.#handlers.failed(error);
    }
    if (turn !== this.#turn) return;
    this.#asking = false;
    this.#state = 'held';
    this.#timer = setTimeout(() => void this.#ask(turn), more ? 0 : this.#pause());
    this.#handlers.held();
  }

  async #begin(turn: number): Promise<boolean> {
    const before = this.#inbox.rooms;
    const { positions, cursor } = await this.#handlers.start();
    const behind = this.#inbox.compare(positions, before);
    if (turn !== this.#turn) return false;
    if (cursor === undefined) throw new Error('the start has no cursor');
    // Where the cursor begins, they have to be.
    this.#inbox.afresh(behind);
    this.#cursor = cursor;
    return false;
  }

  async #sync(cursor: string, turn: number): Promise<boolean> {
    const before = this.#inbox.rooms;
    const answer = await this.#handlers.sync(cursor);
    if (turn !== this.#turn) return false;
    this.#cursor = answer.cursor;
    if (answer.events.length > 0) this.#busyAt = Date.now();
    this.#handlers.synced?.(answer, this.#inbox.synced(answer, before));
    return answer.more;
  }
}
