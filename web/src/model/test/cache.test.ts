import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { Cache, type CachedHistory } from '../cache';
import type { Room } from '../contract';
import { message, user } from './make';

const room = (id: string) => ({ id, name: id }) as Room;
const kept = (id: string, visitedAt: number): CachedHistory => ({ id, position: 5, older: true, messages: [message(1)], visitedAt });
let names = 0;
const name = () => `user-${(names += 1)}`;

test('what was kept is there the next time, for this user alone', async () => {
  const id = name();
  const before = new Cache(id);
  await before.keepRooms([room('a'), room('b')]);
  await before.keepHistory(kept('a', 1));
  await before.keepPeople([user('bob')]);
  await before.keepDraft({ id: 'a', text: 'unfinished', replyTo: null });
  await before.keepFact('blocks', ['x']);
  await before.close();
  const cached = await new Cache(id).load();
  expect(cached?.rooms.map((one) => one.id)).toEqual(['a', 'b']);
  expect(cached?.histories).toEqual([kept('a', 1)]);
  expect(cached?.people).toEqual([user('bob')]);
  expect(cached?.drafts[0]?.text).toBe('unfinished');
  expect(cached?.facts.get('blocks')).toEqual(['x']);
  expect((await new Cache(name()).load())?.rooms).toEqual([]);
});

test('rooms that are left go, with their messages', async () => {
  const cache = new Cache(name());
  await cache.keepRooms([room('a'), room('b')]);
  await cache.keepHistory(kept('a', 1));
  await cache.keepHistory(kept('b', 2));
  await cache.keepRooms([room('b')]);
  const cached = await cache.load();
  expect(cached?.rooms.map((one) => one.id)).toEqual(['b']);
  expect(cached?.histories.map((one) => one.id)).toEqual(['b']);
});

test('only the rooms visited last keep their messages', async () => {
  const cache = new Cache(name());
  for (let i = 0; i < 25; i += 1) await cache.keepHistory(kept(`r${i}`, i));
  const ids = (await cache.load())?.histories.map((one) => one.id);
  expect(ids).toHaveLength(20);
  expect(ids).not.toContain('r4');
  expect(ids).toContain('r24');
});

test('a draft that is empty is none', async () => {
  const cache = new Cache(name());
  await cache.keepDraft({ id: 'a', text: 'x', replyTo: null });
  await cache.keepDraft({ id: 'a', text: '', replyTo: null });
  expect((await cache.load())?.drafts).toEqual([]);
});

test('nothing is left after sign-out, and writing then does no harm', async () => {
  const id = name();
  const cache = new Cache(id);
  await cache.keepRooms([room('a')]);
  await cache.destroy();
  await cache.keepRooms([room('b')]);
  expect((await new Cache(id).load())?.rooms).toEqual([]);
});
