import { m } from '../messages/messages.js';
import type { Chat } from '../model/contract';
import { route } from './router.svelte';

const names: Partial<Record<string, () => string>> = {
  search: m.shell_search,
  notifications: m.shell_notifications,
  browse: m.shell_browse,
  moderation: m.shell_moderation,
  settings: m.shell_settings,
};

/** What waits for the reader: mentions, and direct messages. Muted rooms count by their mentions only. */
export function waiting(chat: Chat): number {
  let sum = 0;
  for (const { room } of chat.rooms) sum += attention(room);
  return sum;
}

interface Counts {
  type: string;
  unread_count?: number | null;
  mention_count?: number | null;
  notification_level?: string | null;
}

/** The number on a room's badge: every message of a direct room, mentions in others. */
export function attention({ type, unread_count, mention_count, notification_level }: Counts): number {
  if (type === 'direct' && notification_level !== 'muted') return unread_count ?? 0;
  return mention_count ?? 0;
}

/** Keeps the window's title and its icon: `(3) general · Parlance`, and a dot when something waits. */
export function keepTitle(chat: Chat): void {
  $effect(() => {
    const count = waiting(chat);
    const here = route.name === 'room' ? chat.room(route.params.roomId ?? '')?.room.name : names[route.name]?.();
    const name = here ? `${here} · ${m.app_name()}` : m.app_name();
    document.title = count > 0 ? `(${count > 99 ? '99+' : count}) ${name}` : name;
  });
  $effect(() => {
    const icon = document.querySelector('link[rel=icon]');
    icon?.setAttribute('href', waiting(chat) > 0 ? '/favicon-unread.svg' : '/favicon.svg');
  });
}
