/**
 * Desktop notifications, from one tab of the browser: the one that holds a lock. None for a room that
 * somebody is looking at; one per message, by its tag; a press leads to the message.
 */
import type { Chat, Notification as Notice } from '../model/contract';
import { preferences } from '../shell/preferences.svelte';
import { go, href, route } from '../shell/router.svelte';
import { Attention } from './attention';
import { chime } from './chime';
import { sentence } from './notice';

const lock = 'parlance.desktop';

/** Whether the browser would show them, and whether it can be asked. */
export const desktop = {
  get possible(): boolean {
    return 'Notification' in window;
  },
  /** Asks for the permission; call it from a press, browsers refuse otherwise. Keeps the wish if it is given. */
  async ask(): Promise<boolean> {
    const given = desktop.possible && (await Notification.requestPermission()) === 'granted';
    preferences.desktopNotifications = given;
    return given;
  },
};

/** Messages of one direct room replace each other, as they do in the list; others stand alone. The same in `worker/sw.js`. */
const tagOf = (notice: Notice) => (notice.type === 'direct_message' ? notice.room_id : notice.id);

async function show(chat: Chat, notice: Notice): Promise<void> {
  const path = (notice.message_id ? href.message(notice.room_id, notice.message_id) : href.room(notice.room_id)).slice(1);
  const name = chat.people.get(notice.actor.id)?.display_name ?? notice.actor.display_name;
  const options = {
    tag: tagOf(notice),
    body: notice.type === 'room_invite' ? '' : notice.content,
    icon: '/icon-192.png',
    badge: '/badge-96.png',
    silent: true,
    renotify: true,
    data: { id: notice.id, room: notice.room_id, seq: notice.seq, path },
  };
  // Through the worker it outlives the tab, and phones have no other way.
  const worker = await navigator.serviceWorker?.getRegistration();
  if (worker?.active) {
    await worker.showNotification(sentence(notice, name), options);
    return;
  }
  const { renotify: _, ...plain } = options;
  const shown = new Notification(sentence(notice, name), plain);
  shown.onclick = () => {
    window.focus();
    shown.close();
    go(path);
  };
}

/** What has been read elsewhere need not hang on the desktop. */
async function withdraw(chat: Chat): Promise<void> {
  const worker = await navigator.serviceWorker?.getRegistration();
  const shown = (await worker?.getNotifications?.()) ?? [];
  for (const one of shown) {
    const { id, room, seq } = (one.data ?? {}) as { id?: string; room?: string; seq?: number };
    const upTo = chat.room(room ?? '')?.room.last_read_seq ?? -1;
    if ((seq ?? 0) <= upTo || chat.notices.list.some((notice) => notice.id === id && notice.read)) one.close();
  }
}

/** Starts for a signed-in user; returns what ends it. */
export function startDesktop(chat: Chat): () => void {
  const attention = new Attention();
  const over = new AbortController();
  let leader = false;
  const look = () => attention.set(document.hasFocus() && route.name === 'room' ? (route.params.roomId ?? null) : null);
  for (const event of ['focus', 'blur', 'pagehide'] as const) window.addEventListener(event, look, { signal: over.signal });

  void navigator.locks
    .request(lock, { signal: over.signal }, () => {
      leader = true;
      return new Promise<void>((resolve) => over.signal.addEventListener('abort', () => resolve()));
    })
    .catch(() => undefined);

  const stop = chat.onNotification((notice) => {
    if (!leader || notice.read || attention.has(notice.room_id)) return;
    if (preferences.sound) chime();
    if (preferences.desktopNotifications && desktop.possible && Notification.permission === 'granted') void show(chat, notice).catch(() => undefined);
  });
  const end = $effect.root(() => {
    $effect(look);
    $effect(() => {
      const unread = chat.notices.unread;
      if (!leader) return;
      void withdraw(chat).catch(() => undefined);
      if ('setAppBadge' in navigator) void (unread ? navigator.setAppBadge(unread) : navigator.clearAppBadge()).catch(() => undefined);
    });
  });
  navigator.serviceWorker?.addEventListener(
    'message',
    ({ data, ports }: MessageEvent<{ go?: string; looking?: string; subscribed?: boolean }>) => {
      if (data.go) go(data.go);
      if (data.looking) ports[0]?.postMessage(attention.has(data.looking));
      if (data.subscribed) void chat.push.renew().catch(() => undefined);
    },
    { signal: over.signal },
  );

  return () => {
    end();
    stop();
    attention.close();
    over.abort();
  };
}
