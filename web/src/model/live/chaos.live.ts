import { expect, test } from 'vitest';
import type { ChatState } from '../chat.svelte';
import type { RoomState } from '../room.svelte';
import { device, name, until } from './device';

/**
 * How many of the sockets a proxy refuses: with 0.7 the devices often follow by asking, with 1 always. `CHAOS_MS` is how long
 * it lasts.
 */
const refused = Number(process.env.CHAOS_REFUSED ?? 0);
let polled = 0;

/** Every socket that was made, so that they can be cut. */
const sockets: WebSocket[] = [];
const Real = globalThis.WebSocket;
globalThis.WebSocket = class extends Real {
  constructor(url: string | URL) {
    super(Math.random() < refused ? 'ws://127.0.0.1:9/' : url);
    sockets.push(this);
  }
} as typeof WebSocket;

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function state(room: RoomState) {
  const { name, description, type, member_count, pin_count, unread_count, mention_count, last_read_seq, last_message, last_message_at, role } = room.room;
  const lines = (room.messages.live?.lines ?? []).map(({ message: one }) => ({
    seq: one.seq,
    content: one.content,
    deleted: one.deleted,
    pinned: one.pinned,
    replies: [one.reply_count, one.last_reply_at],
    edited: one.edited_at,
    reactions: one.reactions.map(({ emoji, count, me, users }) => `${emoji}${count}${me}${users.map((user) => user.id).sort()}`).sort(),
  }));
  const about = { name, description, type, member_count, pin_count, unread_count, mention_count, last_read_seq, last: last_message?.id, last_message_at, role };
  return { about, lines };
}

test('whatever is done and cut, all devices agree with the server', async () => {
  const [annName, bobName] = [name('ann'), name('bob')];
  const ann = await device(annName);
  const bob = await device(bobName);
  const devices: ChatState[] = [ann, bob, await device(annName, false), await device(bobName, false)];
  const id = (await ann.createRoom({ type: 'public', name: 'Chaos' })).room.id;
  await bob.joinRoom(id);
  for (const one of devices) await until(() => one.room(id) !== undefined);
  for (const one of devices) one.room(id)!.open();
  await ann.room(id)!.changeRole(bob.account.me.id, 'admin');
  const end = Date.now() + Number(process.env.CHAOS_MS ?? 25_000);
  let deeds = 0;
  while (Date.now() < end) {
    const chat = pick(devices);
    const room = chat.room(id);
    if (!room) continue;
    if (chat.connection.state === 'polling') polled += 1;
    const lines = room.messages.live?.lines.filter((line) => line.message.type === 'text' && !line.message.deleted) ?? [];
    const line = lines.length > 0 ? pick(lines.slice(-12)) : undefined;
    const own = lines.filter((one) => one.message.sender.id === chat.account.me.id);
    const dice = Math.random();
    deeds += 1;
    const ignore = () => undefined;
    if (dice < 0.4 || !line) {
      room.draft.text = `${Math.random() < 0.2 ? `@${pick([annName, bobName])} ` : ''}deed ${deeds}`;
      room.send(room.draft, Math.random() < 0.3 ? line?.message : undefined);
    } else if (dice < 0.55) void room.react(line.message, pick(['👍', '🎉', '❤️'])).catch(ignore);
    else if (dice < 0.62) void room.unreact(line.message, pick(['👍', '🎉', '❤️'])).catch(ignore);
    else if (dice < 0.7 && own.length > 0) void room.edit(pick(own).message, `edit ${deeds}`).catch(ignore);
    else if (dice < 0.76 && own.length > 0) {
      room.remove(pick(own).message);
      room.settle();
    } else if (dice < 0.82) void room.pin(line.message).catch(ignore);
    else if (dice < 0.85) void room.unpin(line.message).catch(ignore);
    else if (dice < 0.93) room.markRead(line.message);
    else if (dice < 0.95) void room.update({ name: `Chaos ${deeds}` }).catch(ignore);
    else if (dice < 0.97) room.settle();
    else pick(sockets).close();
    await wait(Math.random() * 120);
  }
  const waiting = (one: ChatState) => one.room(id)!.messages.pending.filter((line) => line.sending !== 'failed');
  const follows = ({ connection }: ChatState) => connection.state === 'connected' || connection.state === 'polling';
  await until(() => devices.every((one) => follows(one) && waiting(one).length === 0), 60_000).catch((error) => {
    for (const one of devices) console.log(one.connection.state, waiting(one).map((line) => [line.key, line.sending, line.message.content]));
    throw error;
  });
  // What a device has missed is asked for within some seconds.
  await wait(refused > 0 ? 12_000 : 4000);
  const fresh = [await device(annName, false), await device(bobName, false)];
  for (const one of fresh) {
    one.room(id)!.open();
    await until(() => one.room(id)!.messages.live !== undefined);
    while (one.room(id)!.timeline.hasOlder) await one.room(id)!.timeline.loadOlder();
  }
  console.log(`${deeds} deeds (${polled} while polling), ${sockets.length} sockets, ${fresh[0]!.room(id)!.messages.live!.lines.length} lines`);
  for (const [i, one] of devices.entries()) {
    const should = state(fresh[i % 2]!.room(id)!);
    const is = state(one.room(id)!);
    while (one.room(id)!.timeline.hasOlder) await one.room(id)!.timeline.loadOlder();
    expect(is.about, `device ${i}`).toEqual(should.about);
    expect(is.lines.slice(-100), `device ${i}`).toEqual(should.lines.slice(-is.lines.length).slice(-100));
  }
  for (const one of [...devices, ...fresh]) one.stop();
}, 600_000);
