import type { Line, Message, Sending } from './contract';

/** A line of a room: one object for its whole life, so that a change of it redraws nothing else. */
export class LineState implements Line {
  readonly key: string;
  message: Message = $state.raw() as Message;
  sending: Sending | null = $state.raw(null);
  failure: string | null = $state.raw(null);
  /** Of what REST answered: replies up to then are in its count already. */
  countedUpTo: string | null = null;
  /** Replies that were counted since then. */
  readonly counted = new Set<string>();
  /** The latest event that changed it since then. */
  #changedBy = 0;
  /** When it was last answered by REST; ms. */
  fetchedAt = 0;

  constructor(message: Message, key: string = message.id) {
    this.key = key;
    this.message = message;
  }

  get seq(): number {
    return this.message.seq;
  }

  /** The number of that event: an answer is only good if it stayed the same since the question. */
  get changedBy(): number {
    return this.#changedBy;
  }

  /** Whether an event with this number is the latest about this message, which it is from now on. */
  latest(seq: number): boolean {
    if (this.#changedBy > seq) return false;
    this.#changedBy = seq;
    return true;
  }

  /** Takes over what REST answered. */
  fetched(message: Message): void {
    this.message = message;
    this.countedUpTo = message.last_reply_at;
    this.counted.clear();
    this.#changedBy = 0;
    this.fetchedAt = Date.now();
  }
}
