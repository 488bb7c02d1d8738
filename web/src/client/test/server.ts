/**
 * A server in a script: rooms with numbered events, sockets that lose, repeat and reorder frames and are cut, and
 * `resume` as docs/api.md has it: at most so many events, numbers that are void, numbers that come late.
 */
import type { Synced } from '../inbox';
import type { Started } from '../polling';
import type { ChatEvent, Resumed } from '../sequencer';
import type { SocketLike } from '../socket';

export interface Said extends ChatEvent {
  data: { room_id: string; seq?: number; text?: string };
}

interface Room {
  last: number;
  events: Map<number, Said>;
  /** Taken and not told yet. */
  late: Set<number>;
}

export type Chance = () => number;

/** Numbers that look random and are the same for the same seed. */
export function chance(seed: number): Chance {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface Mischief {
  lose: number;
  repeat: number;
  /** Frames are delayed by up to so many ms. */
  delay: number;
  random: Chance;
}

export const KIND: Mischief = { lose: 0, repeat: 0, delay: 0, random: () => 0.5 };

export class Server {
  readonly rooms = new Map<string, Room>();
  readonly sockets = new Set<FakeSocket>();
  mischief: Mischief = KIND;
  /** Whether pings are answered. */
  answers = true;
  /** Handshakes fail. */
  down = false;
  /** What a proxy makes of sockets: nothing, `refused`, `hanging` (never open) or `mute` (open, and nothing comes through). */
  proxy: 'open' | 'refused' | 'hanging' | 'mute' = 'open';
  /** REST fails. */
  away = false;
  starts = 0;
  syncs = 0;
  /** When each room was entered, for `sync`; those that are left are not there. */
  readonly entered = new Map<string, number>();
  tickets = 0;
  /** Events of one answer to `resume`. */
  page = 7;
  /** More than that behind is a `resync`. */
  behindMax = 1000;
  readonly asked: Record<string, number>[] = [];
  readonly frames: { type: string }[] = [];

  room(id: string): Room {
    let room = this.rooms.get(id);
    if (!room) {
      this.rooms.set(id, (room = { last: 0, events: new Map(), late: new Set() }));
      this.entered.set(id, Date.now());
    }
    return room;
  }

  /** An event for all. */
  say(id: string, text = ''): number {
    const seq = this.take(id);
    this.tell(id, seq, text);
    return seq;
  }

  /** A number whose event may come, or not. */
  take(id: string): number {
    const room = this.room(id);
    room.last += 1;
    room.late.add(room.last);
    return room.last;
  }

  tell(id: string, seq: number, text = ''): void {
    const room = this.room(id);
    room.late.delete(seq);
    const event: Said = { type: 'message_created', seq, ts: '', data: { room_id: id, seq, text } };
    room.events.set(seq, event);
    this.send(event);
  }

  /** The number stays unused. */
  drop(id: string, seq: number): void {
    this.room(id).late.delete(seq);
  }

  send(event: object): void {
    for (const socket of this.sockets) socket.deliver(event);
  }

  cut(): void {
    for (const socket of [...this.sockets]) socket.cut();
  }

  settled(room: Room): number {
    return Math.min(room.last, ...[...room.late].map((seq) => seq - 1));
  }

  positions(): [string, number][] {
    return [...this.rooms].map(([id, room]) => [id, this.settled(room)]);
  }

  /** `GET /bootstrap`; its cursor holds the positions and the time. */
  async start(): Promise<Started> {
    this.starts += 1;
    await this.#rest();
    const positions = this.positions();
    return { positions, cursor: JSON.stringify({ at: Date.now(), rooms: Object.fromEntries(positions) }) };
  }

  /** `GET /sync`. */
  async sync(since: string): Promise<Synced> {
    this.syncs += 1;
    await this.#rest();
    const cursor = JSON.parse(since) as { at: number; rooms: Record<string, number> };
    const rooms: Synced['rooms'] = {};
    const [events, joined, resync]: [Said[], string[], string[]] = [[], [], []];
    for (const [id, at] of this.entered) {
      const room = this.room(id);
      const position = cursor.rooms[id];
      if (at > cursor.at) joined.push(id);
      else if (position === undefined || room.last - position > this.behindMax) resync.push(id);
      else {
        const answer = this.resume({ [id]: position }, this.page - events.length);
        events.push(...answer.events);
        const said = answer.rooms[id] as Resumed;
        rooms[id] = { ...said, last_seq: said.complete ? said.last_seq : Math.min(said.last_seq, answer.events.at(-1)?.seq ?? position) };
        continue;
      }
      rooms[id] = { last_seq: this.settled(room), complete: true };
    }
    const positions = Object.fromEntries(Object.entries(rooms).map(([id, { last_seq }]) => [id, last_seq]));
    const more = Object.values(rooms).some((room) => !room.complete);
    const answer = { events, rooms, joined: joined.map((id) => ({ id })), resync, more, cursor: JSON.stringify({ at: Date.now(), rooms: positions }) };
    // On the way back: what happens now is not in it.
    await this.#rest();
    return answer;
  }

  async #rest(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 2 + this.mischief.random() * this.mischief.delay));
    if (this.away) throw new Error('no answer');
  }

  resume(rooms: Record<string, number>, most = this.page): { events: Said[]; rooms: Record<string, Resumed>; resync: string[] } {
    this.asked.push(rooms);
    const from = Object.keys(rooms).length > 0 ? Object.entries(rooms) : this.positions();
    const events: Said[] = [];
    const answer: Record<string, Resumed> = {};
    const resync: string[] = [];
    for (const [id, position] of from) {
      const room = this.rooms.get(id);
      if (!room || room.last - position > this.behindMax) {
        resync.push(id);
        continue;
      }
      const missed = [...room.events.values()].filter(({ seq }) => (seq as number) > position).sort((a, b) => (a.seq as number) - (b.seq as number));
      const page = missed.slice(0, Math.max(0, most - events.length));
      events.push(...page);
      const complete = page.length === missed.length;
      answer[id] = { last_seq: this.settled(room), complete };
    }
    return { events, rooms: answer, resync };
  }

  /** A `WebSocket` class whose sockets end here. */
  get Socket(): new (url: string) => SocketLike {
    const server = this;
    return class extends FakeSocket {
      constructor(url: string) {
        super(server, url);
      }
    };
  }
}

