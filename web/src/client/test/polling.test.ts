/** Networks that let no socket through. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Connection, type ConnectionOptions } from '../connection';
import { chance, KIND, Server, type Said } from './server';

let server: Server;
let app: App;
let states: string[];
let gone: string[];
let connection: Connection<Said>;

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** What an app would hold: pages it has loaded, and the events since. */
class App {
  readonly loaded = new Map<string, Set<number>>();
  readonly delivered = new Map<string, number[]>();

  event(event: Said): void {
    if (event.seq === undefined) return;
    this.delivered.set(event.data.room_id, [...this.of(event.data.room_id), event.seq]);
  }

  of(room: string): number[] {
    return this.delivered.get(room) ?? [];
  }

  held(room: string): number[] {
    return [...new Set([...(this.loaded.get(room) ?? []), ...this.of(room)])].sort((a, b) => a - b);
  }

  page(room: string): void {
    this.loaded.set(room, new Set([...(this.loaded.get(room) ?? []), ...server.room(room).events.keys()]));
  }

  /** Rooms that are new to it come with a page, as the app loads it when they are opened. */
  async start() {
    const started = await server.start();
    for (const [room] of started.positions) if (!this.loaded.has(room)) this.page(room);
    return started;
  }

  async load(rooms: string[]): Promise<void> {
    for (const room of rooms) {
      const position = server.settled(server.room(room));
      const page = new Set(server.room(room).events.keys());
      await new Promise((resolve) => setTimeout(resolve, 2 + server.mischief.random() * server.mischief.delay));
      if (server.away) throw new Error('no answer');
      this.loaded.set(room, page);
      this.delivered.delete(room);
      connection.reset(room, position);
    }
  }
}

const seqs = (room: string) => app.of(room);

function connect(options: Partial<ConnectionOptions<Said>> = {}): void {
  connection = new Connection<Said>({
    url: 'ws://server/ws',
    ticket: async () => {
      if (server.away) throw new Error('no answer');
      return `t${(server.tickets += 1)}`;
    },
    start: () => app.start(),
    sync: (cursor) => server.sync(cursor),
    synced: (_, rooms) => gone.push(...rooms),
    resync: (rooms) => app.load(rooms),
    event: (event) => app.event(event),
    state: (state) => states.push(state),
    WebSocket: server.Socket,
    random: () => 0.5,
    ...options,
  });
  connection.start();
}

beforeEach(() => {
  vi.useFakeTimers();
  [server, app, states, gone] = [new Server(), new App(), [], []];
});

