/** What events do to a message: pure functions, by the rules of "Applying events" in docs/api.md. */
import type { Schemas } from '../api/http';
import type { CompactUser, Message } from './contract';

type Reaction = Schemas['Reaction'];

/** Users shown of a reaction. */
const REACTION_USERS_MAX = 5;

/** What is left of a deleted message. */
export function tombstone(held: Message, by: string, at: string): Message {
  return {
    ...held,
    content: '[deleted]',
    content_html: null,
    mentions: [],
    mentions_all: false,
    reactions: [],
    attachments: [],
    pinned: false,
    edited_at: null,
    deleted: true,
    deleted_at: at,
    deleted_by: by,
  };
}

/** `next` (of a `message_updated`) in the place of `held`; replies are counted here, and `me` is not in events. */
export function updated(held: Message, next: Message, me: string): Message {
  if (held.deleted) return held;
  return { ...next, reply_count: held.reply_count, last_reply_at: held.last_reply_at, reactions: own(next.reactions, held.reactions, me) };
}

/** Fills in `me`, which events leave out: by the users shown, else as it was held. */
export function own(next: Reaction[], held: Reaction[], me: string): Reaction[] {
  return next.map((reaction) => {
    if (typeof reaction.me === 'boolean') return reaction;
    const before = held.find((one) => one.emoji === reaction.emoji)?.me ?? false;
    return { ...reaction, me: before || reaction.users.some((user) => user.id === me) };
  });
}

/** A reaction came, or went. `count` is the server's; null for one's own that it has not seen yet. */
export function reacted(
  held: Message,
  change: { emoji: string; userId: string; user: CompactUser | undefined; count: number | null; added: boolean },
  me: string,
): Message {
  if (held.deleted) return held;
  const { emoji, userId, user, added } = change;
  const before = held.reactions.find((one) => one.emoji === emoji);
  const others = (before?.users ?? []).filter((one) => one.id !== userId);
  const count = change.count ?? Math.max(0, (before?.count ?? 0) + (added ? 1 : -1));
  const users = added && user && others.length < REACTION_USERS_MAX ? [...others, user] : others;
  const mine = userId === me ? added : (before?.me ?? false);
  const after: Reaction = { emoji, count, me: mine, users };
  if (before === undefined) return count > 0 ? { ...held, reactions: [...held.reactions, after] } : held;
  const reactions = count > 0 ? held.reactions.map((one) => (one === before ? after : one)) : held.reactions.filter((one) => one !== before);
  return { ...held, reactions };
}

/** A reply came to the thread of which `root` is the root. */
export function replied(root: Message, at: string): Message {
  const last = root.last_reply_at !== null && root.last_reply_at > at ? root.last_reply_at : at;
  return { ...root, reply_count: root.reply_count + 1, last_reply_at: last };
}

/** A reply of its thread was deleted. */
export function unreplied(root: Message): Message {
  const reply_count = Math.max(0, root.reply_count - 1);
  return { ...root, reply_count, last_reply_at: reply_count === 0 ? null : root.last_reply_at };
}

/** A message as it is shown before the server has it. */
export function optimistic(fields: {
  key: string;
  roomId: string;
  sender: CompactUser;
  content: string;
  attachments: Message['attachments'];
  parent: string | null;
  replyTo: string | null;
  clientId: string;
  at: number;
}): Message {
  const pictures = fields.attachments.length > 0 && fields.attachments.every((file) => file.mime_type.startsWith('image/'));
  const { id, username, display_name, avatar_url, deactivated } = fields.sender;
  return {
    id: `local:${fields.key}`,
    room_id: fields.roomId,
    seq: Number.MAX_SAFE_INTEGER,
    sender: { id, username, display_name, avatar_url, deactivated },
    type: pictures ? 'image' : fields.attachments.length > 0 ? 'file' : 'text',
    content: fields.content,
    content_html: null,
    mentions: [],
    mentions_all: false,
    reply_count: 0,
    last_reply_at: null,
    pinned: false,
    system: null,
    created_at: new Date(fields.at).toISOString(),
    edited_at: null,
    deleted: false,
    deleted_at: null,
    deleted_by: null,
    parent_message_id: fields.parent,
    reply_to_message_id: fields.replyTo,
    client_id: fields.clientId,
    reactions: [],
    attachments: fields.attachments,
  };
}
