import { describe, expect, test } from 'vitest';
import { chance } from '../../client/test/server';
import type { Message } from '../contract';
import { LineState } from '../lines.svelte';
import { optimistic } from '../messages';
import { event, history, message, shown, time, user } from './make';

const page = (messages: ReturnType<typeof message>[], older = false, newer = false) => ({ messages, older, newer });

function started(count = 3, refetched: string[] = []) {
  const it = history(refetched);
  it.page(page(Array.from({ length: count }, (_, i) => message(i + 1)).reverse(), true), it.mark());
  return it;
}

describe('applying events', () => {
  test('a message comes last, whatever its time says', () => {
    const it = started();
    it.apply(event.created(4, { created_at: time(0) }));
    expect(shown(it)).toEqual(['m1 text 1', 'm2 text 2', 'm3 text 3', 'm4 text 4']);
  });

  test('a message that comes late takes its place', () => {
    const it = started();
    it.apply(event.created(6));
    it.apply(event.created(5));
    expect(shown(it).slice(-2)).toEqual(['m5 text 5', 'm6 text 6']);
  });

  test('an edit keeps replies and reactions of one’s own', () => {
    const it = started();
    it.apply(event.created(4, { parent_message_id: 'm2' }));
    it.apply(event.reaction(5, 'm2', 'ann', '👍', 1));
    const reactions = [{ emoji: '👍', count: 1, users: [user('ann')] }];
    it.apply(event.updated(6, message(2, { content: 'new', reactions })));
    expect(shown(it)[1]).toBe('m2 new 👍1!(ann) +1');
  });

  test('a deletion leaves a tombstone without pin and reactions, and lowers the count of its thread', () => {
    const it = started();
    it.held.get('m2')!.fetchedAt = 0;
    it.apply(event.created(4, { parent_message_id: 'm2' }));
    it.apply(event.reaction(5, 'm4', 'bob', '👍', 1));
    it.apply(event.pin(6, 'm4'));
    it.apply(event.deleted(7, 'm4', 'm2'));
    expect(shown(it).slice(1)).toEqual(['m2 text 2', 'm3 text 3', 'm4 gone']);
    expect(it.held.get('m2')!.message.last_reply_at).toBeNull();
  });

  test('a deletion right after a page may be in its count: the root is fetched', () => {
    const asked: string[] = [];
    const it = history(asked);
    it.page(page([message(1, { reply_count: 1, last_reply_at: time(2) }), message(2, { parent_message_id: 'm1' })]), it.mark());
    it.apply(event.deleted(3, 'm2', 'm1'));
    expect(asked).toEqual(['m1']);
    expect(it.held.get('m1')!.message.reply_count).toBe(1);
  });

  test('a reply that is in the page’s count already is not counted again', () => {
    const it = history();
    it.page(page([message(1, { reply_count: 1, last_reply_at: time(2) })], false, true), it.mark());
    it.apply(event.created(2, { parent_message_id: 'm1' }));
    expect(it.held.get('m1')!.message.reply_count).toBe(1);
    it.apply(event.created(3, { parent_message_id: 'm1' }));
    expect(it.held.get('m1')!.message.reply_count).toBe(2);
  });

  test('system lines stand where their event stands', () => {
    const it = started();
    it.apply(event.joined(4, 'cy'));
    it.apply(event.created(5));
    expect(it.live!.lines.map((line) => line.message.type)).toEqual(['text', 'text', 'text', 'system', 'text']);
  });

  test('unknown messages touch nothing', () => {
    const it = started();
    const before = shown(it);
    it.apply(event.reaction(4, 'x', 'bob', '👍', 1));
    it.apply(event.deleted(5, 'y', 'z'));
    it.apply(event.pin(6, 'z'));
    expect(shown(it)).toEqual(before);
  });
});

describe('pages and events at once', () => {
  test('what came while the page was under way is not lost, whether it is on the page or not', () => {
    const it = history();
    const mark = it.mark();
    it.apply(event.created(3));
    it.apply(event.reaction(4, 'm2', 'bob', '👍', 1));
    it.apply(event.created(5));
    it.page(page([message(1), message(2), message(3)]), mark);
    expect(shown(it)).toEqual(['m1 text 1', 'm2 text 2 👍1(bob)', 'm3 text 3', 'm5 text 5']);
  });

  test('replies of that time are counted once', () => {
    const it = started();
    const mark = it.mark();
    it.apply(event.created(4, { parent_message_id: 'm2' }));
    it.page(page([message(2, { reply_count: 1, last_reply_at: time(4) }), message(3), message(4, { parent_message_id: 'm2' })]), mark);
    expect(it.held.get('m2')!.message.reply_count).toBe(1);
    const again = it.mark();
    it.apply(event.created(5, { parent_message_id: 'm2' }));
    it.page(page([message(2, { reply_count: 1, last_reply_at: time(4) }), message(3), message(4)]), again);
    expect(it.held.get('m2')!.message.reply_count).toBe(2);
  });
});

