/**
 * One WebSocket of its whole life: frames in and out, answers to requests by `ref`, and a heartbeat that notices
 * a line that is dead though it looks alive. It never reconnects; `Connection` makes another.
 */
import type { ChatEvent } from './sequencer';

/** The part of `WebSocket` that is used; anything that has it will do. */
export interface SocketLike {
  onopen: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

/** Why a request over the socket failed. */
export class FrameError extends Error {
  override readonly name = 'FrameError';

  constructor(
    /** The server's code, or `closed` or `timeout`. */
    readonly code: string,
    message: string,
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
  }
}

const HEARTBEAT_MS = 30_000;
const PONG_MS_MAX = 10_000;
/** Where there is reason to think that the line is dead. */
const PROBE_MS_MAX = 4_000;
const OPEN_MS_MAX = 15_000;
const ANSWER_MS_MAX = 15_000;

interface Waiting {
  resolve(data: unknown): void;
  reject(error: FrameError): void;
  timer: ReturnType<typeof setTimeout>;
}

interface Frame {
  type: string;
  ref?: string | number;
  data?: unknown;
  events?: ChatEvent[];
}

export interface LinkHandlers {
  opened(): void;
  /** The first word of the other end: there are proxies that let a socket open and nothing through. */
  heard(): void;
  event(event: ChatEvent): void;
  /** Once, whatever the reason. */
  closed(): void;
}

export class Link {
  #socket: SocketLike;
  #waiting = new Map<string, Waiting>();
  #refs = 0;
  #over = false;
  #heard = false;
  #beat: ReturnType<typeof setTimeout> | undefined;
  #heartbeatMs = HEARTBEAT_MS;
  #handlers: LinkHandlers;

  constructor(socket: SocketLike, handlers: LinkHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#beat = setTimeout(() => this.close(), OPEN_MS_MAX);
    socket.onopen = () => {
      if (this.#over) return;
      this.#ping(PONG_MS_MAX);
      handlers.opened();
    };
    socket.onclose = () => this.close();
    socket.onerror = () => this.close();
    socket.onmessage = ({ data }) => this.#receive(data);
  }

  /** Sends and forgets. */
  send(frame: object): void {
    if (this.#over) return;
    try {
      this.#socket.send(JSON.stringify(frame));
    } catch {
      this.close();
    }
  }

  /** Sends, and resolves with the `data` of the answer. */
  request(frame: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(new FrameError('closed', 'the socket is closed'));
      const ref = String((this.#refs += 1));
      const timer = setTimeout(() => {
        this.#waiting.delete(ref);
        reject(new FrameError('timeout', 'no answer in time'));
      }, ANSWER_MS_MAX);
      this.#waiting.set(ref, { resolve, reject, timer });
      this.send({ ...frame, ref });
    });
  }

  /** Asks whether the other end is there, now: after sleep, or when the network has changed. */
  probe(): void {
    if (!this.#over) this.#ping(PROBE_MS_MAX);
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#beat);
    const socket = this.#socket;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    try {
      socket.close();
    } catch {
      // It was never open.
    }
    this.#fail(new FrameError('closed', 'the socket was closed'));
    this.#handlers.closed();
  }

  #fail(error: FrameError): void {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#waiting.clear();
  }

  #schedule(): void {
    clearTimeout(this.#beat);
    // A tenth earlier or less, so that many clients do not ping in step, and never later than asked.
    this.#beat = setTimeout(() => this.#ping(PONG_MS_MAX), this.#heartbeatMs * (0.9 + Math.random() / 10));
  }

  #ping(withinMs: number): void {
    this.send({ type: 'ping' });
    clearTimeout(this.#beat);
    if (!this.#over) this.#beat = setTimeout(() => this.close(), withinMs);
  }

  #receive(text: unknown): void {
    if (this.#over || typeof text !== 'string') return;
    if (!this.#heard) {
      this.#heard = true;
      this.#handlers.heard();
    }
    let frame: Frame;
    try {
      frame = JSON.parse(text) as Frame;
    } catch {
      return;
    }
    // API Gateway's own words when a function has failed; they name no request, so none is left waiting.
    if (typeof frame.type !== 'string') return this.#fail(new FrameError('internal_error', 'a function failed'));
    switch (frame.type) {
      case 'pong':
        return this.#schedule();
      case 'ack':
      case 'error':
        return this.#answer(frame);
      case 'batch':
        for (const event of frame.events ?? []) if (!this.#over) this.#handlers.event(event);
        return;
      case 'ready': {
        const ms = (frame.data as { heartbeat_ms?: number } | undefined)?.heartbeat_ms;
        if (typeof ms === 'number' && ms >= 1000) this.#heartbeatMs = ms;
        this.#schedule();
      }
    }
    this.#handlers.event(frame as unknown as ChatEvent);
  }

  #answer(frame: Frame): void {
    const waiting = this.#waiting.get(String(frame.ref));
    if (waiting === undefined) return;
    this.#waiting.delete(String(frame.ref));
    clearTimeout(waiting.timer);
    if (frame.type === 'ack') return waiting.resolve(frame.data);
    const error = (frame.data ?? {}) as { code?: string; message?: string; retry_after_ms?: number };
    waiting.reject(new FrameError(error.code ?? 'unknown', error.message ?? '', error.retry_after_ms ?? null));
  }
}
