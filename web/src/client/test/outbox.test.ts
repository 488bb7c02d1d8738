import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Outbox, type SendFailure } from '../outbox';
import type { Item } from '../outbox_store';
import { chance } from './server';

interface Failure extends SendFailure {}

/** A server that remembers keys, and fails as told. */
class Receiver {
  readonly got: { room: string; text: string }[] = [];
  readonly keys = new Set<string>();
  calls = 0;
  together = 0;
  worst = new Map<string, number>();
  #now = new Map<string, number>();
  /** What happens to a call: `lost` is received, but the answer is not. */
  fate: (item: Item<string>) => 'ok' | 'lost' | 'down' | Failure = () => 'ok';

  send = async (item: Item<string>): Promise<string> => {
    this.calls += 1;
    const at = (this.#now.get(item.room) ?? 0) + 1;
    this.#now.set(item.room, at);
    this.worst.set(item.room, Math.max(at, this.worst.get(item.room) ?? 0));
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.#now.set(item.room, at - 1);
    const fate = this.fate(item);
    if (fate === 'down') throw { code: 'network', temporary: true } satisfies Failure;
    if (typeof fate === 'object') throw fate;
    if (!this.keys.has(item.clientId)) {
      this.keys.add(item.clientId);
      this.got.push({ room: item.room, text: item.body });
    }
    if (fate === 'lost') throw { code: 'network', temporary: true } satisfies Failure;
    return item.body;
  };

  texts(room: string): string[] {
    return this.got.filter((one) => one.room === room).map((one) => one.text);
  }
}

/** Web Locks for tabs of one process. */
class Locks {
  #chain = new Map<string, Promise<unknown>>();

