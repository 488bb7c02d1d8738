/** The menu of a message by the right mouse button; the key for it is among those of the rows. */
import type { Line } from '../../model/contract';
import type { Conversation } from '../context.svelte';

/** What the browser's own menu is for: links, fields, and text that was selected. */
function isBrowsers(target: HTMLElement, row: HTMLElement): boolean {
  const selection = getSelection();
  // One word may be what the Mac selects by itself under the pointer.
  const selected = selection !== null && /\S\s+\S/.test(selection.toString()) && row.contains(selection.anchorNode);
  return selected || target.closest('a, input, textarea') !== null;
}

/** Opens the menu of a line, if it has one. */
export function openMenu(c: Conversation, line: Line, row: HTMLElement, at: { x: number; y: number } | null): boolean {
  if (line.sending !== null || line.message.type === 'system') return false;
  c.dialog = { kind: 'menu', line, row, at };
  return true;
}

/** For `oncontextmenu` on a row. */
export function rightClick(c: Conversation, line: Line) {
  return (event: MouseEvent & { currentTarget: HTMLElement }): void => {
    const row = event.currentTarget;
    // Fingers have the sheet.
    if (event.defaultPrevented || (event instanceof PointerEvent && event.pointerType === 'touch') || isBrowsers(event.target as HTMLElement, row)) return;
    if (line.sending !== null || line.message.type === 'system') return;
    event.preventDefault();
    const at = { x: event.clientX, y: event.clientY };
    const open = () => void setTimeout(() => openMenu(c, line, row, at));
    // Where it comes with the button still down, letting go would be a press outside the menu.
    if (event.buttons === 0) open();
    else addEventListener('pointerup', open, { once: true });
  };
}
