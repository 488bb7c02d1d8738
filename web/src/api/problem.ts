import type { components } from './schema';

/** A field that was refused, of a `validation_failed`. */
export type ProblemField = components['schemas']['ProblemField'];

/** The server's codes, and those of this side of the line. */
export type ProblemCode = components['schemas']['ErrorCode'] | 'network' | 'aborted' | 'unknown' | 'too_old' | 'signed_out' | 'push_unreachable';

/** How codes are put into words; set by the app, so that this folder needs no translations. */
let words: (problem: Problem) => string = (problem) => problem.detail;

/** Sets how a `Problem` is put into words for people. */
export function describeProblemsBy(describe: (problem: Problem) => string): void {
  words = describe;
}

/** What every failed call rejects with. Test `code`; show `title`. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: ProblemCode,
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
    /** The server's own English words. */
    readonly detail: string,
    readonly errors: ProblemField[] = [],
    /** Milliseconds to wait before another try, where the server said so. */
    readonly retryAfter: number | null = null,
    readonly requestId: string | null = null,
  ) {
    super(`${code}: ${detail}`);
  }

  /** In words for the user, in their language. */
  get title(): string {
    return words(this);
  }

  /** The server has not refused it: the same again may work. */
  get temporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 408 || this.status >= 500;
  }

  /** Reads an answer that is not a 2xx. */
  static async from(response: Response): Promise<Problem> {
    const body: unknown = await response.json().catch(() => null);
    return Problem.of(response.status, body, response.headers.get('Retry-After'));
  }

  /** As `from`, of what was read by other means. */
  static of(status: number, body: unknown, retryAfter: string | null): Problem {
    const problem = (body ?? {}) as Partial<components['schemas']['Problem']>;
    const seconds = retryAfter === null ? Number.NaN : Number(retryAfter);
    return new Problem(
      problem.code ?? (status === 429 ? 'rate_limited' : status >= 500 ? 'unavailable' : 'unknown'),
      status,
      problem.detail ?? problem.title ?? `HTTP ${status}`,
      problem.errors ?? [],
      Number.isFinite(seconds) ? seconds * 1000 : null,
      problem.request_id ?? null,
    );
  }

  /** Any error as a `Problem`: what `fetch` throws means that there was no answer. */
  static wrap(error: unknown): Problem {
    if (error instanceof Problem) return error;
    const aborted = error instanceof DOMException && error.name === 'AbortError';
    return new Problem(aborted ? 'aborted' : 'network', 0, String(error));
  }
}