describe('optimistic lines', () => {
  const pending = (it: ReturnType<typeof history>, key: string) => {
    const fields = { key, clientId: key, roomId: 'r', sender: user('ann'), content: 'hi', attachments: [], parent: null, replyTo: null, at: 0 };
    const line = new LineState(optimistic(fields), key);
    it.pending = [...it.pending, line];
    return line;
  };

  test('the event takes the line’s place, and the answer finds it there', () => {
    const it = started();
    const line = pending(it, 'k');
    const own = { sender: user('ann'), client_id: 'k' };
    it.apply(event.created(4, own));
    expect(it.pending).toEqual([]);
    expect(it.live!.lines.at(-1)).toBe(line);
    expect(line.key).toBe('k');
    it.sent(message(4, own));
    expect(it.live!.lines.filter((one) => one.message.id === 'm4')).toHaveLength(1);
  });

  test('the answer first, the event afterwards', () => {
    const it = started();
    const line = pending(it, 'k');
    const own = { sender: user('ann'), client_id: 'k', parent_message_id: 'm2' };
    it.sent(message(4, own));
    it.apply(event.created(4, own));
    expect(it.live!.lines.at(-1)).toBe(line);
    expect(it.held.get('m2')!.message.reply_count).toBe(1);
  });

  test('somebody else’s key is not one’s own', () => {
    const it = started();
    pending(it, 'k');
    it.apply(event.created(4, { client_id: 'k' }));
    expect(it.pending).toHaveLength(1);
  });
});

describe('in any order', () => {
  const events = [
    event.created(4),
    event.created(5, { parent_message_id: 'm4' }),
    event.reaction(6, 'm4', 'bob', '👍', 1),
    event.reaction(7, 'm4', 'ann', '👍', 2),
    event.reaction(8, 'm4', 'bob', '👍', 1, false),
    event.updated(9, message(4, { content: 'first' })),
    event.updated(10, message(4, { content: 'second', reactions: [{ emoji: '👍', count: 1, users: [user('ann')] }] })),
    event.pin(11, 'm4'),
    event.joined(12, 'cy'),
    event.created(13, { parent_message_id: 'm4' }),
    event.pin(14, 'm4', false),
    event.reaction(15, 'm5', 'cy', '🎉', 1),
    event.created(16),
    event.deleted(17, 'm16'),
  ];
  const inOrder = started();
  for (const one of events) inOrder.apply(one);
  const expected = shown(inOrder);

  test('is as expected in order', () => {
    expect(expected.slice(3)).toEqual(['m4 second 👍1!(ann) +2', 'm5 text 5 🎉1(cy)', 'm12 text 12', 'm13 text 13', 'm16 gone']);
  });

  test.each(Array.from({ length: 60 }, (_, seed) => seed))('the outcome is the same (%i)', (seed) => {
    const random = chance(seed);
    const mixed = events.map((one) => [random(), one] as const).sort(([a], [b]) => a - b);
    const asked: string[] = [];
    const it = started(3, asked);
    for (const [, one] of mixed) it.apply(one);
    // What is asked for again is answered as it is at the server.
    for (const id of asked) it.found({ ...(inOrder.held.get(id)!.message as Message) });
    expect(shown(it)).toEqual(expected);
  });

  test.each(Array.from({ length: 20 }, (_, seed) => seed))('neighbours that change places ask for little (%i)', (seed) => {
    const asked: string[] = [];
    const it = started(3, asked);
    const at = seed % (events.length - 1);
    for (const one of events.toSpliced(at, 2, events[at + 1]!, events[at]!)) it.apply(one);
    expect(asked.length).toBeLessThan(3);
  });

  test.each(Array.from({ length: 30 }, (_, seed) => seed))('also twice (%i)', (seed) => {
    const random = chance(seed);
    const it = started();
    for (const one of events) {
      it.apply(one);
      if (random() < 0.5 && one.type === 'message_created') it.apply(one);
    }
    expect(shown(it)).toEqual(expected);
  });
});

test('trimming keeps the newest, and what threads hold', () => {
  const it = started(20);
  const kept = it.held.get('m2')!;
  it.trim(5, [kept]);
  expect(it.live!.lines).toHaveLength(5);
  expect(it.live!.older).toBe(true);
  expect(it.held.get('m2')).toBe(kept);
  expect(it.held.has('m10')).toBe(false);
});
