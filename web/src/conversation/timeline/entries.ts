/**
 * Lines as they are drawn: which begin a day, which belong to the block of the one above, where the
 * unread line is, which comings and goings are told in one. An entry keeps its identity while nothing
 * of it changes, so that a keyed list touches only the rows that did.
 */
import type { Line, Message } from '../../model/contract';

/** Messages of one person within this time stand under one name. */
const GROUP_MS_MAX = 5 * 60_000;

export interface Entry {
  /** Of several that are told in one the first: it stays the same when more come. */
  readonly line: Line;
  /** People who came and went one after the other are told in one: all these lines, or null. */
  readonly folded: readonly Line[] | null;
  /** The day that begins with this line (ISO instant), or null. */
  readonly day: string | null;
  /** No avatar and name: it continues the line above. */
  readonly grouped: boolean;
  /** The first message that was unread when the room was opened. */
  readonly firstUnread: boolean;
}

function localDay(at: string): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

function continues(above: Message, message: Message): boolean {
  return (
    above.sender.id === message.sender.id &&
    above.type !== 'system' &&
    message.type !== 'system' &&
    !above.deleted &&
    !message.deleted &&
    message.reply_to_message_id === null &&
    message.parent_message_id === above.parent_message_id &&
    Date.parse(message.created_at) - Date.parse(above.created_at) < GROUP_MS_MAX
  );
}

/** Somebody came or went; who was thrown out is told by itself. */
function moved({ message }: Line): boolean {
  const { system } = message;
  if (message.type !== 'system' || system === null) return false;
  const self = system.subject === null || system.subject.id === system.actor.id;
  return system.kind === 'joined' || system.kind === 'added' || system.kind === 'left' || (system.kind === 'removed' && self);
}

function same(one: readonly Line[] | null, other: readonly Line[] | null): boolean {
  return one === other || (one !== null && other !== null && one.length === other.length && one.every((line, at) => line === other[at]));
}

export class Entries {
  readonly #made = new WeakMap<Line, Entry>();

  /**
   * The entries of `lines[start..end]`; `unreadAfter` is the last number read when the room was opened. The first
   * that is drawn has its day and its name: were they to go when older lines come, and not when those are drawn,
   * it would shrink with nothing above it to make up for that.
   */
  of(lines: readonly Line[], start: number, end: number, unreadAfter: number | null): Entry[] {
    const entries: Entry[] = [];
    let folded: Line[] | null = null;
    for (let at = start; at < end; at += 1) {
      const line = lines[at];
      if (!line) continue;
      const entry = this.#entry(line, lines[at - 1], at === start, unreadAfter);
      const before = entries.at(-1);
      if (before && entry.day === null && !entry.firstUnread && moved(line) && moved(before.line)) {
        if (folded) folded.push(line);
        else entries.splice(-1, 1, { ...before, folded: (folded = [before.line, line]) });
      } else {
        folded = null;
        entries.push(entry);
      }
    }
    return entries.map((entry) => this.#kept(entry));
  }

  #entry(line: Line, above: Line | undefined, first: boolean, unreadAfter: number | null): Entry {
    const { message } = line;
    const newDay = first || !above || localDay(above.message.created_at) !== localDay(message.created_at);
    const day = newDay ? message.created_at : null;
    const firstUnread =
      unreadAfter !== null &&
      line.sending === null &&
      message.seq > unreadAfter &&
      (!above || (above.sending === null && above.message.seq <= unreadAfter));
    const grouped = !newDay && !firstUnread && above !== undefined && continues(above.message, message);
    return { line, folded: null, day, grouped, firstUnread };
  }

  /** The entry as it was made before, if it was the same. */
  #kept(entry: Entry): Entry {
    const made = this.#made.get(entry.line);
    if (made && made.day === entry.day && made.grouped === entry.grouped && made.firstUnread === entry.firstUnread && same(made.folded, entry.folded)) return made;
    this.#made.set(entry.line, entry);
    return entry;
  }
}
