import { data } from '../api/http';
import { Problem } from '../api/problem';
import type { Line, Message, Thread } from './contract';
import type { Core } from './core';
import type { History } from './history.svelte';
import type { LineState } from './lines.svelte';
import { place } from './ranges';

const PAGE = 50;

/** An open thread: its replies, newest page first, live. Its lines are those of the room. */
export class ThreadState implements Thread {
  readonly rootId: string;
  #core: Core;
  #history: History;
  #root: LineState | null = $state.raw(null);
  #replies: readonly LineState[] = $state.raw([]);
  hasOlder = $state(false);
  problem: string | null = $state.raw(null);
  #loaded = false;
  #closed: () => void;
  #loading: Promise<void> | null = null;
  lines: Line[] = $derived.by(() => {
    const pending = this.#history.pending.filter((line) => line.message.parent_message_id === this.rootId);
    return pending.length > 0 ? [...this.#replies, ...pending] : (this.#replies as LineState[]);
  });

  constructor(core: Core, history: History, rootId: string, closed: () => void) {
    this.#core = core;
    this.#history = history;
    this.rootId = rootId;
    this.#closed = closed;
    this.#root = history.held.get(rootId) ?? null;
  }

  get root(): Message | null {
    return this.#root?.message ?? null;
  }

  /** The lines it holds, besides those of the timeline. */
  get held(): LineState[] {
    return [...(this.#root ? [this.#root] : []), ...this.#replies];
  }

  /** Loads the newest replies, or loads them afresh. */
  load(): Promise<void> {
    this.#loading ??= this.#page(undefined).finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async loadOlder(): Promise<void> {
    const first = this.#replies[0];
    if (!first || !this.hasOlder) return;
    this.#loading ??= this.#page(first.message.id).finally(() => {
      this.#loading = null;
    });
    await this.#loading;
  }

  close(): void {
    this.#closed();
  }

  /** A new line of the room; true if it is a reply of this thread. */
  take(line: LineState): boolean {
    if (line.message.id === this.rootId) this.#root ??= line;
    if (line.message.parent_message_id !== this.rootId) return false;
    this.#add([line]);
    return true;
  }

  #add(lines: LineState[]): void {
    let replies = this.#replies;
    for (const line of lines) {
      const at = place(replies, line.seq);
      if (replies[at] === line) continue;
      replies = replies[at]?.seq === line.seq ? replies.toSpliced(at, 1, line) : replies.toSpliced(at, 0, line);
    }
    this.#replies = replies;
  }

  async #page(before: string | undefined): Promise<void> {
    try {
      const query = { limit: PAGE, order: 'desc' as const, ...(before !== undefined && { before }) };
      const params = { path: { message_id: this.rootId }, query };
      const page = await data(this.#core.api.client.GET('/messages/{message_id}/thread', { params }));
      for (const message of page.messages) this.#core.people.saw(message.sender);
      this.#root = this.#history.keep(page.root);
      this.#add(page.messages.map((message) => this.#history.keep(message)));
      if (before !== undefined || !this.#loaded) this.hasOlder = page.has_more_before;
      this.#loaded = true;
      this.problem = null;
    } catch (error) {
      const problem = Problem.wrap(error);
      if (!this.#loaded) this.problem = problem.title;
      if (before !== undefined) throw problem;
    }
  }
}
