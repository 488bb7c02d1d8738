import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Api, data } from '../http';
import { Problem } from '../problem';
import { Tokens, type TokenStorage } from '../tokens';

type Answer = { status: number; body?: unknown; headers?: Record<string, string> };
let answers: Answer[];
let asked: Request[];
let api: Api;
let ended: string[];

const bad = (status: number, code: string): Answer => ({ status, body: { code, status, detail: code } });

beforeEach(() => {
  [answers, asked, ended] = [[], [], []];
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(request);
    const next = answers.shift();
    if (!next) throw new TypeError('failed to fetch');
    return new Response(JSON.stringify(next.body ?? {}), { status: next.status, headers: { 'Content-Type': 'application/json', ...next.headers } });
  });
  const held = new Map<string, string>();
  const storage: TokenStorage = { getItem: (key) => held.get(key) ?? null, setItem: (key, value) => void held.set(key, value), removeItem: (key) => void held.delete(key) };
  const expires_at = new Date(Date.now() + 3_600_000 * 5).toISOString();
  const session = (n: number) => ({ token: `t${n}`, token_type: 'Bearer', expires_at, refresh_token: `r${n}`, refresh_expires_at: expires_at, user: { id: 'u' } as never });
  api = new Api('http://server', new Tokens(async () => session(2), storage));
  api.tokens.keep(session(1));
  api.tokens.onEnded = (why) => ended.push(why);
});

afterEach(() => vi.unstubAllGlobals());

const me = () => data(api.client.GET('/auth/me'));

describe('a call', () => {
  test('carries the token', async () => {
    answers = [{ status: 200, body: { id: 'u' } }];
    expect(await me()).toEqual({ id: 'u' });
    expect(asked[0]?.headers.get('Authorization')).toBe('Bearer t1');
  });

  test('is made again with a new token when the old one has expired, body and all', async () => {
    answers = [bad(401, 'token_expired'), { status: 201, body: { id: 'm' } }];
    const params = { path: { room_id: 'r' } };
    await data(api.client.POST('/rooms/{room_id}/messages', { params, body: { content: 'hi', attachments: [] } }));
    expect(asked[1]?.headers.get('Authorization')).toBe('Bearer t2');
    expect(await asked[1]?.json()).toEqual({ content: 'hi', attachments: [] });
  });

  test.each([
    ['session_revoked', 'signed_out_elsewhere'],
    ['token_invalid', 'expired'],
  ])('%s ends the session', async (code, why) => {
    answers = [bad(401, code)];
    await expect(me()).rejects.toMatchObject({ code });
    expect(ended).toEqual([why]);
    await expect(me()).rejects.toMatchObject({ code: 'signed_out' });
    expect(asked).toHaveLength(1);
  });

  test('fails with the problem the server names', async () => {
    const errors = [{ pointer: '/name', code: 'too_long', detail: 'x', max: 100 }];
    answers = [{ status: 400, body: { code: 'validation_failed', detail: 'name', errors, request_id: 'q' } }];
    await expect(me()).rejects.toMatchObject({ code: 'validation_failed', status: 400, errors, requestId: 'q', temporary: false });
  });

  test('knows how long to wait', async () => {
    answers = [{ ...bad(429, 'rate_limited'), headers: { 'Retry-After': '7' } }];
    await expect(me()).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 7000, temporary: true });
  });

  test('without an answer is a network problem, and one without words a server’s', async () => {
    const error = await me().catch((one: unknown) => one as Problem);
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({ code: 'network', temporary: true });
    answers = [{ status: 502 }];
    await expect(me()).rejects.toMatchObject({ code: 'unavailable', temporary: true });
  });

  test('of the door goes without a token', async () => {
    answers = [bad(401, 'invalid_credentials')];
    await expect(data(api.client.POST('/auth/login', { body: { username: 'a', password: 'b' } }))).rejects.toMatchObject({ code: 'invalid_credentials' });
    expect(asked[0]?.headers.has('Authorization')).toBe(false);
    expect(ended).toEqual([]);
  });
});
