/** The window on a room's history that a reader has: the live end, or around a message they jumped to. */
import { data } from '../api/http';
import { Problem } from '../api/problem';
import { Backoff } from '../client';
import type { Core } from './core';
import type { Line, Message, Timeline } from './contract';
import type { History } from './history.svelte';
import type { LineState } from './lines.svelte';
import { around, place, type Range } from './ranges';

const PAGE = 50;
/** A room that is loaded afresh is fetched back to where it was held, but no more pages than that. */
const RELOAD_PAGES_MAX = 8;

export class TimelineState implements Timeline {
  readonly roomId: string;
  #core: Core;
  #history: History;
  /** A line of the range that is shown; null for the live one. */
  #anchor: LineState | null = $state.raw(null);
  loading: 'older' | 'newer' | 'around' | null = $state.raw(null);
  problem: string | null = $state.raw(null);
  newBelow = $state(0);
  unreadAfterSeq: number | null = $state.raw(null);
  #range: Range<LineState> | undefined = $derived.by(() => {
    const anchor = this.#anchor;
    return anchor === null ? this.#history.live : (around(this.#history.ranges, anchor.seq) ?? this.#history.live);
  });
  lines: Line[] = $derived.by(() => {
    const lines: readonly LineState[] = this.#range?.lines ?? [];
    const pending = this.live ? this.#history.pending : [];
    return pending.length > 0 ? [...lines, ...pending] : (lines as LineState[]);
  });
  #present: Promise<void> | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #wait = new Backoff(1000, 30_000);

  constructor(core: Core, roomId: string, history: History) {
    this.#core = core;
    this.roomId = roomId;
    this.#history = history;
  }

  get live(): boolean {
    return this.#range === undefined || !this.#range.newer;
  }

  get hasOlder(): boolean {
    return this.#range?.older ?? false;
  }

  get hasNewer(): boolean {
    return this.#range?.newer ?? false;
  }

  /** The newest page, unless it is held. What fails for the moment is tried again until the room is left. */
  async ensure(): Promise<void> {
    clearTimeout(this.#retry);
    if (this.#history.live !== undefined) return;
    try {
      await this.refresh();
      this.#wait.reset();
    } catch (error) {
      if (Problem.wrap(error).temporary) this.#retry = setTimeout(() => void this.ensure().catch(() => undefined), this.#wait.next());
      throw error;
    }
  }

  /** The newest page, whatever is held. */
  refresh(): Promise<void> {
    this.#present ??= this.#core.connection
      .entered(this.roomId)
      .then(() => this.#fetch({}, 'around'))
      .then(() => undefined)
      .finally(() => {
        this.#present = null;
      });
    return this.#present;
  }

  async loadOlder(): Promise<void> {
    const first = this.#range?.lines[0];
    if (!first || !this.hasOlder || this.loading) return;
    await this.#fetch({ before: first.message.id }, 'older', first);
  }

  async loadNewer(): Promise<void> {
    const last = this.#range?.lines.at(-1);
    if (!last || !this.hasNewer || this.loading) return;
    await this.#fetch({ after: last.message.id }, 'newer', last);
    this.#arrived();
  }

  async jumpTo(messageId: string): Promise<boolean> {
    const held = this.#history.held.get(messageId);
    if (!held || around(this.#history.ranges, held.seq) === undefined) {
      const found = await this.#fetch({ around: messageId }, 'around');
      if (!found) return false;
    }
    const line = this.#history.held.get(messageId);
    if (!line) return false;
    this.#anchor = line;
    this.#arrived();
    return true;
  }

  async jumpToDate(day: Date): Promise<boolean> {
    const start = new Date(day.getFullYear(), day.getMonth(), day.getDate());
    const from = start.toISOString();
    const held = this.#history.ranges.find((range) => {
      const [first, last] = [range.lines[0], range.lines.at(-1)];
      const below = first !== undefined && (first.message.created_at < from || !range.older);
      return below && last !== undefined && last.message.created_at >= from;
    });
    const found = held ?? (await this.#dayRange(start));
    const line = found?.lines.find((one) => one.message.created_at >= from);
    return line === undefined ? false : this.jumpTo(line.message.id);
  }

  async jumpToPresent(): Promise<void> {
    await this.ensure();
    this.#anchor = null;
    this.newBelow = 0;
  }

  /** A message came to the room: counts if the reader does not see the live end. */
  came(): void {
    if (!this.live) this.newBelow += 1;
  }

  /**
   * Fetches everything that is shown again, from the newest back: lines keep their keys, so that a reader who is
   * somewhere in it does not move. What is too far back stays as it was, detached.
   */
  async reload(): Promise<void> {
    const old = this.#range;
    const from = old?.lines[0]?.seq ?? 0;
    const reader = old?.lines[Math.floor((old.lines.length - 1) / 2)] ?? null;
    this.#history.detach();
    if (old && reader) this.#anchor = reader;
    await this.refresh();
    for (let pages = 1; pages < RELOAD_PAGES_MAX; pages += 1) {
      const first = this.#history.live?.lines[0];
      if (!first || first.seq <= from || !this.#history.live?.older) break;
      await this.#fetch({ before: first.message.id }, 'older', first);
    }
    this.#arrived();
  }

  /** Forgets where the reader was. */
  leave(): void {
    clearTimeout(this.#retry);
    this.#wait.reset();
    this.#anchor = null;
    this.newBelow = 0;
    this.unreadAfterSeq = null;
  }

  /** Back at the live end by scrolling. */
  #arrived(): void {
    if (!this.live) return;
    this.#anchor = null;
    this.newBelow = 0;
  }

  /**
   * The first message of a day, by the search: it finds the newest one before that day, and the page that begins
   * there holds the day's first. Without a search: pages from the beginning on.
   */
  async #dayRange(start: Date): Promise<Range<LineState> | undefined> {
    const { client } = this.#core.api;
    const to = new Date(start.getTime() - 1).toISOString();
    let before: Message | undefined;
    try {
      const query = { room_id: this.roomId, to, limit: 1 };
      before = (await data(client.GET('/search', { params: { query } }))).results[0]?.message;
    } catch (error) {
      if (Problem.wrap(error).code !== 'unavailable') throw error;
    }
    const from = start.toISOString();
    let after = before?.id;
    for (let pages = 0; pages < 20; pages += 1) {
      const asked = after === undefined ? { order: 'asc' as const } : { after };
      const page = await this.#fetch(asked, 'around', after === undefined ? undefined : this.#history.held.get(after));
      const last = page?.at(-1);
      if (!last) return undefined;
      if (last.created_at >= from) return around(this.#history.ranges, last.seq);
      if (around(this.#history.ranges, last.seq)?.newer === false) return undefined;
      after = last.id;
    }
    return undefined;
  }

  /** Fetches a page and joins it; its messages by number, or null if it was not to be had. */
  async #fetch(
    query: { before?: string; after?: string; around?: string; order?: 'asc' },
    what: 'older' | 'newer' | 'around',
    anchor?: LineState,
  ): Promise<Message[] | null> {
    const mark = this.#history.mark();
    this.loading = what;
    try {
      const params = { path: { room_id: this.roomId }, query: { limit: PAGE, ...query } };
      const page = await data(this.#core.api.client.GET('/rooms/{room_id}/messages', { params }));
      const messages = page.messages.toSorted((a, b) => a.seq - b.seq);
      for (const message of messages) this.#core.people.saw(message.sender);
      // The side of the anchor that was not asked for is known already.
      const older = query.after !== undefined || page.has_more_before;
      const newer = query.before !== undefined || page.has_more_after;
      this.#history.page({ messages, older, newer }, mark, anchor);
      this.problem = null;
      this.#core.touch(this.roomId);
      return messages;
    } catch (error) {
      const problem = Problem.wrap(error);
      if (problem.code === 'not_found' || problem.code === 'message_deleted') return null;
      if (this.#history.live === undefined) this.problem = problem.title;
      throw problem;
    } finally {
      this.loading = null;
    }
  }

  /** Where in the live range a number is. */
  placeOf(seq: number): number {
    return place(this.#history.live?.lines ?? [], seq);
  }
}