afterEach(() => {
  connection.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test.each(['refused', 'hanging', 'mute'] as const)('a proxy that leaves sockets %s: the chat starts, and follows by asking', async (proxy) => {
  server.proxy = proxy;
  server.say('a');
  connect();
  await pass(6_000);
  expect(connection.state).toBe('polling');
  expect(server.starts).toBe(proxy === 'mute' ? 2 : 1);
  server.say('a');
  server.say('a');
  await pass(3_100);
  expect(seqs('a')).toEqual([2, 3]);
  await pass(60_000);
  expect(new Set(states.slice(states.indexOf('polling')))).toEqual(new Set(['polling']));
});

test('a socket that is refused once is no reason', async () => {
  server.proxy = 'refused';
  connect();
  await pass(20);
  server.proxy = 'open';
  await pass(10_000);
  expect(states).toEqual(['connecting', 'waiting', 'connecting', 'connected']);
  expect(server.syncs).toBe(0);
});

test('a socket that comes through takes over, and polling ends', async () => {
  server.proxy = 'refused';
  server.say('a');
  connect();
  await pass(10_000);
  server.say('a');
  server.proxy = 'open';
  await pass(120_000);
  expect(connection.state).toBe('connected');
  const { syncs } = server;
  server.say('a');
  await pass(50);
  expect(seqs('a')).toEqual([2, 3]);
  await pass(60_000);
  expect(server.syncs).toBe(syncs);
});

test('a socket that is lost for good: it goes on from where the socket was, without another start', async () => {
  server.say('a');
  connect();
  await pass(50);
  server.say('a');
  await pass(50);
  server.proxy = 'refused';
  server.cut();
  server.say('a');
  await pass(10_000);
  expect(connection.state).toBe('polling');
  expect(seqs('a')).toEqual([2, 3]);
  expect(server.starts).toBe(1);
});

test('rooms held from earlier that are behind are loaded afresh: sync begins at its own start', async () => {
  for (let i = 0; i < 5; i += 1) server.say('a');
  server.say('b');
  server.proxy = 'refused';
  const resync = vi.fn((rooms: string[]) => app.load(rooms));
  connect({ resync });
  connection.track('a', 2);
  connection.track('b', 1);
  await pass(5_000);
  expect(resync.mock.calls).toEqual([[['a'], new Map([['a', 5], ['b', 1]])]]);
  server.say('a');
  await pass(3_100);
  expect(seqs('a')).toEqual([6]);
  expect(app.held('a')).toEqual([1, 2, 3, 4, 5, 6]);
});

test('rooms come and go', async () => {
  server.proxy = 'refused';
  server.say('a');
  server.say('b');
  connect();
  await pass(5_000);
  server.say('new');
  server.entered.delete('b');
  await pass(3_100);
  expect(app.held('new')).toEqual([1]);
  expect(gone).toEqual(['b']);
  server.say('new');
  await pass(3_100);
  expect(app.held('new')).toEqual([1, 2]);
});

test('a room that was entered here meanwhile is not taken away, and misses nothing', async () => {
  server.proxy = 'refused';
  server.say('a');
  connect();
  await pass(5_000);
  server.mischief = { ...KIND, delay: 1000, random: () => 1 };
  await pass(3_000);
  server.say('new');
  connection.track('new', 1);
  server.say('new');
  await pass(10_000);
  expect(gone).toEqual([]);
  expect(app.held('new')).toEqual([1, 2]);
});

test('without an answer it says that it waits, and goes on when there is one', async () => {
  server.proxy = 'refused';
  server.say('a');
  connect();
  await pass(5_000);
  server.away = true;
  await pass(5_000);
  expect(connection.state).toBe('waiting');
  server.say('a');
  server.away = false;
  await pass(5_000);
  expect(connection.state).toBe('polling');
  expect(seqs('a')).toEqual([2]);
});

test('a refused cursor is followed by another start', async () => {
  server.proxy = 'refused';
  server.say('a');
  let refuse = true;
  connect({
    sync: (cursor) => {
      if (!refuse) return server.sync(cursor);
      refuse = false;
      return Promise.reject(Object.assign(new Error(), { temporary: false }));
    },
  });
  await pass(10_000);
  expect(connection.state).toBe('polling');
  expect(server.starts).toBe(2);
});

describe('how often', () => {
  const asked = async (ms: number) => {
    const before = server.syncs;
    await pass(ms);
    return server.syncs - before;
  };

  test('every few seconds while something goes on, seldom when nothing does or nobody looks', async () => {
    const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    vi.stubGlobal('document', page);
    server.proxy = 'refused';
    server.say('a');
    connect();
    await pass(5_000);
    expect(await asked(30_000)).toBeGreaterThanOrEqual(9);
    await pass(60_000);
    expect(await asked(60_000)).toBeLessThanOrEqual(6);
    connection.send({ type: 'typing_start' });
    expect(await asked(30_000)).toBeGreaterThanOrEqual(9);
    page.visibilityState = 'hidden';
    await pass(3_100);
    expect(await asked(120_000)).toBeLessThanOrEqual(4);
    page.visibilityState = 'visible';
    server.say('a');
    page.dispatchEvent(new Event('visibilitychange'));
    await pass(50);
    expect(seqs('a')).toEqual([2]);
  });

  test('what does not fit one answer is asked for at once', async () => {
    server.proxy = 'refused';
    server.say('a');
    connect();
    await pass(5_000);
    for (let i = 0; i < 30; i += 1) server.say('a');
    await pass(3_100);
    expect(seqs('a')).toHaveLength(30);
  });
});

describe('whatever happens', () => {
  test.each(Array.from({ length: 60 }, (_, seed) => seed))('every event arrives once, by socket or without (%i)', async (seed) => {
    const random = chance(seed);
    const rooms = ['a', 'b', 'c'];
    for (const room of rooms) server.say(room);
    server.page = 1 + Math.floor(random() * 20);
    server.behindMax = random() < 0.3 ? 12 : 1000;
    if (random() < 0.5) server.proxy = 'refused';
    connect({ random });
    await pass(random() * 8_000);
    server.mischief = { lose: random() * 0.4, repeat: random() * 0.5, delay: random() * 400, random };
    const open: [string, number][] = [];
    for (let i = 0; i < 150; i += 1) {
      const room = rooms[Math.floor(random() * rooms.length)] as string;
      const dice = random();
      if (dice < 0.7) server.say(room);
      else if (dice < 0.78) open.push([room, server.take(room)]);
      else if (dice < 0.83) server.drop(room, server.take(room));
      else if (dice < 0.87) server.cut();
      else if (dice < 0.91) {
        server.proxy = (['open', 'refused', 'hanging', 'mute'] as const)[Math.floor(random() * 4)] ?? 'open';
        if (server.proxy !== 'open') server.cut();
      } else if (dice < 0.93) server.away = !server.away;
      else if (dice < 0.94) {
        rooms.push(`room ${i}`);
        server.say(`room ${i}`);
      }
      if (open.length > 0 && random() < 0.2) {
        const [id, seq] = open.shift() as [string, number];
        if (random() < 0.5) server.tell(id, seq);
        else server.drop(id, seq);
      }
      await pass(random() * 600);
    }
    server.away = false;
    server.proxy = random() < 0.5 ? 'open' : 'refused';
    server.cut();
    for (const [id, seq] of open) server.drop(id, seq);
    server.mischief = KIND;
    for (const room of rooms) server.say(room);
    await pass(300_000);
    expect(connection.state).toBe(server.proxy === 'open' ? 'connected' : 'polling');
    for (const room of rooms) {
      const all = [...server.room(room).events.keys()].sort((a, b) => a - b);
      expect(app.held(room), room).toEqual(all);
      expect(seqs(room).toSorted((a, b) => a - b), room).toEqual([...new Set(seqs(room))].sort((a, b) => a - b));
      expect(connection.position(room), room).toBe(server.room(room).last);
    }
    expect(gone).toEqual([]);
  });
});
