import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Connection, type ConnectionOptions } from '../connection';
import { chance, KIND, Server, type Said } from './server';

let server: Server;
let got: Said[];
let states: string[];
let connection: Connection<Said>;

const seqs = (room: string) => got.filter((event) => event.data.room_id === room).map((event) => event.seq);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

function connect(options: Partial<ConnectionOptions<Said>> = {}): Connection<Said> {
  connection = new Connection<Said>({
    url: 'ws://server/ws',
    ticket: async () => `t${(server.tickets += 1)}`,
    event: (event) => {
      if (event.seq !== undefined) got.push(event);
    },
    state: (state) => states.push(state),
    WebSocket: server.Socket,
    random: () => 0.5,
    ...options,
  });
  connection.start();
  return connection;
}

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  got = [];
  states = [];
});

afterEach(() => {
  connection.stop();
  vi.useRealTimers();
});

describe('the round', () => {
  test('goes by ticket, asks for batches, and begins where the rooms stand', async () => {
    server.say('a');
    connect();
    await pass(50);
    expect(connection.state).toBe('connected');
    expect([...server.sockets][0]?.url).toBe('ws://server/ws?ticket=t1&batch=1');
    expect(seqs('a')).toEqual([]);
    server.say('a');
    await pass(50);
    expect(seqs('a')).toEqual([2]);
  });

  test('keeps what comes during the start, and delivers what is above it', async () => {
    server.say('a');
    connect({
      start: async () => {
        const positions = server.positions();
        server.say('a');
        await new Promise((resolve) => setTimeout(resolve, 100));
        server.say('a');
        return { positions };
      },
    });
    await pass(300);
    expect(seqs('a')).toEqual([2, 3]);
  });

  test('a room that is entered during the start stays, though the start does not know it', async () => {
    server.say('a');
    server.say('b');
    connect({
      start: async () => {
        const positions = [...server.positions()].filter(([room]) => room !== 'b');
        await new Promise((resolve) => setTimeout(resolve, 100));
        connection.track('b', 1);
        server.say('b');
        return { positions };
      },
    });
    await pass(300);
    server.say('b');
    await pass(100);
    expect(seqs('b')).toEqual([2, 3]);
  });

  test('a failed start is tried again', async () => {
    let times = 0;
    connect({
      start: async () => {
        if ((times += 1) < 3) throw new Error('no');
        return { positions: [] };
      },
    });
    await pass(5000);
    expect(connection.state).toBe('connected');
    expect(times).toBe(3);
  });

  test('a fatal ticket ends it', async () => {
    const ended = vi.fn();
    connect({ ticket: () => Promise.reject(Object.assign(new Error(), { fatal: true })), ended });
    await pass(60_000);
    expect(ended).toHaveBeenCalledOnce();
    expect(connection.state).toBe('stopped');
    expect(server.sockets.size).toBe(0);
  });

  test('session_expired goes round for another ticket at once', async () => {
    connect();
    await pass(50);
    server.send({ type: 'session_expired', ts: '', data: {} });
    await pass(50);
    expect(server.tickets).toBe(2);
    expect(connection.state).toBe('connected');
  });
});

