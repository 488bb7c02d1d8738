/** The keyboard among the rows: arrows walk, letters act on the row that has the focus. */
import { preferences } from '../../shell/preferences.svelte';
import { inField } from '../../ui/focus';
import type { Line } from '../../model/contract';
import type { View } from './view.svelte';

const LETTERS: Record<string, string> = { r: 'reply', e: 'edit', t: 'thread', '+': 'react', p: 'pin', c: 'link', Delete: 'delete' };

interface Deeds {
  act: (action: string, line: Line, row: HTMLElement) => void;
  /** False where there is none. */
  menu: (line: Line, row: HTMLElement) => boolean;
  leave: () => void;
}

export function rowKeys(view: View, { act, menu, leave }: Deeds) {
  return (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || inField(event)) return;
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>('[data-key]');
    if (!row) return;
    const within = target !== row;
    const done = (): void => {
      event.preventDefault();
      event.stopPropagation();
    };
    const line = view.lineOf(row);
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      if (line && menu(line, row)) done();
      return;
    }
    if (event.key === 'Escape') {
      if (within) row.focus({ preventScroll: true });
      else leave();
      return done();
    }
    // A slider keeps those that move it.
    if (target instanceof HTMLInputElement && /^(?:Arrow|Home|End|Page)/.test(event.key)) return;
    if (event.key === 'ArrowUp' || event.key === 'ArrowDown' || event.key === 'Home' || event.key === 'End') {
      // In a row's tools the arrows left and right go on; up and down leave it for the next row.
      const rows = view.rows();
      const at = rows.indexOf(row);
      const to =
        event.key === 'Home' ? rows[0] : event.key === 'End' ? rows.at(-1) : rows[event.key === 'ArrowUp' ? at - 1 : at + 1];
      if (to) {
        to.focus({ preventScroll: true });
        to.scrollIntoView({ block: 'nearest' });
      } else if (event.key === 'ArrowDown') leave();
      return done();
    }
    if (event.key === 'Enter' && !within) {
      row.querySelector<HTMLElement>('[role=toolbar] button, [aria-expanded]')?.focus();
      return done();
    }
    const action = LETTERS[event.key];
    if (!action || !line || !(preferences.singleKeys || event.key === 'Delete')) return;
    done();
    act(action, line, row);
  };
}
