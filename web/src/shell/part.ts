/** Parts of the app that are fetched when they are needed: what is said when that fails. */
import { m } from '../messages/messages.js';
import { toast } from '../ui/toast.svelte';

/** Takes the last word of it away. */
let silence: (() => void) | undefined;

/**
 * Says that a part is missing. Without a network that passes by itself, and loading the page anew would lose it; else
 * the page may be of a version whose files are gone, and anew is what helps: nothing written is lost by that.
 */
export function missing(error: unknown): void {
  console.warn(error);
  silence?.();
  silence = navigator.onLine
    ? toast(m.shell_part_missing(), { kind: 'error', action: { label: m.shell_reload(), run: () => location.reload() } })
    : toast(m.shell_part_offline(), { kind: 'error' });
}

/** Does something with a part that is fetched for it; it is said if it cannot be. */
export function withPart<T>(load: () => Promise<T>, use: (part: T) => unknown): void {
  load().then(use, missing);
}
