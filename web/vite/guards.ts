/**
 * The compiler of the texts (paraglide, by the store it reads them with) leaves guards of 30 s behind when it is done, which
 * kept `vite build` and `vitest` from ending until they had run out. They run on, and hold nothing up any more.
 */
const GUARD_MS = 30_000;
const { setTimeout: timer } = globalThis;

globalThis.setTimeout = Object.assign((...args: Parameters<typeof timer>) => {
  const made = timer(...args);
  if (args[1] === GUARD_MS) made.unref();
  return made;
}, timer);
