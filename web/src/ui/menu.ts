import type { Icon } from './icon';

export interface MenuItem {
  label: string;
  onselect: () => void;
  icon?: Icon;
  /** A second, quieter line. */
  hint?: string;
  danger?: boolean;
  disabled?: boolean;
  /** Shown at the end of the line, e.g. `Ctrl K`. */
  shortcut?: string;
  /** A dot in place of the icon. */
  presence?: 'online' | 'away' | 'busy' | 'offline';
  /** One of several of which one holds. */
  checked?: boolean;
  /** A line above this item. */
  separated?: boolean;
}
/** What the trigger's button must carry. */
export interface MenuTrigger {
  id: string;
  'aria-haspopup': 'menu';
  'aria-expanded': boolean;
  'aria-controls': string;
  onclick: (event: MouseEvent) => void;
  onkeydown: (event: KeyboardEvent) => void;
}
/** Where a menu without a trigger opens. */
export type MenuAnchor = Pick<HTMLElement, 'getBoundingClientRect' | 'focus'>;
