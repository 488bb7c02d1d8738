import { expect, test } from 'vitest';
import { data } from '../../api/http';
import type { RoomState } from '../room.svelte';
import { device, name, until } from './device';

const texts = (room: RoomState) => room.timeline.lines.map((line) => line.message.content);
const shown = (room: RoomState) =>
  room.timeline.lines.map(({ message: one }) => [one.seq, one.content, one.deleted, one.reply_count, one.pinned, one.reactions.map((r) => `${r.emoji}${r.count}${r.me}`)]);

async function say(room: RoomState, from: number, to: number): Promise<void> {
  for (let i = from; i <= to; i += 1) {
    room.draft.text = `n${i}`;
    room.send(room.draft);
  }
  await until(() => room.messages.pending.length === 0, 60_000);
}

test('ranges: jumps, days, the way back, reloading, the cache', async () => {
  const [annName, bobName] = [name('ann'), name('bob')];
  const ann = await device(annName);
  const id = (await ann.createRoom({ type: 'public', name: 'Places' })).room.id;
  const room = ann.room(id)!;
  room.open();
  await say(room, 1, 170);
  let bob = await device(bobName);
  await bob.joinRoom(id);
  let there = bob.room(id)!;
  there.open();
  await until(() => there.timeline.lines.length >= 50);
  expect(there.timeline.hasOlder).toBe(true);
  const first = room.timeline.lines[9]!.message;
  expect(await there.timeline.jumpTo(first.id)).toBe(true);
  expect(there.timeline.live).toBe(false);
  expect(texts(there)).toContain('n10');
  expect(texts(there)).not.toContain('n170');
  await say(room, 171, 172);
  await until(() => there.timeline.newBelow === 2);
  let steps = 0;
  while (there.timeline.hasNewer && (steps += 1) < 10) await there.timeline.loadNewer();
  expect(there.timeline.live).toBe(true);
  expect(there.timeline.newBelow).toBe(0);
  expect(texts(there).filter((one) => one.startsWith('n'))).toEqual(Array.from({ length: 172 }, (_, i) => `n${i + 1}`));
  expect(there.messages.ranges).toHaveLength(1);
  expect(await there.timeline.jumpTo(`${id}-999999`)).toBe(false);
  expect(await there.timeline.jumpToDate(new Date(Date.now() - 5 * 86_400_000))).toBe(true);
  await there.timeline.jumpToPresent();

  // Away, with a cache; things happen; back again.
  bob = await bob.again(async () => {
    await say(room, 173, 180);
    const line = (text: string) => room.timeline.lines.find((one) => one.message.content === text)!.message;
    await room.edit(line('n171'), 'n171 edited');
    await room.react(line('n169'), '👍');
    await room.pin(line('n168'));
    room.draft.text = 'answer';
    room.send(room.draft, line('n167'));
    room.remove(line('n166'));
    room.settle();
    await until(() => room.messages.pending.length === 0);
    await new Promise((resolve) => setTimeout(resolve, 500));
  });
  there = bob.room(id)!;
  there.open();
  await until(() => texts(there).at(-1) === 'answer');
  const fresh = await device(bobName, false);
  fresh.room(id)!.open();
  await until(() => fresh.room(id)!.timeline.lines.length > 0);
  const should = shown(fresh.room(id)!);
  expect(shown(there).slice(-should.length)).toEqual(should);
  expect(there.room).toMatchObject({ unread_count: fresh.room(id)!.room.unread_count, pin_count: 1 });

  // A resync of an open room: everything is fetched again, the lines stay the same objects.
  const kept = there.timeline.lines[5];
  const before = shown(there);
  await bob.list.resync([id], new Map());
  expect(there.timeline.lines[5]).toBe(kept);
  expect(shown(there)).toEqual(before);
  await say(room, 181, 181);
  await until(() => texts(there).at(-1) === 'n181');

  // A long message: its event is cut.
  room.draft.text = '🙂'.repeat(9_990);
  room.send(room.draft);
  await until(() => (there.timeline.lines.at(-1)?.message.content.length ?? 0) > 10_000);
  expect(there.timeline.lines.at(-1)!.message.content).toBe(room.timeline.lines.at(-1)!.message.content);
  const server = await data(bob.core.api.client.GET('/rooms/{room_id}', { params: { path: { room_id: id } } }));
  console.log('after a truncated event', server.unread_count, there.room.unread_count, there.room.last_message?.content.length);
  expect(there.room.unread_count).toBe(server.unread_count);

  // Removed while open.
  await room.removeMember(bob.account.me.id);
  await until(() => bob.room(id) === undefined);

  for (const one of [ann, bob, fresh]) one.stop();
}, 120_000);
