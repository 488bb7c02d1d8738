/** What is offered while somebody is named (`@`) or an emoji spelt (`:`). */
import { m } from '../../messages/messages.js';
import type { CompactUser } from '../../model/contract';
import type { Conversation } from '../context.svelte';

export type Suggestion =
  | { key: string; kind: 'user'; user: CompactUser; member: boolean; insert: string }
  | { key: string; kind: 'all'; label: string; insert: string }
  | { key: string; kind: 'emoji'; emoji: string; label: string; insert: string };

const SHOWN_MAX = 8;
/** People who are not here are looked up after a pause of this length. */
const SEARCH_PAUSE_MS = 200;

// The full-width sign is what a Japanese keyboard types.
const NAME = /(?:^|[\s([{"'>])[@＠]([\p{L}\p{N}_]*)$/u;
const EMOJI = /(?:^|[\s([{])[:：]([\p{L}\p{N}_+-]{2,})$/u;

export class Suggest {
  readonly #c: Conversation;
  list = $state.raw<Suggestion[]>([]);
  at = $state(0);
  /** Where the word begins that will be replaced. */
  #from = 0;
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(c: Conversation) {
    this.#c = c;
  }

  get open(): boolean {
    return this.list.length > 0;
  }

  get chosen(): Suggestion | undefined {
    return this.list[this.at];
  }

  get from(): number {
    return this.#from;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    if (this.list.length > 0) this.list = [];
  }

  move(by: number): void {
    this.at = (this.at + by + this.list.length) % this.list.length;
  }

  /** The chosen name stands there already, letter by letter: there is nothing to complete. */
  whole(text: string, caret: number): boolean {
    return this.chosen?.insert.trim().toLocaleLowerCase() === text.slice(this.#from, caret).toLocaleLowerCase();
  }

  /** After every change: what is before the caret? */
  look(text: string, caret: number): void {
    const before = text.slice(Math.max(0, caret - 40), caret);
    const name = NAME.exec(before);
    const emoji = name ? null : EMOJI.exec(before);
    const word = name?.[1] ?? emoji?.[1];
    if (word === undefined) return this.close();
    this.#from = caret - word.length - 1;
    const asked = ++this.#asked;
    if (name) this.#people(word.toLocaleLowerCase(), asked);
    else void this.#emoji(word, asked);
  }

  #show(list: Suggestion[], asked: number): void {
    if (asked !== this.#asked) return;
    const held = this.chosen?.key;
    this.list = list.slice(0, SHOWN_MAX);
    this.at = Math.max(0, this.list.findIndex((one) => one.key === held && this.at > 0));
  }

  #people(word: string, asked: number): void {
    const { room } = this.#c;
    if (room.members === null) room.loadMembers().then(() => asked === this.#asked && this.#people(word, asked), () => {});
    const fits = (user: CompactUser): number => {
      const names = [user.username.toLocaleLowerCase(), ...user.display_name.toLocaleLowerCase().split(/\s+/)];
      const place = names.findIndex((one) => one.startsWith(word));
      return place < 0 ? Infinity : place;
    };
    // Who wrote last is named most likely.
    const spoke = new Map<string, number>();
    for (const line of room.timeline.lines.slice(-80)) spoke.set(line.message.sender.id, line.message.seq);
    const known = room.members?.map((member) => member.user) ?? (room.room.peer ? [room.room.peer] : []);
    const users = known
      .filter((user) => user.id !== this.#c.me && !user.deactivated && fits(user) < Infinity)
      .sort((a, b) => (spoke.get(b.id) ?? 0) - (spoke.get(a.id) ?? 0) || fits(a) - fits(b) || a.username.localeCompare(b.username))
      .slice(0, SHOWN_MAX)
      .map((user): Suggestion => ({ key: user.id, kind: 'user', user, member: true, insert: `@${user.username} ` }));
    const all: Suggestion[] =
      room.room.type !== 'direct' && 'all'.startsWith(word) ? [{ key: 'all', kind: 'all', label: m.conversation_mention_all(), insert: '@all ' }] : [];
    this.#show([...users, ...all], asked);
    clearTimeout(this.#timer);
    if (word === '' || users.length >= SHOWN_MAX) return;
    this.#timer = setTimeout(() => {
      this.#c.chat.people.search(word).then(
        (found) => {
          const others = found
            .filter((user) => user.id !== this.#c.me && !known.some((one) => one.id === user.id))
            .map((user): Suggestion => ({ key: user.id, kind: 'user', user, member: false, insert: `@${user.username} ` }));
          if (others.length > 0) this.#show([...users, ...all, ...others], asked);
        },
        () => {},
      );
    }, SEARCH_PAUSE_MS);
  }

  async #emoji(word: string, asked: number): Promise<void> {
    try {
      const { find } = await import('./emoji');
      const found = await find(word);
      const list = found.map((one): Suggestion => ({
        key: one.unicode,
        kind: 'emoji',
        emoji: one.unicode,
        label: one.annotation,
        insert: `${one.unicode} `,
      }));
      this.#show(list, asked);
    } catch {
      // Without its data a name is a name.
    }
  }
}
