/** The REST API, typed by its OpenAPI document; with tokens, and with a `Problem` for whatever fails. */
import createClient, { type Client } from 'openapi-fetch';
import { Problem } from './problem';
import type { components, paths } from './schema';
import { Tokens } from './tokens';

export type Schemas = components['schemas'];

/** Routes that are called without a token. */
const OPEN = /\/(auth\/(register|login|refresh|reactivate)|healthz)$/;

/** No answer within this time is a failure. */
const ANSWER_MS_MAX = 30_000;

/** The data of an answer; a failed one has thrown a `Problem` before. */
export async function data<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

/** A signal that ends with `signal` or after the time; the timer is cleared by `done`. */
function limited(signal: AbortSignal | null | undefined): { signal: AbortSignal; done: () => void } {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(new Problem('network', 0, 'no answer in time')), ANSWER_MS_MAX);
  const give = () => stop.abort(signal?.reason);
  if (signal?.aborted) give();
  signal?.addEventListener('abort', give, { once: true });
  return {
    signal: stop.signal,
    done: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', give);
    },
  };
}

export class Api {
  readonly tokens: Tokens;
  readonly client: Client<paths>;

  constructor(
    /** Where the API is; empty for the page's own origin. */
    readonly base: string = '',
    tokens?: Tokens,
  ) {
    this.client = createClient<paths>({ baseUrl: base || (globalThis.location?.origin ?? ''), fetch: (request) => this.fetch(request) });
    this.tokens =
      tokens ??
      new Tokens((refresh_token) => data(this.client.POST('/auth/refresh', { body: { refresh_token } })));
  }

  /** As `fetch`, with the token and a limit of time; what is no 2xx (nor 304) rejects with a `Problem`. */
  async fetch(request: Request): Promise<Response> {
    if (OPEN.test(new URL(request.url).pathname)) return this.#send(request, null);
    const token = await this.tokens.token();
    const again = request.clone();
    try {
      return await this.#send(request, token);
    } catch (error) {
      const code = (error as Problem).code;
      if (code === 'token_expired') return this.#send(again, await this.tokens.token(token));
      if (code === 'session_revoked' || code === 'token_invalid' || code === 'unauthenticated') this.#ended(token, code);
      throw error;
    }
  }

  /** A one-time ticket for the socket. */
  async ticket(): Promise<string> {
    return (await data(this.client.POST('/auth/ticket'))).ticket;
  }

  /** Ends the session if it is still the one of `token`. */
  #ended(token: string, code: string): void {
    if (this.tokens.kept?.token !== token) return;
    this.tokens.end(code === 'session_revoked' ? 'signed_out_elsewhere' : 'expired');
  }

  async #send(request: Request, token: string | null): Promise<Response> {
    if (token !== null) request.headers.set('Authorization', `Bearer ${token}`);
    const limit = limited(request.signal);
    let response: Response;
    try {
      response = await fetch(request, { signal: limit.signal });
    } catch (error) {
      throw Problem.wrap(error);
    } finally {
      limit.done();
    }
    if (response.ok || response.status === 304) return response;
    throw await Problem.from(response);
  }
}
