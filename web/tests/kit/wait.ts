import type { Page } from 'playwright-core';

const patience_ms = 15_000;
const pause_ms = 50;

/** Until it no longer throws; `between` is done before each further try. The last reason is thrown in the end. */
export async function eventually<T>(check: () => Promise<T>, between?: () => Promise<unknown>, patience = patience_ms): Promise<T> {
  for (const deadline = Date.now() + patience; ; ) {
    try {
      return await check();
    } catch (reason) {
      if (Date.now() > deadline) throw reason;
    }
    await new Promise((later) => setTimeout(later, between ? 500 : pause_ms));
    await between?.();
  }
}

/** Until a text is in the browser's own storage: what is kept is written a moment after it came. */
export async function stored(page: Page, text: string): Promise<void> {
  await eventually(async () => {
    const found = await page.evaluate(async (wanted) => {
      const done = <T>(request: IDBRequest<T>) => new Promise<T>((ok, no) => ((request.onsuccess = () => ok(request.result)), (request.onerror = () => no(request.error))));
      for (const { name } of await indexedDB.databases()) {
        const database = await done(indexedDB.open(name ?? ''));
        try {
          for (const store of database.objectStoreNames) {
            const rows = await done(database.transaction(store).objectStore(store).getAll());
            if (JSON.stringify(rows).includes(wanted)) return true;
          }
        } finally {
          database.close();
        }
      }
      return false;
    }, text);
    if (!found) throw new Error(`“${text}” is not in the storage`);
  });
}
