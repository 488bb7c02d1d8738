import { m } from '../messages/messages.js';

const apple = /Mac|iPhone|iPad/.test(navigator.platform);

/** A shortcut as it is written on this machine's keys: `$mod+Shift+K` is `Ctrl+Shift+K`, or `⇧⌘K`. */
export function keys(binding: string): string {
  const parts = binding.split('+').map((part) => {
    switch (part) {
      case '$mod':
        return apple ? '⌘' : m.shell_key_ctrl();
      case 'Shift':
        return apple ? '⇧' : m.shell_key_shift();
      case 'Alt':
        return apple ? '⌥' : 'Alt';
      case 'ArrowUp':
        return '↑';
      case 'ArrowDown':
        return '↓';
      case 'Plus':
        return '+';
      case 'Escape':
        return 'Esc';
      case 'Delete':
        return m.shell_key_delete();
      case 'Enter':
        return m.shell_key_enter();
      case 'Home':
        return m.shell_key_home();
      case 'End':
        return m.shell_key_end();
      default:
        return part;
    }
  });
  return apple ? parts.join('') : parts.join('+');
}
