import type { Room } from '../model/contract';
import { session } from '../model/index';

/** A room's name as it is shown: a direct room is called like the other person. */
export function roomName(room: Pick<Room, 'name' | 'type' | 'peer'>): string {
  if (room.type !== 'direct' || !room.peer) return room.name;
  return session.chat?.people.get(room.peer.id)?.display_name ?? room.peer.display_name;
}
