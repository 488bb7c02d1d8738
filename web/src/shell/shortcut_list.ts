import { m } from '../messages/messages.js';

/** A line of the help: one or more ways to press it, as tinykeys writes them. */
export interface Shortcut {
  keys: string[];
  label: () => string;
  /** A single key without a modifier: it can be switched off. */
  single?: boolean;
}

/** Every shortcut there is, by where it works; those of messages and writing are the conversation's. */
export const shortcutGroups: { label: () => string; shortcuts: Shortcut[] }[] = [
  {
    label: m.shell_help_everywhere,
    shortcuts: [
      { keys: ['$mod+K'], label: m.shell_help_switcher },
      { keys: ['$mod+Shift+K'], label: m.shell_help_direct },
      { keys: ['Alt+ArrowUp', 'Alt+ArrowDown'], label: m.shell_help_prev_next },
      { keys: ['Alt+Shift+ArrowUp', 'Alt+Shift+ArrowDown'], label: m.shell_help_prev_next_unread },
      { keys: ['$mod+Shift+F', '/'], label: m.shell_help_search },
      { keys: ['$mod+Shift+M'], label: m.shell_help_mentions },
      { keys: ['$mod+Shift+L'], label: m.shell_help_composer },
      { keys: ['$mod+.'], label: m.shell_help_panel },
      { keys: ['$mod+Shift+I'], label: m.shell_help_info },
      { keys: ['F6', 'Shift+F6'], label: m.shell_help_regions },
      { keys: ['Escape'], label: m.shell_help_read },
      { keys: ['Shift+Escape'], label: m.shell_help_all_read },
      { keys: ['$mod+/', '?'], label: m.shell_help_help },
    ],
  },
  {
    label: m.shell_help_composing,
    shortcuts: [
      { keys: ['Enter'], label: m.shell_help_send },
      { keys: ['Shift+Enter'], label: m.shell_help_newline },
      { keys: ['ArrowUp'], label: m.shell_help_edit_last },
      { keys: ['Shift+ArrowUp'], label: m.shell_help_reply_last },
      { keys: ['$mod+Shift+\\'], label: m.shell_help_react_last },
      { keys: ['$mod+U'], label: m.shell_help_upload },
      { keys: ['$mod+B', '$mod+I'], label: m.shell_help_bold_italic },
      { keys: ['$mod+Alt+K'], label: m.shell_help_link },
    ],
  },
  {
    label: m.shell_help_messages,
    shortcuts: [
      { keys: ['ArrowUp', 'ArrowDown'], label: m.shell_help_move },
      { keys: ['Home', 'End'], label: m.shell_help_first_last },
      { keys: ['R'], label: m.shell_help_reply, single: true },
      { keys: ['T'], label: m.shell_help_thread, single: true },
      { keys: ['E'], label: m.shell_help_edit, single: true },
      { keys: ['Plus'], label: m.shell_help_react, single: true },
      { keys: ['P'], label: m.shell_help_pin, single: true },
      { keys: ['C'], label: m.shell_help_copy, single: true },
      { keys: ['Delete'], label: m.shell_help_delete, single: true },
      { keys: ['Shift+F10'], label: m.shell_help_menu },
    ],
  },
];
