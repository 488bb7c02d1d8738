/**
 * One search: what was found so far and how to get more. It outlives the page, so that going back from a
 * message finds the results where they were.
 */
import { Problem } from '../api/problem';
import type { Chat, SearchResult } from '../model/contract';
import { request } from './query';

export type SearchOrder = 'recent' | 'rank';

export class Search {
  results = $state.raw<SearchResult[]>([]);
  /** Being asked: the first page, or one more. */
  loading = $state<'first' | 'more' | null>(null);
  /** `none` where the deployment has no search. */
  failed = $state<'none' | 'refused' | null>(null);
  /** Why, in words. */
  reason = $state('');
  /** Is there more? */
  more = $state(false);
  /** Where the page was scrolled to when it was left. */
  scrolled = 0;
  #cursor: string | null = null;
  #asked = 0;

  constructor(
    private readonly chat: Chat,
    readonly text: string,
    readonly order: SearchOrder,
  ) {}

  /** Asks for the first page, unless that was done. */
  start(): void {
    if (this.#asked === 0 && Object.keys(request(this.text)).length > 0) void this.load();
  }

  /** Asks for the first page, or for the next. */
  async load(): Promise<void> {
    const asked = ++this.#asked;
    const first = this.results.length === 0;
    this.loading = first ? 'first' : 'more';
    this.failed = null;
    try {
      const page = await this.chat.search({ ...request(this.text), order: this.order }, this.#cursor ?? undefined);
      if (asked !== this.#asked) return;
      this.results = [...this.results, ...page.results];
      this.#cursor = page.next_cursor;
      this.more = page.next_cursor !== null;
    } catch (error) {
      if (asked !== this.#asked) return;
      const problem = error instanceof Problem ? error : null;
      this.failed = problem?.code === 'unavailable' ? 'none' : 'refused';
      this.reason = problem?.title ?? String(error);
    }
    this.loading = null;
    // A page may be empty and still have a next one.
    if (!this.failed && this.results.length === 0 && this.more) await this.load();
  }
}

let last: { chat: Chat; search: Search } | null = null;

/** The search for a text: the one that was there if it is the same, for the same user. */
export function searchFor(chat: Chat, text: string, order: SearchOrder): Search {
  if (last?.chat === chat && last.search.text === text && last.search.order === order && !last.search.failed) return last.search;
  const search = new Search(chat, text, order);
  last = { chat, search };
  return search;
}
