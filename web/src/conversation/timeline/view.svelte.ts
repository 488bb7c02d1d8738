/**
 * One open timeline on the screen: which rows are drawn, where it stands, when more is fetched. The
 * component only draws; everything that measures or moves is here.
 */
import { tick } from 'svelte';
import type { Line, Message, Timeline } from '../../model/contract';
import { Anchor } from './anchor';
import { keepPlace, placeOf } from './places';
import { Seen } from './seen';
import { Slice } from './slice.svelte';

/** In heights of the box: fetched when nearer to the end of what is held, drawn when nearer to what is drawn. */
const FETCH_AHEAD = 2.5;
const DRAW_AHEAD = 1.5;
const KEEP_DRAWN = 5;
/** For so long the unread line may still come from the server and be shown, if the reader does nothing. */
const SETTLE_MS = 4000;

export class View {
  readonly #timeline: Timeline;
  readonly #id: string;
  readonly slice: Slice;
  #box: HTMLElement | null = null;
  #anchor: Anchor | null = null;
  #seen: Seen | null = null;
  #frame = 0;
  #placed = false;
  #lineShown = false;
  #touched = false;
  readonly #openedAt = Date.now();
  /** The end is far below: offer the way back. */
  away = $state(false);
  /** The unread line is above what is seen. */
  lineAbove = $state(false);
  /** The last number that was there when the reader left the end. */
  leftAtSeq = $state(0);
  /** The row that was jumped to, shown in another light for a moment. */
  marked: string | null = $state(null);
  /** Which row Tab reaches. */
  active: string | null = $state(null);

  constructor(timeline: Timeline, id: string, onread: ((message: Message) => void) | null) {
    this.#timeline = timeline;
    this.#id = id;
    this.slice = new Slice(timeline);
    this.#onread = onread;
  }
  readonly #onread: ((message: Message) => void) | null;

