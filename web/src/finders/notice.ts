import { m } from '../messages/messages.js';
import type { Notification } from '../model/contract';
import { session } from '../model/index';
import { roomName } from './names';

/** What happened, in one sentence: for the list and for the desktop. */
export function sentence(notice: Notification, name: string): string {
  const room = session.chat?.room(notice.room_id)?.room;
  const place = room ? roomName(room) : notice.type === 'room_invite' ? notice.content : m.finders_a_room();
  switch (notice.type) {
    case 'mention':
      return m.finders_notice_mention({ name, room: place });
    case 'reply':
      return m.finders_notice_reply({ name, room: place });
    case 'direct_message':
      return m.finders_notice_direct({ name, count: notice.count });
    case 'room_invite':
      return m.finders_notice_invite({ name, room: place });
  }
}
