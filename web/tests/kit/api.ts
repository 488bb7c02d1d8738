/** People who use the API directly: they fill rooms before a test, and talk to the browser during one. */
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import type { components } from '../../src/api/schema';

type Schemas = components['schemas'];
export const password = 'correct horse battery';

/** A name that no other test has; at most 20 characters. */
export const unique = (name: string): string => `${name}_${randomBytes(4).toString('hex')}`;

export class Person {
  private constructor(
    readonly session: Schemas['Session'],
    /** Where the stack is. */
    readonly http: string,
  ) {}

  /** Registers somebody; `name` begins the username and is the display name. */
  static async make(name: string, exact = false, http = inject('stack').http): Promise<Person> {
    const username = exact ? name : unique(name.toLowerCase().replace(/\W/g, '').slice(0, 11) || 'user');
    return new Person((await call(http, 'POST', '/auth/register', { username, password, display_name: name })) as Schemas['Session'], http);
  }
  /** Signs somebody in who is registered: another device of theirs. */
  static async signIn(username: string, http = inject('stack').http): Promise<Person> {
    return new Person((await call(http, 'POST', '/auth/login', { username, password })) as Schemas['Session'], http);
  }

  get id(): string {
    return this.session.user.id;
  }
  get username(): string {
    return this.session.user.username;
  }
  get name(): string {
    return this.session.user.display_name;
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    return (await call(this.http, method, path, body, this.session.token)) as T;
  }
  room(name: string, type: 'public' | 'private' = 'public', description?: string): Promise<Schemas['Room']> {
    return this.call('POST', '/rooms', { type, name, ...(description ? { description } : {}) });
  }
  join(roomId: string): Promise<unknown> {
    return this.call('POST', `/rooms/${roomId}/join`);
  }
  say(roomId: string, content: string, more: object = {}): Promise<Schemas['Message']> {
    return this.call('POST', `/rooms/${roomId}/messages`, { content, ...more });
  }
  /** Many messages in order. */
  async sayAll(roomId: string, contents: readonly string[]): Promise<void> {
    for (const content of contents) await this.say(roomId, content);
  }
  direct(userId: string): Promise<Schemas['Room']> {
    return this.call('POST', `/users/${userId}/dm`);
  }
  history(roomId: string): Promise<{ messages: Schemas['Message'][] }> {
    return this.call('GET', `/rooms/${roomId}/messages?limit=100`);
  }
  /** Uploads a file and sends it. */
  async sendFile(roomId: string, filename: string, bytes: Uint8Array, type: string): Promise<Schemas['Message']> {
    const form = new FormData();
    form.append('file', new Blob([bytes as Uint8Array<ArrayBuffer>], { type }), filename);
    const answer = await fetch(`${this.http}/attachments/upload`, { method: 'POST', body: form, headers: { authorization: `Bearer ${this.session.token}` } });
    if (!answer.ok) throw new Error(`upload: ${answer.status} ${await answer.text()}`);
    const { id } = (await answer.json()) as Schemas['Attachment'];
    return this.say(roomId, '', { attachments: [id] });
  }
}

async function call(http: string, method: string, path: string, body?: unknown, token?: string): Promise<unknown> {
  const answer = await fetch(`${http}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? null : answer.json();
}
