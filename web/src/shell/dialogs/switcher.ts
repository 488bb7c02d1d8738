/** What the quick switcher finds. */
import uFuzzy from '@leeoniya/ufuzzy';
import type { Chat, RoomModel, User } from '../../model/contract';
import { attention } from '../title.svelte';

export interface Hit {
  key: string;
  /** The room, or else the person to open a direct room with. */
  model?: RoomModel;
  user?: User;
  /** The other one of a direct room. */
  peerId?: string;
  /** The name, cut where letters were hit. */
  parts: { text: string; hit: boolean }[];
  note?: string;
}

const shown_max = 12;
// One slip per word is forgiven; letters of any script are letters.
const fuzzy = new uFuzzy({ intraMode: 1, unicode: true, interSplit: "[^\\p{L}\\d']+", intraSplit: '\\p{Ll}\\p{Lu}', intraBound: '\\p{L}\\d|\\d\\p{L}|\\p{Ll}\\p{Lu}', intraChars: "[\\p{L}\\d']", intraContr: "'\\p{L}{1,2}\\b" });

const whole = (text: string) => [{ text, hit: false }];

function hitOf(model: RoomModel, parts: Hit['parts']): Hit {
  const { room } = model;
  const peer = room.peer;
  return { key: room.id, model, parts, ...(peer ? { peerId: peer.id, note: `@${peer.username}` } : room.description ? { note: room.description } : {}) };
}

/** Rooms one is in whose name has these letters; with none typed those with something new, then the latest. */
export function localHits(chat: Chat, q: string, currentRoomId: string | undefined): Hit[] {
  const text = q.trim().replace(/^[#@]/, '');
  if (!text) {
    const waiting = (model: RoomModel) => Number(attention(model.room) > 0) * 2 + Number((model.room.unread_count ?? 0) > 0 && model.room.notification_level !== 'muted');
    return chat.rooms
      .filter(({ room }) => room.id !== currentRoomId)
      .toSorted((one, other) => waiting(other) - waiting(one))
      .slice(0, shown_max)
      .map((model) => hitOf(model, whole(model.room.name)));
  }
  // The username is searched with the name, but only what is hit in the name is marked.
  const names = chat.rooms.map(({ room }) => (room.peer ? `${room.name} @${room.peer.username}` : room.name));
  const [plain, needle] = [uFuzzy.latinize(names), uFuzzy.latinize([text])[0] ?? text];
  const [found, info, order] = fuzzy.search(plain, needle, 1);
  if (!found) return [];
  const places = order && info ? order.map((at) => ({ index: info.idx[at] ?? 0, ranges: info.ranges[at] ?? [] })) : found.map((index) => ({ index, ranges: [] }));
  return places.slice(0, shown_max).flatMap(({ index, ranges }) => {
    const model = chat.rooms[index];
    return model ? [hitOf(model, cut(model.room.name, ranges))] : [];
  });
}

/** Others on the server, by name. */
export async function peopleHits(chat: Chat, text: string): Promise<Hit[]> {
  const users = await chat.people.search(text.replace(/^@/, ''));
  return users
    .filter((user) => user.id !== chat.account.me.id)
    .map((user) => ({ key: `user ${user.id}`, user, peerId: user.id, parts: whole(user.display_name), note: `@${user.username}` }));
}

/** A text in pieces: `ranges` are pairs of where a hit begins and ends. */
export function cut(text: string, ranges: number[]): Hit['parts'] {
  const parts: Hit['parts'] = [];
  let at = 0;
  for (let pair = 0; pair + 1 < ranges.length; pair += 2) {
    const [start, end] = [Math.min(ranges[pair] ?? 0, text.length), Math.min(ranges[pair + 1] ?? 0, text.length)];
    if (start > at) parts.push({ text: text.slice(at, start), hit: false });
    if (end > start) parts.push({ text: text.slice(start, end), hit: true });
    at = Math.max(at, end);
  }
  if (at < text.length) parts.push({ text: text.slice(at), hit: false });
  return parts;
}
