/**
 * Lines as they are drawn: which begin a day, which belong to the block of the one above, where the
 * unread line is. An entry keeps its identity while nothing of it changes, so that a keyed list
 * touches only the rows that did.
 */
import type { Line, Message } from '../../model/contract';

/** Messages of one person within this time stand under one name. */
const GROUP_MS_MAX = 5 * 60_000;

export interface Entry {
  readonly line: Line;
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

export class Entries {
  readonly #made = new WeakMap<Line, Entry>();

  /**
   * The entries of `lines[start..end]`; `unreadAfter` is the last number read when the room was opened. The first
   * that is drawn has its day and its name: were they to go when older lines come, and not when those are drawn,
   * it would shrink with nothing above it to make up for that.
   */
  of(lines: readonly Line[], start: number, end: number, unreadAfter: number | null): Entry[] {
    const entries: Entry[] = [];
    for (let at = start; at < end; at += 1) {
      const line = lines[at];
      if (line) entries.push(this.#entry(line, lines[at - 1], at === start, unreadAfter));
    }
    return entries;
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
    const made = this.#made.get(line);
    if (made && made.day === day && made.grouped === grouped && made.firstUnread === firstUnread) return made;
    const entry = { line, day, grouped, firstUnread };
    this.#made.set(line, entry);
    return entry;
  }
}