export class FakeSocket implements SocketLike {
  onopen: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  #open = false;
  #server: Server;

  constructor(
    server: Server,
    readonly url: string,
  ) {
    this.#server = server;
    setTimeout(() => {
      if (server.proxy === 'hanging') return;
      if (server.down || server.proxy === 'refused') return this.onclose?.(undefined as never);
      if (server.proxy === 'mute') return this.onopen?.(undefined as never);
      this.#open = true;
      server.sockets.add(this);
      this.onopen?.(undefined as never);
      this.#answer({ type: 'ready', ts: '', data: { connection_id: 'c', user_id: 'u', heartbeat_ms: 25_000 } });
    }, 5);
  }

  send(text: string): void {
    if (!this.#open) return;
    const frame = JSON.parse(text) as { type: string; ref?: string; rooms?: Record<string, number> };
    this.#server.frames.push(frame);
    if (frame.type === 'ping') {
      if (this.#server.answers) this.#answer({ type: 'pong' });
    } else if (frame.type === 'resume' && this.#server.answers) {
      this.#answer({ type: 'ack', ref: frame.ref, data: this.#server.resume(frame.rooms ?? {}) });
    }
  }

  close(): void {
    this.#open = false;
    this.#server.sockets.delete(this);
  }

  /** The line breaks. */
  cut(): void {
    this.close();
    setTimeout(() => this.onclose?.(undefined as never), 1);
  }

  /** An event, with all the mischief. */
  deliver(event: object): void {
    const { lose, repeat, delay, random } = this.#server.mischief;
    if (random() < lose) return;
    const times = random() < repeat ? 2 : 1;
    for (let i = 0; i < times; i += 1) {
      const batch = random() < 0.3 ? { type: 'batch', events: [event] } : event;
      setTimeout(() => this.#receive(batch), random() * delay);
    }
  }

  #answer(frame: object): void {
    setTimeout(() => this.#receive(frame), 3);
  }

  #receive(frame: object): void {
    if (this.#open) this.onmessage?.({ data: JSON.stringify(frame) });
  }
}
