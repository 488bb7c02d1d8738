/**
 * The part of the lines that is in the document: a few screens around what is being read. It is held
 * by the keys of its first and last line, so lines may come and go on both sides without moving it.
 */
import type { Timeline } from '../../model/contract';

/** Rows drawn at first, and at most added in one frame: a row takes about 0.7 ms, and no task may take 50. */
const FIRST_ROWS = 28;
const CHUNK_ROWS = 12;
/** Of a lump that arrives at the end these are drawn at once: about a screen. */
const LUMP_ROWS = 20;
/** Never more rows than this, even if they are tiny. */
const ROWS_MAX = 240;

export class Slice {
  readonly #timeline: Timeline;
  #first: string | null = $state.raw(null);
  /** Null: whatever comes at the end is drawn. */
  #last: string | null = $state.raw(null);
  #before = { start: 0, length: 0 };
  /** The first line since a lump came; not state, for it is found while the range is computed. */
  #sinceLump: string | null = null;
  /** Counts moves, for one that ends at the same first line must be noticed too. */
  #moves = $state(0);

  readonly range: { start: number; end: number } = $derived.by(() => this.#range());

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  #range(): { start: number; end: number } {
    const { lines } = this.#timeline;
    void this.#moves;
    const first = this.#sinceLump ?? this.#first;
    let start = first === null ? -1 : this.#find(first, this.#before.start);
    const last = this.#last === null ? -1 : this.#find(this.#last, start);
    let end = last < 0 ? lines.length : last + 1;
    if (start < 0 && last >= 0) start = Math.max(0, end - FIRST_ROWS);
    // What arrives in one lump is not drawn in one: the newest rows are enough, more come with the next frames.
    const lump = this.#last === null && lines.length - this.#before.length > CHUNK_ROWS && this.#before.length > 0;
    if (start < 0) start = Math.max(0, end - FIRST_ROWS);
    else if (lump && end - start > LUMP_ROWS && this.#before.start === start) {
      start = Math.max(0, end - LUMP_ROWS);
      this.#sinceLump = lines[start]?.key ?? null;
    }
    if (first !== null && this.#last !== null && last < 0) end = Math.min(lines.length, start + FIRST_ROWS);
    this.#before = { start, length: lines.length };
    return { start, end };
  }

  #find(key: string, near: number): number {
    const { lines } = this.#timeline;
    if (lines[near]?.key === key) return near;
    return lines.findIndex((line) => line.key === key);
  }

  /** Draws what comes at the end, as long as the reader is there. */
  follow(on: boolean): void {
    const { lines } = this.#timeline;
    const { start, end } = this.range;
    if (on && end === lines.length) {
      this.#last = null;
    } else if (!on && this.#last === null) {
      this.#last = lines[end - 1]?.key ?? null;
      this.#from(start);
    }
  }

  #from(start: number): void {
    this.#sinceLump = null;
    this.#moves += 1;
    this.#first = this.#timeline.lines[start]?.key ?? this.#first;
  }

  /** Draws the newest rows. */
  toEnd(): void {
    const { lines } = this.#timeline;
    this.#from(Math.max(0, lines.length - FIRST_ROWS));
    this.#last = null;
  }

  /** Draws the rows around this line. */
  around(index: number): void {
    const { lines } = this.#timeline;
    this.#from(Math.max(0, index - FIRST_ROWS / 2));
    const last = index + FIRST_ROWS / 2;
    this.#last = last >= lines.length - 1 ? null : (lines[last]?.key ?? null);
  }

  /** One chunk more above; false if all is drawn. */
  growUp(): boolean {
    const { start } = this.range;
    if (start === 0) return false;
    this.#from(Math.max(0, start - CHUNK_ROWS));
    return true;
  }

  growDown(): boolean {
    const { lines } = this.#timeline;
    const { start, end } = this.range;
    if (end >= lines.length) return false;
    this.#from(start);
    const last = Math.min(lines.length, end + CHUNK_ROWS) - 1;
    this.#last = lines[last]?.key ?? null;
    return true;
  }

  /** Takes away so many rows above or below that are far out of sight. */
  trim(top: number, bottom: number): void {
    const { lines } = this.#timeline;
    const { start, end } = this.range;
    if (top > 0) this.#from(start + top);
    if (bottom > 0) this.#last = lines[end - 1 - bottom]?.key ?? this.#last;
  }

  get overfull(): boolean {
    return this.range.end - this.range.start > ROWS_MAX;
  }
}