  request(name: string, work: () => Promise<unknown>): Promise<unknown> {
    const mine = (this.#chain.get(name) ?? Promise.resolve()).then(work, work);
    this.#chain.set(name, mine.catch(() => undefined));
    return mine;
  }
}

const immediate = setImmediate;
let receiver: Receiver;
let locks: Locks;
let boxes: Outbox<string, string>[] = [];
let names = 0;
let name: string;
let line: Item<string>[];
let sent: string[];

/** Lets time pass for timers, and the database do its work in between. */
async function pass(ms: number): Promise<void> {
  for (let at = 0; at <= ms; at += Math.max(5, ms / 200)) {
    await vi.advanceTimersByTimeAsync(Math.max(5, ms / 200));
    for (let i = 0; i < 6; i += 1) await new Promise((resolve) => immediate(resolve));
  }
}

function tab(): Outbox<string, string> {
  const box = new Outbox<string, string>({
    name,
    send: receiver.send,
    failure: (error) => error as Failure,
    sent: (item) => sent.push(item.body),
    changed: (items) => (line = items),
    locks: locks as unknown as LockManager,
    random: () => 0.5,
  });
  boxes.push(box);
  return box;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  receiver = new Receiver();
  locks = new Locks();
  boxes = [];
  name = `outbox-${(names += 1)}`;
  [line, sent] = [[], []];
});

afterEach(async () => {
  for (const box of boxes) box.stop();
  vi.useRealTimers();
});

describe('a room', () => {
  test('is sent in order, one at a time', async () => {
    const box = tab();
    for (let i = 0; i < 5; i += 1) void box.add('a', `m${i}`);
    await pass(500);
    expect(receiver.texts('a')).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
    expect(receiver.worst.get('a')).toBe(1);
    expect(line).toEqual([]);
    expect(sent).toHaveLength(5);
  });

  test('waits while the server is away, with the same key, and nothing overtakes', async () => {
    const box = tab();
    receiver.fate = () => 'down';
    for (let i = 0; i < 3; i += 1) void box.add('a', `m${i}`);
    await pass(10_000);
    expect(receiver.got).toEqual([]);
    expect(receiver.calls).toBeLessThan(8);
    expect(line.map((item) => item.tries > 0)).toEqual([true, false, false]);
    receiver.fate = () => 'ok';
    await pass(60_000);
    expect(receiver.texts('a')).toEqual(['m0', 'm1', 'm2']);
  });

  test('an answer that is lost does not double the message', async () => {
    const box = tab();
    let first = true;
    receiver.fate = () => (first ? ((first = false), 'lost') : 'ok');
    void box.add('a', 'once');
    await pass(10_000);
    expect(receiver.calls).toBe(2);
    expect(receiver.texts('a')).toEqual(['once']);
  });

  test('a refusal fails that message alone; tried again it has a new key and the last place', async () => {
    const box = tab();
    receiver.fate = (item) => (item.body === 'bad' ? { code: 'silenced', detail: 'hush', temporary: false } : 'ok');
    const bad = await box.add('a', 'bad');
    void box.add('a', 'good');
    await pass(500);
    expect(receiver.texts('a')).toEqual(['good']);
    expect(line.map((item) => item.failure?.code)).toEqual(['silenced']);
    receiver.fate = () => 'ok';
    await box.retry(bad.key);
    await pass(500);
    expect(receiver.texts('a')).toEqual(['good', 'bad']);
    expect(receiver.keys.has(bad.clientId)).toBe(false);
    expect(line).toEqual([]);
  });

  test('what failed can be discarded', async () => {
    const box = tab();
    receiver.fate = () => ({ code: 'blocked', temporary: false });
    const item = await box.add('a', 'x');
    await pass(200);
    expect(await box.discard(item.key)).toBe(true);
    expect(line).toEqual([]);
  });
});

test('too many: everything waits as long as the server says', async () => {
  const box = tab();
  receiver.fate = (item) => (item.room === 'a' ? { code: 'rate_limited', temporary: true, retryAfter: 7000, everywhere: true } : 'ok');
  await box.add('a', 'x');
  await pass(100);
  void box.add('b', 'y');
  await pass(5000);
  expect(receiver.calls).toBe(1);
  receiver.fate = () => 'ok';
  await pass(4000);
  expect(receiver.got.map((one) => one.text).toSorted()).toEqual(['x', 'y']);
});

test('rooms do not wait for each other', async () => {
  const box = tab();
  receiver.fate = (item) => (item.room === 'a' ? 'down' : 'ok');
  void box.add('a', 'x');
  void box.add('b', 'y');
  await pass(200);
  expect(receiver.texts('b')).toEqual(['y']);
});

test('survives a reload in the middle of sending', async () => {
  const before = tab();
  receiver.fate = () => 'lost';
  for (let i = 0; i < 4; i += 1) await before.add('a', `m${i}`);
  await pass(50);
  before.stop();
  receiver.fate = () => 'ok';
  const after = tab();
  void after.start();
  await pass(5000);
  expect(receiver.texts('a')).toEqual(['m0', 'm1', 'm2', 'm3']);
});

test('what is uncertain for a day is not tried again by itself', async () => {
  const before = tab();
  receiver.fate = () => 'lost';
  await before.add('a', 'old');
  await pass(20);
  before.stop();
  vi.setSystemTime(Date.now() + 24 * 3_600_000);
  const after = tab();
  void after.start();
  await pass(1000);
  expect(line.map((item) => item.failure?.code)).toEqual(['too_old']);
  expect(receiver.calls).toBe(1);
});

test('two tabs send each message once, in order', async () => {
  const [one, two] = [tab(), tab()];
  void one.start();
  void two.start();
  for (let i = 0; i < 10; i += 1) await (i % 2 ? one : two).add('a', `m${i}`);
  await pass(2000);
  expect(receiver.texts('a')).toEqual(Array.from({ length: 10 }, (_, i) => `m${i}`));
  expect(receiver.calls).toBe(10);
  expect(receiver.worst.get('a')).toBe(1);
});

test.each(Array.from({ length: 8 }, (_, seed) => seed))('whatever happens: once each, in order (%i)', async (seed) => {
  const random = chance(seed);
  receiver.fate = () => {
    const dice = random();
    if (dice < 0.25) return 'down';
    if (dice < 0.45) return 'lost';
    if (dice < 0.5) return { code: 'rate_limited', temporary: true, retryAfter: 2000, everywhere: true };
    return 'ok';
  };
  const tabs = [tab(), tab()];
  const written: Record<string, string[]> = { a: [], b: [] };
  for (let i = 0; i < 24; i += 1) {
    const at = Math.floor(random() * 2);
    if (random() < 0.1) {
      tabs[at]?.stop();
      tabs[at] = tab();
      void tabs[at]?.start();
    }
    const room = random() < 0.5 ? 'a' : 'b';
    written[room]?.push(`m${i}`);
    await tabs[at]?.add(room, `m${i}`);
    await pass(random() * 300);
  }
  receiver.fate = () => 'ok';
  await pass(70_000);
  expect(receiver.texts('a')).toEqual(written.a);
  expect(receiver.texts('b')).toEqual(written.b);
  expect(line).toEqual([]);
});
