/** Where each event goes. */
import type { ChatEvent } from './history.svelte';
import type { ChatState } from './chat.svelte';

/** Takes an event to the part of the chat that it is about. */
export function route(chat: ChatState, event: ChatEvent): void {
  const { core, notices } = chat;
  const { people, account, me } = core;
  switch (event.type) {
    case 'notification':
      notices.came(event.data);
      people.saw(event.data.notification.actor);
      return chat.notified(event.data.notification);
    case 'notification_removed':
      return notices.removed(event.data);
    case 'notifications_read':
      return notices.wasRead(event.data);
    case 'user_updated':
      people.learn(event.data.user);
      if (event.data.user.id === me.id) account.set({ ...account.me, ...event.data.user });
      return chat.list.renamed(event.data.user);
    case 'presence_updated':
      return people.presence(event.data, event.ts);
    case 'settings_updated':
      return account.set({ ...account.me, settings: event.data.settings });
    case 'user_blocked':
      return people.markBlocked(event.data.user_id, true);
    case 'user_unblocked':
      return people.markBlocked(event.data.user_id, false);
    case 'report_created':
    case 'report_updated':
      chat.reportsChanged += 1;
      return;
    case 'attachment_updated':
      for (const room of chat.rooms) room.checked(event.data.attachment);
      return;
    case 'room_deleted':
      return chat.list.removed(event.data.room_id);
    case 'user_joined':
      // A direct room is told to both with whoever has opened it.
      if (event.data.user.id === me.id || event.data.room.type === 'direct') chat.list.joined(event.data);
      break;
    case 'user_left':
      if (event.data.user_id === me.id) return chat.list.removed(event.data.room_id, event.seq);
      break;
    case 'read_state_updated':
      return chat.room(event.data.room_id)?.readState(event.data);
    case 'ready':
    case 'session_expired':
      return;
  }
  const room = chat.room((event.data as { room_id?: string }).room_id ?? '');
  if (room === undefined) return;
  const news = room.apply(event);
  core.touch(room.id);
  if (news && event.type === 'message_created') chat.came(event.data.message, room);
}
