const patience_ms = 15_000;
const pause_ms = 50;

/** Until it no longer throws; `between` is done before each further try. The last reason is thrown in the end. */
export async function eventually<T>(check: () => Promise<T>, between?: () => Promise<unknown>): Promise<T> {
  for (const deadline = Date.now() + patience_ms; ; ) {
    try {
      return await check();
    } catch (reason) {
      if (Date.now() > deadline) throw reason;
    }
    await new Promise((later) => setTimeout(later, between ? 500 : pause_ms));
    await between?.();
  }
}