describe('the line', () => {
  test('a ping at first, and before the heartbeat is due; no pong in 10 s is the end of the socket', async () => {
    connect();
    await pass(25_100);
    expect(server.frames.filter((frame) => frame.type === 'ping')).toHaveLength(2);
    expect(server.sockets.size).toBe(1);
    server.answers = false;
    await pass(28_000);
    server.answers = true;
    await pass(10_000);
    expect(server.tickets).toBe(2);
    expect(connection.state).toBe('connected');
  });

  test('waits longer and longer while the server is away, and tells when', async () => {
    server.down = true;
    connect();
    await pass(60_000);
    const tries = server.tickets;
    expect(tries).toBeGreaterThan(5);
    expect(tries).toBeLessThan(11);
    expect(connection.state).toBe('waiting');
    server.down = false;
    connection.retryNow();
    await pass(50);
    expect(connection.state).toBe('connected');
  });

  test('what was missed while it was cut is fetched, in pages, in order', async () => {
    server.say('a');
    server.say('b');
    connect();
    await pass(50);
    server.cut();
    for (let i = 0; i < 20; i += 1) server.say(i % 3 === 0 ? 'b' : 'a');
    await pass(3000);
    expect(seqs('a')).toEqual(upTo(14).slice(1));
    expect(seqs('b')).toEqual(upTo(8).slice(1));
  });

  test('rooms too far behind are told as resync, and tracked again afterwards', async () => {
    server.say('a');
    const resync = vi.fn((rooms: string[]) => rooms.forEach((room) => connection.reset(room, server.room(room).last)));
    connect({ resync });
    await pass(50);
    server.cut();
    server.behindMax = 5;
    for (let i = 0; i < 10; i += 1) server.say('a');
    await pass(3000);
    expect(resync).toHaveBeenCalledWith(['a'], expect.any(Map));
    server.say('a');
    await pass(50);
    expect(seqs('a')).toEqual([12]);
  });

  test('a room is loaded afresh from where it has settled, so that what is being written then is not missed', async () => {
    server.say('a');
    const resync = vi.fn((rooms: string[], settled: ReadonlyMap<string, number>) => {
      for (const room of rooms) connection.reset(room, settled.get(room) as number);
    });
    connect({ resync });
    await pass(50);
    server.cut();
    server.behindMax = 5;
    for (let i = 0; i < 10; i += 1) server.say('a');
    const slow = server.take('a');
    await pass(3000);
    expect(resync.mock.calls).toEqual([[['a'], new Map([['a', 11]])]]);
    server.tell('a', slow);
    await pass(50);
    expect(seqs('a')).toEqual([slow]);
  });

  test('a room that is entered while something in it is being written misses nothing', async () => {
    connect();
    await pass(50);
    server.say('new');
    const slow = server.take('new');
    const joined = server.say('new');
    const entered = connection.enter('new', joined);
    const told = server.say('new');
    await pass(50);
    await entered;
    expect(connection.position('new')).toBe(1);
    server.tell('new', slow);
    await pass(1000);
    expect(new Set(seqs('new'))).toEqual(new Set([slow, joined, told]));
    expect(seqs('new')).toHaveLength(3);
  });

  test('a room that is entered and left at once is not followed', async () => {
    connect();
    await pass(50);
    const entered = connection.enter('new', server.say('new'));
    connection.forget('new');
    await pass(50);
    await entered;
    expect(connection.position('new')).toBeUndefined();
  });

  test('a room that could not be loaded afresh is told again, and what comes meanwhile is kept', async () => {
    server.say('a');
    const resync = vi.fn(async (rooms: string[]) => {
      const { last } = server.room('a');
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (resync.mock.calls.length < 3) throw new Error('no answer');
      for (const room of rooms) connection.reset(room, last);
    });
    connect({ resync });
    await pass(50);
    server.cut();
    server.behindMax = 5;
    for (let i = 0; i < 10; i += 1) server.say('a');
    await pass(1000);
    server.say('a');
    await pass(16_050);
    expect(resync).toHaveBeenCalledTimes(3);
    server.say('a');
    await pass(1000);
    expect(seqs('a')).toEqual([13]);
    await pass(60_000);
    expect(resync).toHaveBeenCalledTimes(3);
  });
});

describe('the browser says that it is offline', () => {
  const page = new EventTarget();
  beforeEach(() => {
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  });
  const says = (word: 'online' | 'offline') => {
    vi.stubGlobal('navigator', { onLine: word === 'online' });
    page.dispatchEvent(new Event(word));
  };
  afterEach(() => {
    connection.stop();
    vi.unstubAllGlobals();
  });

  test('which counts at once; a socket that lives through it is kept', async () => {
    connect();
    await pass(50);
    says('offline');
    expect(connection.state).toBe('offline');
    expect(connection.send({ type: 'typing_start' })).toBe(false);
    await pass(20_000);
    expect(connection.state).toBe('offline');
    says('online');
    expect(connection.state).toBe('connected');
    await pass(20_000);
    expect(server.tickets).toBe(1);
  });

  test('a socket that does not is found out quickly', async () => {
    connect();
    await pass(50);
    server.answers = false;
    server.down = true;
    says('offline');
    await pass(5_000);
    expect(server.sockets.size).toBe(0);
    server.answers = true;
    server.down = false;
    says('online');
    await pass(50);
    expect(connection.state).toBe('connected');
    expect(states.filter((state) => state === 'waiting')).toEqual([]);
  });
});

