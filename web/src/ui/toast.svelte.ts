export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: 'plain' | 'success' | 'error';
  readonly action: { label: string; run: () => void } | null;
}

/** What is shown now, the oldest first; `Toasts.svelte` draws it. */
export const toasts: Toast[] = $state([]);
let last = 0;
const shown_max = 3;

/**
 * Says something in passing at the foot of the window. One with an action stays for 8 s, an error for
 * 8 s, others for 4 s; while the pointer or the focus is on it, it stays.
 */
export function toast(text: string, options: { action?: { label: string; run: () => void }; kind?: Toast['kind'] } = {}): () => void {
  const id = ++last;
  const { action = null, kind = 'plain' } = options;
  // The same thing said twice is said once.
  const same = toasts.findIndex((one) => one.text === text && !one.action && !action);
  if (same >= 0) toasts.splice(same, 1);
  toasts.push({ id, text, kind, action });
  if (toasts.length > shown_max) toasts.shift();
  return () => dismiss(id);
}

/** How long a toast stays, in ms. */
export const stays = (one: Toast): number => (one.action || one.kind === 'error' ? 8000 : 4000);

/** Takes a toast away; nothing happens if it is gone. */
export function dismiss(id: number): void {
  const at = toasts.findIndex((one) => one.id === id);
  if (at >= 0) toasts.splice(at, 1);
}
