import type { CompactUser } from '../model/contract';

/** The one dialog of the shell that is open; `Dialogs.svelte` shows it. */
export type ShellDialog =
  | { kind: 'switcher' | 'direct' | 'create' | 'help' | 'status' }
  | { kind: 'invite' | 'add'; roomId: string }
  | { kind: 'silence' | 'ban'; roomId: string; user: CompactUser };

let current = $state.raw<ShellDialog | null>(null);

export const dialogs = {
  get current(): ShellDialog | null {
    return current;
  },
  open(dialog: ShellDialog): void {
    current = dialog;
  },
  close(): void {
    current = null;
  },
};
