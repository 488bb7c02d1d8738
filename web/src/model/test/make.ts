import type { CompactUser, Message } from '../contract';
import { History, type ChatEvent } from '../history.svelte';

export const ROOM = 'r';

export function user(id: string): CompactUser {
  return { id, username: id, display_name: id.toUpperCase(), avatar_url: null, deactivated: false };
}

export function time(n: number): string {
  return new Date(Date.UTC(2026, 10, 20) + n * 1000).toISOString();
}

export function message(seq: number, more: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`,
    room_id: ROOM,
    seq,
    sender: user('bob'),
    type: 'text',
    content: `text ${seq}`,
    content_html: `<p>text ${seq}</p>`,
    mentions: [],
    mentions_all: false,
    reply_count: 0,
    last_reply_at: null,
    pinned: false,
    system: null,
    created_at: time(seq),
    edited_at: null,
    deleted: false,
    deleted_at: null,
    deleted_by: null,
    parent_message_id: null,
    reply_to_message_id: null,
    client_id: null,
    reactions: [],
    attachments: [],
    ...more,
  };
}

export const event = {
  created: (seq: number, more: Partial<Message> = {}): ChatEvent => {
    return { type: 'message_created', seq, ts: time(seq), data: { room_id: ROOM, seq, message: message(seq, more) } };
  },
  updated: (seq: number, of: Message): ChatEvent => {
    return { type: 'message_updated', seq, ts: time(seq), data: { room_id: ROOM, seq, message: { ...of, edited_at: time(seq) } } };
  },
  deleted: (seq: number, message_id: string, parent: string | null = null): ChatEvent => {
    const data = { room_id: ROOM, seq, message_id, parent_message_id: parent, deleted_by: 'bob', deleted_at: time(seq) };
    return { type: 'message_deleted', seq, ts: time(seq), data };
  },
  reaction: (seq: number, message_id: string, user_id: string, emoji: string, count: number, added = true): ChatEvent => {
    const data = { room_id: ROOM, seq, message_id, user_id, emoji, count };
    return { type: added ? 'reaction_added' : 'reaction_removed', seq, ts: time(seq), data };
  },
  pin: (seq: number, message_id: string, pinned = true): ChatEvent => {
    const data = { room_id: ROOM, seq, message_id, user_id: 'bob', system_message: null };
    return { type: pinned ? 'message_pinned' : 'message_unpinned', seq, ts: time(seq), data };
  },
  joined: (seq: number, who: string): ChatEvent => {
    const system_message = message(seq, { type: 'system', content_html: null, system: { kind: 'joined', actor: user(who), subject: null, text: null } });
    const room = { id: ROOM } as never;
    const data = { room_id: ROOM, seq, user: user(who), role: 'member' as const, silenced_until: null, room, system_message };
    return { type: 'user_joined', seq, ts: time(seq), data };
  },
};

export function history(refetched: string[] = []): History {
  return new History({ me: 'ann', person: user, refetch: (id) => refetched.push(id) });
}

/** What is shown of the live range, in short. */
export function shown(of: History): string[] {
  return (of.live?.lines ?? []).map(({ message: { id, content, deleted, reactions, pinned, reply_count } }) => {
    const marks = reactions
      .map(({ emoji, count, me, users }) => `${emoji}${count}${me ? '!' : ''}(${users.map((one) => one.id).sort().join()})`)
      .sort();
    return [id, deleted ? 'gone' : content, ...marks, pinned ? 'pinned' : '', reply_count > 0 ? `+${reply_count}` : ''].filter(Boolean).join(' ');
  });
}