  /** For `{@attach}` on the scrolling box. */
  readonly attach = (box: HTMLElement): (() => void) => {
    this.#box = box;
    this.#anchor = new Anchor(box, () => this.rows());
    this.#seen = this.#onread ? new Seen(box, this.#onread) : null;
    const sizes = new ResizeObserver(() => this.#changed());
    sizes.observe(box);
    for (const child of box.children) sizes.observe(child);
    const touched = () => (this.#touched = true);
    const look = () => this.#look();
    for (const type of ['wheel', 'touchstart', 'pointerdown', 'keydown']) {
      box.addEventListener(type, touched, { passive: true });
    }
    addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      this.#keep();
      sizes.disconnect();
      this.#seen?.stop();
      cancelAnimationFrame(this.#frame);
      removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
      this.#box = this.#anchor = this.#seen = null;
    };
  };

  rows(): HTMLElement[] {
    return this.#box ? [...this.#box.querySelectorAll<HTMLElement>('[data-key]')] : [];
  }

  row(key: string): HTMLElement | null {
    return this.#box?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`) ?? null;
  }

  /** The row that shows a line of the slice: its own, or the one it is told in. */
  #rowAt(at: number): HTMLElement | null {
    const { start, end } = this.slice.range;
    for (let from = at; from >= start && from < end; from -= 1) {
      const row = this.row(this.#timeline.lines[from]?.key ?? '');
      if (row) return row;
    }
    return null;
  }

  get #endIsLive(): boolean {
    return this.#timeline.live && this.slice.range.end === this.#timeline.lines.length;
  }

  /** After the rows were drawn: the place first (nothing is painted yet), the rest in the next frame. */
  drawn(): void {
    if (!this.#anchor || this.#timeline.lines.length === 0) return;
    if (!this.#placed || this.#lineIsNew()) this.#place();
    else this.#changed();
    this.#later();
  }

  #changed(): void {
    this.#anchor?.hold();
    this.#later();
  }

  readonly onscroll = (): void => {
    this.#anchor?.scrolled(this.#endIsLive);
    if (this.#anchor) this.#follow(this.#anchor.stuck);
    this.#fit();
    this.#look();
  };

  #follow(stuck: boolean): void {
    const { lines } = this.#timeline;
    if (!stuck && !this.away && this.leftAtSeq === 0) this.leftAtSeq = this.#lastSeq(lines);
    if (stuck) this.leftAtSeq = 0;
    this.slice.follow(stuck);
  }

  #lastSeq(lines: readonly Line[]): number {
    for (let at = lines.length - 1; at >= 0; at -= 1) {
      const line = lines[at];
      if (line && line.sending === null) return line.message.seq;
    }
    return 0;
  }

  #later(): void {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#fit();
      this.#look();
    });
  }

  /** Draws and fetches what will be needed soon, and forgets what is far. */
  #fit(): void {
    const anchor = this.#anchor;
    const box = this.#box;
    if (!anchor || !box || !this.#placed) return;
    const timeline = this.#timeline;
    const height = Math.max(box.clientHeight, 1);
    const { above, below } = anchor;
    const { start, end } = this.slice.range;
    if (above < height * DRAW_AHEAD && start > 0) this.slice.growUp();
    else if (below < height * DRAW_AHEAD && end < timeline.lines.length) this.slice.growDown();
    else this.#trim(height);
    // Rows not drawn yet are at least this high together; fetched early, for Safari cannot be moved while it coasts.
    const heldAbove = above + start * 24;
    const heldBelow = below + (timeline.lines.length - end) * 24;
    if (heldAbove < height * FETCH_AHEAD && timeline.hasOlder && timeline.loading === null) void timeline.loadOlder();
    else if (heldBelow < height * FETCH_AHEAD && timeline.hasNewer && timeline.loading === null) void timeline.loadNewer();
    this.away = !anchor.stuck && (!timeline.live || below > height * 0.75);
    this.#lineSide(box);
  }

  #trim(height: number): void {
    const box = this.#box;
    if (!box) return;
    const { above, below } = this.#anchor ?? { above: 0, below: 0 };
    const far = height * KEEP_DRAWN;
    if (above < far + height && below < far + height && !this.slice.overfull) return;
    const edge = box.getBoundingClientRect().top;
    let top = 0;
    let bottom = 0;
    const focused = document.activeElement;
    for (const row of this.rows()) {
      const rect = row.getBoundingClientRect();
      if (rect.bottom < edge - far && top >= 0 && !row.contains(focused)) top += 1;
      if (rect.top > edge + height + far && !row.contains(focused)) bottom += 1;
    }
    if (top > 0 || bottom > 0) this.slice.trim(top, bottom);
  }

  #lineSide(box: HTMLElement): void {
    const after = this.#timeline.unreadAfterSeq;
    if (after === null) {
      this.lineAbove = false;
      return;
    }
    const row = box.querySelector('[data-first-unread]');
    const first = this.#timeline.lines[this.slice.range.start];
    this.lineAbove = row
      ? row.getBoundingClientRect().bottom < box.getBoundingClientRect().top
      : first !== undefined && first.message.seq > after && (this.slice.range.start > 0 || this.#timeline.hasOlder);
  }

  #look(): void {
    this.#seen?.look(
      () => this.rows(),
      (row) => {
        const line = this.lineOf(row);
        return line && line.sending === null ? line.message : null;
      },
      () => this.#box?.querySelector<HTMLElement>('[data-first-unread]') ?? null,
    );
  }

  lineOf(row: HTMLElement): Line | null {
    const { start, end } = this.slice.range;
    // Of several in one row the last: whoever has seen the row has seen them all.
    const key = row.dataset.last ?? row.dataset.key;
    for (let at = end - 1; at >= start; at -= 1) {
      const line = this.#timeline.lines[at];
      if (line && line.key === key) return line;
    }
    return null;
  }

  get #unreadIndex(): number {
    const after = this.#timeline.unreadAfterSeq;
    if (after === null) return -1;
    const at = this.#timeline.lines.findIndex((line) => line.sending === null && line.message.seq > after);
    // The first line held may be unread while older unread ones are not held: then it is not the line.
    return at === 0 && this.#timeline.hasOlder ? -1 : at;
  }

  /** The unread line came only with the server's answer, and the reader has done nothing yet. */
  #lineIsNew(): boolean {
    if (this.#lineShown || this.#touched || Date.now() - this.#openedAt > SETTLE_MS) return false;
    return this.#unreadIndex >= 0;
  }

  /** Where a timeline stands when it is opened: at the unread line, where the reader was, or at the end. */
  #place(): void {
    this.#placed = true;
    const { lines } = this.#timeline;
    const unread = this.#unreadIndex;
    const held = this.#lineShown ? undefined : placeOf(this.#id);
    const heldIndex = held ? lines.findIndex((line) => line.key === held.key) : -1;
    if (this.#seen) this.#seen.caughtUp = this.#timeline.unreadAfterSeq === null;
    const at = unread >= 0 ? unread : heldIndex;
    if (at < 0) {
      this.slice.toEnd();
      this.#anchor?.toEnd();
      return;
    }
    if (unread >= 0) this.#lineShown = true;
    this.slice.around(at);
    void tick().then(() => {
      const row = this.#rowAt(at);
      if (!row || !this.#anchor) return;
      if (unread >= 0) this.#anchor.show(row, 0.25, this.#endIsLive);
      else this.#anchor.place(row, held?.under ?? 0);
      this.#follow(this.#anchor.stuck);
      this.#later();
    });
  }

  #keep(): void {
    const box = this.#box;
    if (!box || !this.#placed) return;
    const edge = box.getBoundingClientRect().top;
    const row = this.#anchor?.stuck ? null : this.rows().find((one) => one.getBoundingClientRect().bottom > edge);
    const key = row?.dataset.key;
    keepPlace(this.#id, row && key ? { key, under: row.getBoundingClientRect().top - edge } : null);
  }

  /** Shows a line that is held, and marks it for a moment. False if it is not held. */
  async reveal(find: (line: Line) => boolean, options: { mark?: boolean; focus?: boolean; part?: number } = {}): Promise<boolean> {
    const at = this.#timeline.lines.findIndex(find);
    const line = this.#timeline.lines[at];
    if (!line || !this.#anchor) return false;
    this.#touched = this.#placed = true;
    if (!this.row(line.key)) this.slice.around(at);
    await tick();
    const row = this.#rowAt(this.#timeline.lines.findIndex(find));
    if (!row) return false;
    this.#anchor.show(row, options.part ?? 0.35, this.#endIsLive);
    this.#follow(this.#anchor.stuck);
    this.active = row.dataset.key ?? null;
    if (options.focus) row.focus({ preventScroll: true });
    if (options.mark) {
      this.marked = null;
      await tick();
      this.marked = row.dataset.key ?? null;
    }
    this.#later();
    return true;
  }

  /** To the newest message, fetched if need be. */
  async toPresent(): Promise<void> {
    this.#touched = this.#placed = true;
    if (!this.#timeline.live) await this.#timeline.jumpToPresent();
    this.slice.toEnd();
    await tick();
    this.#anchor?.toEnd();
    this.#follow(true);
    this.away = false;
    this.#later();
  }

  /** All is read now: whatever is seen from here on counts. */
  caughtUp(): void {
    if (this.#seen) this.#seen.caughtUp = true;
    this.lineAbove = false;
  }
}
