/** Ctrl/⌘+Shift+\: the emoji picker for the last message, from wherever the keyboard is. */
import type { Conversation } from './context.svelte';

/** Where the backslash is, or what is there in its place: not every keyboard has one without AltGr. */
const isKey = (event: KeyboardEvent) => event.code === 'Backslash' || event.key === '\\' || event.key === '|';

async function pick(c: Conversation): Promise<void> {
  const line = c.lastLine;
  if (!line || c.room.mayWrite !== true) return;
  if (!c.rowOf(line.key)) await c.toLine((one) => one.key === line.key);
  const row = c.rowOf(line.key);
  if (!row) return;
  row.scrollIntoView({ block: 'nearest' });
  const back = document.activeElement instanceof HTMLElement ? document.activeElement : row;
  c.picking = { message: line.message, anchor: row, back };
}

/** For `onkeydown`. */
export function reactsToLast(c: Conversation) {
  return (event: KeyboardEvent): void => {
    if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || !event.shiftKey || event.altKey || !isKey(event)) return;
    if (document.querySelector('dialog[open]')) return;
    event.preventDefault();
    void pick(c);
  };
}
