/**
 * What is kept on this device, so that the app starts with something to show and can be read offline: rooms, the newest
 * messages of those last visited, people, drafts. One database for each user; gone at sign-out.
 */
import { openDB, deleteDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { CompactUser, Message, Room, User } from './contract';

/** The newest messages of a room, up to and including the event `position`. */
export interface CachedHistory {
  id: string;
  position: number;
  older: boolean;
  messages: Message[];
  visitedAt: number;
}

export interface CachedDraft {
  id: string;
  text: string;
  replyTo: Message | null;
}

export type Person = CompactUser & Partial<User>;

interface Schema extends DBSchema {
  rooms: { key: string; value: Room };
  histories: { key: string; value: CachedHistory };
  people: { key: string; value: Person };
  drafts: { key: string; value: CachedDraft };
  /** Small things by name: `me`, `limits`, `blocks` … */
  facts: { key: string; value: unknown };
}

export interface Cached {
  rooms: Room[];
  histories: CachedHistory[];
  people: Person[];
  drafts: CachedDraft[];
  facts: Map<string, unknown>;
}

const VERSION = 1;
const ROOMS_MAX = 500;
const PEOPLE_MAX = 2000;
/** Rooms whose messages are kept. */
const HISTORIES_MAX = 20;

export function cacheName(userId: string): string {
  return `parlance-${userId}`;
}

export class Cache {
  #db: Promise<IDBPDatabase<Schema> | null>;
  #name: string;

  constructor(userId: string) {
    this.#name = cacheName(userId);
    // Private windows may have no IndexedDB: then nothing is kept, and all else works.
    this.#db = openDB<Schema>(this.#name, VERSION, {
      upgrade(db) {
        for (const name of ['rooms', 'histories', 'people', 'drafts'] as const) {
          if (!db.objectStoreNames.contains(name)) db.createObjectStore(name, { keyPath: 'id' });
        }
        if (!db.objectStoreNames.contains('facts')) db.createObjectStore('facts');
      },
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    }).catch(() => null);
  }

  async load(): Promise<Cached | null> {
    const db = await this.#db;
    if (db === null) return null;
    try {
      const [rooms, histories, people, drafts, keys, values] = await Promise.all([
        db.getAll('rooms'),
        db.getAll('histories'),
        db.getAll('people'),
        db.getAll('drafts'),
        db.getAllKeys('facts'),
        db.getAll('facts'),
      ]);
      return { rooms, histories, people, drafts, facts: new Map(keys.map((key, i) => [key, values[i]])) };
    } catch {
      return null;
    }
  }

  async fact(name: string): Promise<unknown> {
    return (await this.#db)?.get('facts', name).catch(() => undefined);
  }

  /** All rooms there are now; others are forgotten, with their messages. */
  async keepRooms(rooms: Room[]): Promise<void> {
    const ids = new Set(rooms.map((room) => room.id));
    await this.#write(async (db) => {
      const tx = db.transaction(['rooms', 'histories'], 'readwrite');
      await tx.objectStore('rooms').clear();
      for (const room of rooms.slice(0, ROOMS_MAX)) void tx.objectStore('rooms').put(room);
      for (const key of await tx.objectStore('histories').getAllKeys()) if (!ids.has(key)) void tx.objectStore('histories').delete(key);
      await tx.done;
    });
  }

  async keepRoom(room: Room): Promise<void> {
    await this.#write((db) => db.put('rooms', room));
  }

  /** Keeps the newest messages of a room; those of rooms visited longest ago make place. */
  async keepHistory(history: CachedHistory): Promise<void> {
    await this.#write(async (db) => {
      const tx = db.transaction('histories', 'readwrite');
      await tx.store.put(history);
      const all = (await tx.store.getAll()).sort((a, b) => b.visitedAt - a.visitedAt);
      for (const { id } of all.slice(HISTORIES_MAX)) void tx.store.delete(id);
      await tx.done;
    });
  }

  async dropHistory(roomId: string): Promise<void> {
    await this.#write((db) => db.delete('histories', roomId));
  }

  async keepPeople(people: Person[]): Promise<void> {
    await this.#write(async (db) => {
      const tx = db.transaction('people', 'readwrite');
      for (const person of people.slice(-PEOPLE_MAX)) void tx.store.put(person);
      await tx.done;
    });
  }

  async keepDraft(draft: CachedDraft): Promise<void> {
    const empty = draft.text === '' && draft.replyTo === null;
    await this.#write((db) => (empty ? db.delete('drafts', draft.id) : db.put('drafts', draft)));
  }

  async keepFact(name: string, value: unknown): Promise<void> {
    await this.#write((db) => db.put('facts', value, name));
  }

  async close(): Promise<void> {
    (await this.#db)?.close();
  }

  async destroy(): Promise<void> {
    await this.close();
    await deleteDB(this.#name).catch(() => undefined);
  }

  /** A cache that cannot be written is no reason to fail. */
  async #write(work: (db: IDBPDatabase<Schema>) => Promise<unknown>): Promise<void> {
    const db = await this.#db;
    if (db === null) return;
    try {
      await work(db);
    } catch {
      // Full, or closed by another tab's sign-out.
    }
  }
}