describe('holes', () => {
  test('an event that overtakes another waits for it', async () => {
    server.say('a');
    connect();
    await pass(50);
    const [two, three] = [server.take('a'), server.take('a')];
    server.tell('a', three);
    await pass(100);
    expect(seqs('a')).toEqual([]);
    server.tell('a', two);
    await pass(10);
    expect(seqs('a')).toEqual([2, 3]);
    expect(server.asked).toHaveLength(1);
  });

  test('a lost event is asked for from the last one before the hole', async () => {
    server.say('a');
    connect();
    await pass(50);
    server.mischief = { ...KIND, lose: 1 };
    server.say('a');
    server.mischief = KIND;
    server.say('a');
    await pass(1000);
    expect(seqs('a')).toEqual([2, 3]);
    expect(server.asked.at(-1)).toEqual({ a: 1 });
  });

  test('a void number holds nothing up', async () => {
    server.say('a');
    connect();
    await pass(50);
    server.drop('a', server.take('a'));
    server.say('a');
    await pass(1000);
    expect(seqs('a')).toEqual([3]);
    expect(connection.position('a')).toBe(3);
  });

  test('a number the server has not settled is passed over, and delivered when it comes', async () => {
    server.say('a');
    connect();
    await pass(50);
    const late = server.take('a');
    server.say('a');
    server.say('a');
    await pass(1000);
    expect(seqs('a')).toEqual([3, 4]);
    expect(connection.position('a')).toBe(1);
    server.say('a');
    await pass(10);
    expect(seqs('a')).toEqual([3, 4, 5]);
    server.tell('a', late);
    await pass(10);
    expect(seqs('a')).toEqual([3, 4, 5, 2]);
    expect(connection.position('a')).toBe(5);
  });

  test('and is given up when the server says that it is void', async () => {
    server.say('a');
    connect();
    await pass(50);
    const late = server.take('a');
    server.say('a');
    await pass(1000);
    server.drop('a', late);
    await pass(10_000);
    expect(connection.position('a')).toBe(3);
    const asked = server.asked.length;
    await pass(60_000);
    expect(server.asked).toHaveLength(asked);
  });
});

describe('rooms that are not tracked', () => {
  test('are told once, to be loaded, and what came meanwhile is delivered', async () => {
    const resync = vi.fn(async (_rooms: string[], _settled: ReadonlyMap<string, number>) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      connection.reset('new', 1);
    });
    connect({ resync });
    await pass(50);
    server.say('new');
    await pass(20);
    server.say('new');
    await pass(50);
    expect(seqs('new')).toEqual([]);
    await pass(100);
    expect(resync.mock.calls).toEqual([[['new'], new Map([['new', 1]])]]);
    expect(seqs('new')).toEqual([2]);
  });
});

describe('whatever happens', () => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed))('every event arrives once and in order (%i)', async (seed) => {
    const random = chance(seed);
    const rooms = ['a', 'b', 'c'];
    for (const room of rooms) server.say(room);
    const start = seed % 2 === 0 ? async () => ({ positions: server.positions() }) : undefined;
    connect({ random, ...(start && { start }) });
    server.page = 1 + Math.floor(random() * 20);
    await pass(50);
    server.mischief = { lose: random() * 0.4, repeat: random() * 0.5, delay: random() * 400, random };
    const open: [string, number][] = [];
    for (let i = 0; i < 120; i += 1) {
      const room = rooms[Math.floor(random() * 3)] as string;
      const dice = random();
      if (dice < 0.7) server.say(room);
      else if (dice < 0.8) open.push([room, server.take(room)]);
      else if (dice < 0.85) server.drop(room, server.take(room));
      else if (dice < 0.88) server.cut();
      else if (dice < 0.9) server.down = !server.down;
      if (open.length > 0 && random() < 0.2) {
        const [id, seq] = open.shift() as [string, number];
        if (random() < 0.5) server.tell(id, seq);
        else server.drop(id, seq);
      }
      await pass(random() * 200);
    }
    server.down = false;
    for (const [id, seq] of open) server.drop(id, seq);
    server.mischief = KIND;
    for (const room of rooms) server.say(room);
    await pass(60_000);
    for (const room of rooms) {
      const all = [...server.room(room).events.keys()].sort((a, b) => a - b).filter((seq) => seq > 1);
      expect(seqs(room).toSorted((a, b) => (a as number) - (b as number))).toEqual(all);
      expect(connection.position(room)).toBe(server.room(room).last);
    }
  });

  test.each(Array.from({ length: 20 }, (_, seed) => seed))('without late numbers, in order (%i)', async (seed) => {
    const random = chance(1000 + seed);
    server.say('a');
    connect({ random });
    await pass(50);
    server.mischief = { lose: 0.2, repeat: 0.3, delay: 500, random };
    for (let i = 0; i < 100; i += 1) {
      if (random() < 0.1) server.drop('a', server.take('a'));
      server.say('a');
      if (random() < 0.03) server.cut();
      await pass(random() * 60);
    }
    server.mischief = KIND;
    server.say('a');
    await pass(30_000);
    const all = [...server.room('a').events.keys()].filter((seq) => seq > 1);
    expect(seqs('a')).toEqual(all);
  });
});
