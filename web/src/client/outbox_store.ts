/** Where the outbox keeps its messages: IndexedDB, so that they survive the page; all tabs share it. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

/** A message that waits to be sent. */
export interface Item<B = unknown> {
  /** Its place in the line; given by the store. */
  readonly order: number;
  /** Names it for ever, here and in the user interface. */
  readonly key: string;
  readonly room: string;
  /** The key the server knows it by; a new one when it is tried again after a refusal. */
  readonly clientId: string;
  readonly body: B;
  /** When it was written, in ms since 1970. */
  readonly at: number;
  /** When it was first tried with this client id: the server forgets keys after a day. */
  readonly triedAt: number | null;
  /** Not before this time, after a failure that may pass. */
  readonly notBefore: number;
  readonly tries: number;
  /** Why the server refused it; null while it waits. */
  readonly failure: { code: string; detail: string } | null;
}

interface Schema extends DBSchema {
  items: { key: number; value: Item; indexes: { key: string } };
}

export class OutboxStore<B> {
  #db: Promise<IDBPDatabase<Schema>>;

  constructor(name: string) {
    this.#db = openDB<Schema>(name, 1, {
      upgrade(db) {
        db.createObjectStore('items', { keyPath: 'order', autoIncrement: true }).createIndex('key', 'key', { unique: true });
      },
    });
  }

  async all(): Promise<Item<B>[]> {
    return (await (await this.#db).getAll('items')) as Item<B>[];
  }

  async add(item: Omit<Item<B>, 'order'>): Promise<Item<B>> {
    const order = await (await this.#db).add('items', item as Item);
    return { ...item, order };
  }

  /** Changes the item in one transaction; undefined if it is gone. */
  async change(key: string, change: Partial<Item<B>>): Promise<Item<B> | undefined> {
    const tx = (await this.#db).transaction('items', 'readwrite');
    const item = await tx.store.index('key').get(key);
    const changed = item && ({ ...item, ...change } as Item<B>);
    if (changed) await tx.store.put(changed as Item);
    await tx.done;
    return changed;
  }

  /** Takes it out and puts it at the end of the line. */
  async toEnd(key: string, change: Partial<Item<B>>): Promise<Item<B> | undefined> {
    const tx = (await this.#db).transaction('items', 'readwrite');
    const item = await tx.store.index('key').get(key);
    let moved: Item<B> | undefined;
    if (item) {
      await tx.store.delete(item.order);
      const { order: _, ...rest } = { ...item, ...change } as Item<B>;
      moved = { ...rest, order: await tx.store.add(rest as Item) };
    }
    await tx.done;
    return moved;
  }

  async remove(key: string): Promise<void> {
    const tx = (await this.#db).transaction('items', 'readwrite');
    const order = await tx.store.index('key').getKey(key);
    if (order !== undefined) await tx.store.delete(order);
    await tx.done;
  }

  async clear(): Promise<void> {
    await (await this.#db).clear('items');
  }

  async close(): Promise<void> {
    (await this.#db).close();
  }
}
