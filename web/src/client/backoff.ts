/** Waiting times that grow, with chance in them so that clients do not come back all at once. */
export class Backoff {
  #tries = 0;

  constructor(
    private readonly firstMs = 500,
    private readonly maxMs = 30_000,
    private readonly random: () => number = Math.random,
  ) {}

  /** How long to wait before the next try: between half and all of 0.5 s, 1 s, 2 s … 30 s (or `maxMs`). */
  next(maxMs = this.maxMs): number {
    const full = Math.min(maxMs, this.firstMs * 2 ** Math.min(this.#tries, 20));
    this.#tries += 1;
    return full / 2 + (this.random() * full) / 2;
  }

  reset(): void {
    this.#tries = 0;
  }
}
