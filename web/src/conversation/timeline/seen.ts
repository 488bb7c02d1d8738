/**
 * Tells what has been read: only lines that were wholly in sight of a focused window, and only once
 * the reader has been at the unread line, so that a room opened at its end does not swallow what is
 * above.
 */
import type { Message } from '../../model/contract';

/** What is in sight for a shorter time than this was only scrolled past. */
const SEEN_MS = 350;

export class Seen {
  readonly #box: HTMLElement;
  readonly #read: (message: Message) => void;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #upTo = 0;
  /** Whether everything before the rows in sight counts as read. */
  caughtUp = true;

  constructor(box: HTMLElement, read: (message: Message) => void) {
    this.#box = box;
    this.#read = read;
  }

  /** Something may have come into sight; `newest` finds the last message among the rows' elements. */
  look(rows: () => HTMLElement[], messageOf: (row: HTMLElement) => Message | null, unreadRow: () => HTMLElement | null): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      if (document.visibilityState !== 'visible' || !document.hasFocus()) return;
      const box = this.#box.getBoundingClientRect();
      if (!this.caughtUp) {
        const line = unreadRow()?.getBoundingClientRect();
        if (line && line.top < box.bottom && line.bottom > box.top - 1) this.caughtUp = true;
      }
      if (!this.caughtUp) return;
      const all = rows();
      for (let at = all.length - 1; at >= 0; at -= 1) {
        const row = all[at];
        if (!row) continue;
        const rect = row.getBoundingClientRect();
        // A row higher than the window is read when its end has been reached or it fills the window.
        const inSight = rect.bottom <= box.bottom + 2 && rect.bottom > box.top;
        const message = inSight ? messageOf(row) : null;
        if (!message) continue;
        if (message.seq > this.#upTo) {
          this.#upTo = message.seq;
          this.#read(message);
        }
        break;
      }
    }, SEEN_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
