import { isVoice } from '../../conversation/message/text';
import { m } from '../../messages/messages.js';
import type { Chat, RoomModel } from '../../model/contract';

/** Is there something of one's own that could not be sent? The outbox's lines come last. */
export function failedIn({ timeline }: RoomModel): boolean {
  for (let at = timeline.lines.length - 1; at >= 0; at -= 1) {
    const line = timeline.lines[at];
    if (!line?.sending) return false;
    if (line.sending === 'failed') return true;
  }
  return false;
}

/** The last message in one line: who and what, without its marks; null when there is none. */
export function previewOf({ room }: RoomModel, chat: Chat): string | null {
  const last = room.last_message;
  if (!last) return room.description || null;
  // What the timeline folds is not shown here.
  if (chat.people.isBlocked(last.sender.id)) return null;
  const text = last.deleted ? m.shell_message_deleted() : last.content.replace(/\s+/g, ' ').replace(/[*_`~>#]+/g, '').slice(0, 160);
  const file = last.attachments[0]?.filename ?? '';
  const said = text || (isVoice(file) ? m.conversation_voice() : file);
  if (last.sender.id === chat.account.me.id) return `${m.shell_you()}: ${said}`;
  return room.type === 'direct' ? said : `${last.sender.display_name}: ${said}`;
}
