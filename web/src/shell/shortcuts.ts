/** The keys that work everywhere (docs: the help dialog, `shortcut_list.ts`). */
import { tinykeys } from 'tinykeys';
import { m } from '../messages/messages.js';
import type { Chat } from '../model/contract';
import { inField } from '../ui/focus';
import { toast } from '../ui/toast.svelte';
import { dialogs } from './dialogs.svelte';
import { attempt } from './form.svelte';
import { panel } from './panel.svelte';
import { preferences } from './preferences.svelte';
import { cycleRegions, focusComposer } from './regions';
import { go, href, route } from './router.svelte';

const modal = () => document.querySelector('dialog[open]') !== null;

/** The room before or after this one in the list, or the next of those with something unread. */
export function neighbour(chat: Chat, step: 1 | -1, unread: boolean): string | null {
  const current = route.params.roomId;
  // As the list shows them: rooms, then people.
  const rooms = [...chat.rooms.filter(({ room }) => room.type !== 'direct'), ...chat.rooms.filter(({ room }) => room.type === 'direct')];
  const from = rooms.findIndex(({ room }) => room.id === current);
  for (let steps = 1; steps <= rooms.length; steps += 1) {
    const start = from < 0 && step < 0 ? rooms.length : from;
    const next = rooms[(start + step * steps + rooms.length * 2) % rooms.length]?.room;
    if (!next || next.id === current) continue;
    if (!unread || ((next.unread_count ?? 0) > 0 && next.notification_level !== 'muted')) return next.id;
  }
  return null;
}

async function markAllRead(chat: Chat): Promise<void> {
  const unread = chat.rooms.filter(({ room }) => (room.unread_count ?? 0) > 0);
  const done = await attempt(async () => {
    for (const model of unread) await model.markAllRead();
  });
  if (done) toast(m.shell_all_marked_read(), { kind: 'success' });
}

/** Listens until the returned function is called. */
export function listenForShortcuts(chat: Chat): () => void {
  let lastPanel = 'info' as 'info' | 'members' | 'pins';
  // Each acts only where no dialog is open, and then nobody else sees the key.
  const when = (act: () => void) => (event: KeyboardEvent) => {
    if (modal() || event.defaultPrevented) return;
    event.preventDefault();
    act();
  };
  const single = (act: () => void) => (event: KeyboardEvent) => {
    if (preferences.singleKeys && !inField(event)) when(act)(event);
  };
  const show = (kind: 'direct' | 'help') => () => dialogs.open({ kind });
  const toRoom = (step: 1 | -1, unread: boolean) => () => {
    const id = neighbour(chat, step, unread);
    if (id) go(href.room(id));
  };
  const search = () => go(href.search(route.name === 'room' && route.params.roomId ? { room_id: route.params.roomId } : {}));
  const togglePanel = () => {
    const { content } = panel;
    if (content && (content.kind === 'info' || content.kind === 'members' || content.kind === 'pins')) lastPanel = content.kind;
    if (content) panel.close();
    else if (route.name === 'room') panel.show({ kind: lastPanel });
  };

  return tinykeys(window, {
    '$mod+k': (event) => {
      event.preventDefault();
      if (dialogs.current?.kind === 'switcher') dialogs.close();
      else if (!modal()) dialogs.open({ kind: 'switcher' });
    },
    '$mod+Shift+k': when(show('direct')),
    'Alt+ArrowUp': when(toRoom(-1, false)),
    'Alt+ArrowDown': when(toRoom(1, false)),
    'Alt+Shift+ArrowUp': when(toRoom(-1, true)),
    'Alt+Shift+ArrowDown': when(toRoom(1, true)),
    '$mod+Shift+f': when(search),
    '/': single(search),
    // Where the slash is above a number.
    'Shift+/': single(search),
    '$mod+Shift+m': when(() => go(href.notifications())),
    '$mod+Shift+l': when(focusComposer),
    '$mod+.': when(togglePanel),
    '$mod+Shift+i': when(() => route.name === 'room' && panel.toggle({ kind: 'info' })),
    F6: when(() => cycleRegions(false)),
    'Shift+F6': when(() => cycleRegions(true)),
    'Control+F6': when(() => cycleRegions(false)),
    'Shift+Escape': when(() => void markAllRead(chat)),
    '$mod+/': when(show('help')),
    '$mod+Shift+/': when(show('help')),
    'Shift+?': single(show('help')),
    '?': single(show('help')),
  });
}
