/**
 * The session's tokens: kept in localStorage so that every tab has the same, renewed ahead of their end by
 * one tab at a time (a refresh token works once). Web Locks serialise the tabs; who comes second finds the
 * new token in the storage and uses that.
 */
import { Problem } from './problem';
import type { components } from './schema';

type Session = components['schemas']['Session'];

/** What is kept of a session. */
export interface Kept {
  token: string;
  expires_at: string;
  refresh_token: string;
  user_id: string;
  /** How long before its end it is renewed. */
  ahead_ms?: number;
}

/** Why a session ended without the user's wish. */
export type Ended = 'expired' | 'signed_out_elsewhere';

/** The part of `Storage` that is used. */
export type TokenStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const KEY = 'parlance.session';
/** Renewed this long before its end: a clock that is a bit off does no harm. One that lives shortly, at half its time. */
const AHEAD_MS = 10 * 60_000;

/** Runs `work` alone among all tabs; where there are no Web Locks, at once. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return work();
  return (await locks.request('parlance-refresh', work)) as T;
}

export class Tokens {
  /** Called when the session has ended without the user's wish; once. */
  onEnded: ((why: Ended) => void) | null = null;
  /** Called when another tab signed in or out. */
  onChanged: (() => void) | null = null;
  /** Whose tokens are to be used; another user may have signed in in another tab a moment ago. */
  owner: string | null = null;
  #running: Promise<string> | null = null;

  constructor(
    /** Sends the refresh token and answers with the new session. */
    private readonly renew: (refreshToken: string) => Promise<Session>,
    private readonly storage: TokenStorage = localStorage,
    private readonly now: () => number = Date.now,
  ) {
    globalThis.addEventListener?.('storage', (event: Event) => {
      const { key } = event as StorageEvent;
      if (key === KEY || key === null) this.onChanged?.();
    });
  }

  /** The tokens as they are stored now; any tab may have changed them. */
  get kept(): Kept | null {
    const text = this.storage.getItem(KEY);
    if (text === null) return null;
    try {
      return JSON.parse(text) as Kept;
    } catch {
      return null;
    }
  }

  keep(session: Session): void {
    const { token, expires_at, refresh_token, user } = session;
    const ahead_ms = Math.min(AHEAD_MS, (Date.parse(expires_at) - this.now()) / 2);
    this.storage.setItem(KEY, JSON.stringify({ token, expires_at, refresh_token, user_id: user.id, ahead_ms } satisfies Kept));
  }

  forget(): void {
    this.storage.removeItem(KEY);
  }

  /** A token that is good for a while, renewed if need be. `stale` is one that was refused as expired. */
  async token(stale?: string): Promise<string> {
    const kept = this.#required();
    const left = Date.parse(kept.expires_at) - this.now();
    if (kept.token !== stale && left > (kept.ahead_ms ?? AHEAD_MS)) return kept.token;
    this.#running ??= this.#refresh(kept.token).finally(() => {
      this.#running = null;
    });
    try {
      return await this.#running;
    } catch (error) {
      // No answer, but the old token still holds: better than nothing.
      if (error instanceof Problem && error.temporary && kept.token !== stale && left > 5_000) return kept.token;
      throw error;
    }
  }

  /** The session is over: tells so, once. */
  end(why: Ended): void {
    if (this.kept === null) return;
    this.forget();
    this.onEnded?.(why);
  }

  async #refresh(old: string): Promise<string> {
    return alone(async () => {
      const kept = this.#required();
      if (kept.token !== old) return kept.token;
      try {
        const session = await this.renew(kept.refresh_token);
        // Signed out meanwhile: the new tokens are nobody's.
        if (this.kept?.refresh_token === kept.refresh_token) this.keep(session);
        return session.token;
      } catch (error) {
        const problem = Problem.wrap(error);
        if (problem.code === 'session_revoked') this.end('signed_out_elsewhere');
        else if (!problem.temporary) this.end('expired');
        throw problem;
      }
    });
  }

  #required(): Kept {
    const kept = this.kept;
    if (kept === null || (this.owner !== null && kept.user_id !== this.owner)) throw new Problem('signed_out', 401, 'nobody is signed in');
    return kept;
  }
}
