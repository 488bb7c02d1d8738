/**
 * Keeps what is being read where it is.
 *
 * The list stands in natural flow, so every height is real and none is estimated. The anchor is the
 * lower edge of the first row in sight, remembered by its place in the *content* (not on the screen): scrolling
 * does not change that, only what grows or comes above it does. The lower edge, because the row itself changes
 * when older ones come above it: its day, and its author's name, then stand there. Whenever something may have changed, the
 * difference goes into `scrollTop` before the browser paints. The browser's own scroll anchoring is
 * off: Safari has none, so one mechanism serves, and is tested, everywhere.
 */

/** Rows remembered, in case the first is taken away. */
const ANCHORS_MAX = 4;
/** Nearer to the end than this is at the end. */
const AT_END_PX = 24;

interface Held {
  row: Element;
  /** Its lower edge. */
  bottom: number;
}

export class Anchor {
  readonly #box: HTMLElement;
  readonly #rows: () => Iterable<HTMLElement>;
  #held: Held[] = [];
  #lastTop = 0;
  /** At the end, and staying there when more comes. */
  stuck = true;

  constructor(box: HTMLElement, rows: () => Iterable<HTMLElement>) {
    this.#box = box;
    this.#rows = rows;
  }

  get above(): number {
    return this.#box.scrollTop;
  }

  get below(): number {
    return this.#box.scrollHeight - this.#box.scrollTop - this.#box.clientHeight;
  }

  /** After a scroll by the reader (or by us): are they at the end, and what do they read now? */
  scrolled(endIsLive: boolean): void {
    const top = this.#box.scrollTop;
    // Growth below must not unstick, so only going up does; what shrinks may move the box up by itself.
    if (top < this.#lastTop - 1 && this.below > AT_END_PX) this.stuck = false;
    else if (this.below <= AT_END_PX && endIsLive) this.stuck = true;
    this.hold();
  }

  /** Puts back what moved since `take`: to be called after every change of the rows or of the box. */
  hold(): void {
    if (this.stuck) {
      const end = this.#box.scrollHeight - this.#box.clientHeight;
      if (Math.abs(this.#box.scrollTop - end) >= 1) this.#box.scrollTop = end;
    } else {
      const held = this.#held.find(({ row }) => row.isConnected);
      if (held) {
        const moved = this.#topOf(held.row) + held.row.getBoundingClientRect().height - held.bottom;
        if (Math.abs(moved) >= 0.5) this.#box.scrollTop += moved;
      }
    }
    this.take();
  }

  /** Remembers the rows in sight. */
  take(): void {
    this.#lastTop = this.#box.scrollTop;
    const from = this.#box.getBoundingClientRect().top;
    const held: Held[] = [];
    for (const row of this.#rows()) {
      const rect = row.getBoundingClientRect();
      if (rect.bottom <= from + 1) continue;
      held.push({ row, bottom: rect.bottom - from + this.#lastTop });
      if (held.length === ANCHORS_MAX) break;
    }
    this.#held = held;
  }

  /** The row goes to this part of the height (0 top, 1 bottom). */
  show(row: Element, part: number, endIsLive: boolean): void {
    this.stuck = false;
    const room = Math.max(0, this.#box.clientHeight - row.getBoundingClientRect().height);
    this.#box.scrollTop = this.#topOf(row) - Math.min(room, this.#box.clientHeight * part);
    if (this.below <= AT_END_PX) this.stuck = endIsLive;
    this.take();
  }

  /** The row stands this many pixels under the upper edge again. */
  place(row: Element, under: number): void {
    this.stuck = false;
    this.#box.scrollTop = this.#topOf(row) - under;
    this.take();
  }

  toEnd(): void {
    this.stuck = true;
    this.hold();
  }

  #topOf(row: Element): number {
    return row.getBoundingClientRect().top - this.#box.getBoundingClientRect().top + this.#box.scrollTop;
  }
}
