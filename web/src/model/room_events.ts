/** What events of a room mean to its parts besides the messages: people, members, who types, how far was read. */
import type { ChatEvent } from './history.svelte';
import type { MembersState } from './members.svelte';
import type { RoomState } from './room.svelte';
import type { TypingState } from './typing.svelte';

/** Takes an event to the parts it is about. */
export function tell(room: RoomState, typing: TypingState, members: MembersState, event: ChatEvent): void {
  switch (event.type) {
    case 'message_created':
      room.saw(event.data.message.sender);
      return typing.ended(event.data.message.sender.id);
    case 'user_joined':
      room.saw(event.data.user);
      return members.joined(event.data, event.ts);
    case 'user_left':
      members.left(event.data.user_id);
      typing.ended(event.data.user_id);
      room.readUpTo.delete(event.data.user_id);
      return;
    case 'member_updated': {
      const { role, silenced_until, user_id } = event.data;
      return members.change(user_id, { role, silenced_until });
    }
    case 'ownership_transferred':
      members.change(event.data.from_user_id, { role: 'admin' });
      return members.change(event.data.to_user_id, { role: 'owner' });
    case 'message_read': {
      const { user_id, read_seq } = event.data;
      if ((room.readUpTo.get(user_id) ?? 0) < read_seq) room.readUpTo.set(user_id, read_seq);
      return;
    }
    case 'user_typing':
      if (event.data.typing) typing.came(event.data.user_id, event.data.expires_in_ms);
      else typing.ended(event.data.user_id);
  }
}
