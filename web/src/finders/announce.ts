/** Which new messages are said, and how: see web.md D.2. Pure, so that it can be tested. */
import { m } from '../messages/messages.js';

/** One new message of the open room. */
export interface Heard {
  readonly name: string;
  readonly text: string;
}

/** How many of one batch are read out; beyond that only their number is said. */
const read_max = 3;
/** How much of a message is read out, in code points: nobody wants to hear a log file. */
const text_max = 300;

/** What is said of a batch. */
export function announcements(batch: readonly Heard[], verbosity: 'all' | 'count' | 'off'): string[] {
  if (verbosity === 'off' || batch.length === 0) return [];
  if (verbosity === 'count' || batch.length > read_max) return [m.finders_announce_count({ count: batch.length })];
  return batch.map(({ name, text }) => m.finders_announce_one({ name, text: spoken(text) || m.finders_announce_file() }));
}

/** Markdown as it is heard: without the signs around words and the addresses of links. */
export function spoken(content: string): string {
  const plain = content
    .replace(/```[^\n]*\n?/g, ' ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/(^|\s)[>#-]+\s/g, '$1')
    .replace(/[*_~`]{1,3}(\S(?:.*?\S)?)[*_~`]{1,3}/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
  const points = Array.from(plain);
  return points.length > text_max ? `${points.slice(0, text_max).join('')} …` : plain;
}
