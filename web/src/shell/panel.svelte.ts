/**
 * What the right panel shows. It stands in the address (`?panel=…`, or `/t/<root>` for a thread), so
 * the back button closes it, a reload keeps it and a link can open it.
 */
import { go, route, type Entry } from './router.svelte';

export type PanelContent = { kind: 'thread'; rootId: string } | { kind: 'profile'; userId: string } | { kind: 'info' | 'members' | 'pins' };

function written(content: PanelContent): string {
  if (content.kind === 'thread') return `thread:${content.rootId}`;
  if (content.kind === 'profile') return `profile:${content.userId}`;
  return content.kind;
}

function read(): PanelContent | null {
  const [, kind, id] = /^(\w+)(?::(.+))?$/.exec(route.query.get('panel') ?? '') ?? [];
  if (kind === 'profile' && id) return { kind, userId: id };
  if (route.name !== 'room') return null;
  if (kind === 'thread' && id) return { kind, rootId: id };
  if (kind === 'info' || kind === 'members' || kind === 'pins') return { kind };
  return route.params.threadId ? { kind: 'thread', rootId: route.params.threadId } : null;
}

const content = $derived(read());

/** The path as it is now, with another panel or none. */
function pathWith(next: PanelContent | null): string {
  const [way = '/'] = route.path.split('?');
  const query = new URLSearchParams(route.query);
  if (next) query.set('panel', written(next));
  else query.delete('panel');
  const text = query.toString().replaceAll('%3A', ':');
  // A thread's own address without its thread is the room's.
  const plain = next ? way : way.replace(/\/t\/[^/]+$/, '');
  return text ? `${plain}?${text}` : plain;
}

export const panel = {
  /** What is shown now, or null. */
  get content(): PanelContent | null {
    return content;
  },
  /**
   * Shows it. Beside the page a panel that is open is replaced, so that one step back closes it; on a
   * phone, where it is a page of its own, one step back leads to the panel before.
   */
  show(next: PanelContent): void {
    if (content && innerWidth >= 720) go(pathWith(next), { replace: true });
    else go(pathWith(next), { entry: { panel: true } });
  },
  close(): void {
    if (!content) return;
    if ((history.state as Entry | null)?.panel) history.back();
    else go(pathWith(null), { replace: true });
  },
  /** Closes it if it shows just this. */
  toggle(next: PanelContent): void {
    if (content && written(content) === written(next)) panel.close();
    else panel.show(next);
  },
};
