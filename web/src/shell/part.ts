/** Parts of the app that are fetched when they are needed: what is said when that fails. */
import { m } from '../messages/messages.js';
import { toast } from '../ui/toast.svelte';

/** Style sheets that could not be loaded. */
const lost = new Set<HTMLLinkElement>();
addEventListener('error', ({ target }) => target instanceof HTMLLinkElement && lost.add(target), true);

/** Asks for the styles again that failed: what Vite has written asks for each once only, and a part would be without. */
async function styles(): Promise<void> {
  const again = [...lost].map(
    (link) =>
      new Promise<void>((there, failed) => {
        const next = link.cloneNode() as HTMLLinkElement;
        next.onload = () => there();
        next.onerror = () => failed(new Error(`no ${link.href}`));
        link.replaceWith(next);
        lost.delete(link);
      }),
  );
  await Promise.all(again);
}

/** Loads a part, also after that has failed before. */
export async function part<T>(load: () => Promise<T>): Promise<T> {
  if (lost.size > 0) await styles();
  return load();
}

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
  part(load).then(use, missing);
}
