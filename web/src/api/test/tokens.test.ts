import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Schemas } from '../http';
import { Problem } from '../problem';
import { Tokens, type TokenStorage } from '../tokens';

const HOUR = 3_600_000;
let now = 0;
let held: Map<string, string>;
let storage: TokenStorage;

function session(n: number, hours = 24): Schemas['Session'] {
  const expires_at = new Date(now + hours * HOUR).toISOString();
  const user = { id: 'u' } as Schemas['User'];
  return { token: `t${n}`, token_type: 'Bearer', expires_at, refresh_token: `r${n}`, refresh_expires_at: expires_at, user };
}

const problem = (code: Problem['code'], status: number) => new Problem(code, status, '');

beforeEach(() => {
  now = Date.UTC(2026, 10, 20);
  held = new Map();
  storage = { getItem: (key) => held.get(key) ?? null, setItem: (key, value) => void held.set(key, value), removeItem: (key) => void held.delete(key) };
});

function tokens(renew: (token: string) => Promise<Schemas['Session']>): Tokens {
  return new Tokens(renew, storage, () => now);
}

describe('a token', () => {
  test('is used while it is good', async () => {
    const renew = vi.fn();
    const it = tokens(renew);
    it.keep(session(1));
    expect(await it.token()).toBe('t1');
    expect(renew).not.toHaveBeenCalled();
  });

  test('is renewed ahead of its end, once for all who ask', async () => {
    const renew = vi.fn(async () => session(2));
    const it = tokens(renew);
    it.keep(session(1));
    now += 24 * HOUR - 60_000;
    expect(await Promise.all([it.token(), it.token(), it.token()])).toEqual(['t2', 't2', 't2']);
    expect(renew).toHaveBeenCalledExactlyOnceWith('r1');
    expect(it.kept?.refresh_token).toBe('r2');
  });

  test('that lives shortly is used all the same, for half its time', async () => {
    const renew = vi.fn(async () => session(2, 1 / 60));
    const it = tokens(renew);
    it.keep(session(1, 1 / 60));
    now += 20_000;
    expect(await it.token()).toBe('t1');
    now += 20_000;
    expect(await it.token()).toBe('t2');
    expect(await it.token()).toBe('t2');
    expect(renew).toHaveBeenCalledOnce();
  });

  test('that was refused is renewed; that another tab has renewed is taken from there', async () => {
    const renew = vi.fn(async () => session(2));
    const it = tokens(renew);
    it.keep(session(1));
    expect(await it.token('t1')).toBe('t2');
    expect(await it.token('t1')).toBe('t2');
    expect(renew).toHaveBeenCalledOnce();
  });

  test('of somebody else is never used', async () => {
    const it = tokens(vi.fn());
    it.owner = 'somebody';
    it.keep(session(1));
    await expect(it.token()).rejects.toMatchObject({ code: 'signed_out' });
  });

  test('is used a little longer when the server cannot be reached', async () => {
    const it = tokens(() => Promise.reject(problem('network', 0)));
    it.keep(session(1));
    now += 24 * HOUR - 60_000;
    expect(await it.token()).toBe('t1');
    now += 2 * 60_000;
    await expect(it.token()).rejects.toMatchObject({ code: 'network' });
    expect(it.kept).not.toBeNull();
  });
});

describe('the end', () => {
  test.each([
    ['session_revoked', 'signed_out_elsewhere'],
    ['refresh_invalid', 'expired'],
  ] as const)('%s is told once', async (code, why) => {
    const it = tokens(() => Promise.reject(problem(code, 401)));
    const ended = vi.fn();
    it.onEnded = ended;
    it.keep(session(1, 0));
    await expect(it.token()).rejects.toMatchObject({ code });
    await expect(it.token()).rejects.toMatchObject({ code: 'signed_out' });
    expect(ended).toHaveBeenCalledExactlyOnceWith(why);
  });

  test('a sign-out while a refresh is under way stays one', async () => {
    let answer: (session: Schemas['Session']) => void = () => undefined;
    const it = tokens(() => new Promise((resolve) => (answer = resolve)));
    it.keep(session(1, 0));
    const asked = it.token();
    await Promise.resolve();
    it.forget();
    answer(session(2));
    await asked;
    expect(it.kept).toBeNull();
  });
});
