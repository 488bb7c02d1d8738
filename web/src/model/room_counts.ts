/** What events change of a room itself: counts, name, the last message. Pure. */
import type { Room } from './contract';
import type { ChatEvent } from './history.svelte';
import { tombstone } from './messages';

/** Whether the event says how something is, and not that there is one more or fewer: it may be applied twice. */
export function isAbsolute(event: ChatEvent): boolean {
  return event.type === 'room_updated' || event.type === 'member_updated' || event.type === 'ownership_transferred';
}

/** The room after an event that is not in its counts yet. */
export function counted(room: Room, event: ChatEvent, me: string): Room {
  const seq = 'seq' in event && typeof event.seq === 'number' ? event.seq : 0;
  return change(seq > room.last_seq ? { ...room, last_seq: seq } : room, event, me);
}

function change(room: Room, event: ChatEvent, me: string): Room {
  switch (event.type) {
    case 'message_created': {
      const { message } = event.data;
      const newest = (room.last_message?.seq ?? 0) <= message.seq;
      const shown = newest ? { ...room, last_message: message, last_message_at: message.created_at } : room;
      const { unread_count = 0, mention_count = 0, last_read_seq = 0 } = room;
      // Whoever writes has read what is above.
      if (message.sender.id === me) {
        const read = { unread_count: 0, mention_count: 0, last_read_seq: message.seq, last_read_message_id: message.id };
        return newest ? { ...shown, ...read } : shown;
      }
      if (message.seq <= last_read_seq) return shown;
      const named = message.mentions_all || message.mentions.includes(me);
      return { ...shown, unread_count: unread_count + 1, mention_count: mention_count + (named ? 1 : 0) };
    }
    case 'message_updated':
      return room.last_message?.id === event.data.message.id ? { ...room, last_message: event.data.message } : room;
    case 'message_deleted': {
      const { message_id, deleted_by, deleted_at } = event.data;
      if (room.last_message?.id !== message_id) return room;
      return { ...room, last_message: tombstone(room.last_message, deleted_by, deleted_at) };
    }
    case 'user_joined':
      return event.data.seq == null ? room : { ...room, member_count: room.member_count + 1 };
    case 'user_left':
      return { ...room, member_count: Math.max(0, room.member_count - 1) };
    case 'message_pinned':
      return { ...room, pin_count: room.pin_count + 1 };
    case 'message_unpinned':
      return { ...room, pin_count: Math.max(0, room.pin_count - 1) };
    case 'member_updated': {
      const { user_id, role, silenced_until } = event.data;
      return user_id === me ? { ...room, role, silenced_until } : room;
    }
    case 'ownership_transferred': {
      const { from_user_id, to_user_id } = event.data;
      return to_user_id === me ? { ...room, role: 'owner' } : from_user_id === me ? { ...room, role: 'admin' } : room;
    }
    case 'room_updated': {
      const { name, description, type } = event.data.room;
      return { ...room, name, description, type };
    }
    case 'notification_level_updated':
      return { ...room, notification_level: event.data.notification_level };
    case 'message_read': {
      const { user_id, read_seq } = event.data;
      if (room.peer?.id !== user_id) return room;
      return { ...room, peer_read_seq: Math.max(room.peer_read_seq ?? 0, read_seq) };
    }
    case 'message_delivered': {
      const { user_id, delivered_seq } = event.data;
      if (room.peer?.id !== user_id) return room;
      return { ...room, peer_delivered_seq: Math.max(room.peer_delivered_seq ?? 0, delivered_seq) };
    }
    default:
      return room;
  }
}
