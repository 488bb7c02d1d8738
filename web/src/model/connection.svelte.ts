import type { LinkState } from '../client';
import type { Connection, ConnectionState } from './contract';

/** The connection as it is shown. */
export class ConnectionView implements Connection {
  state: ConnectionState = $state.raw('connecting');
  retryAt: number | null = $state.raw(null);
  retryNow: () => void = () => undefined;
  /** Whether a try has failed since it last stood: then a new try is not the news, but that it is away. */
  #failed = false;

  set(state: LinkState, retryAt: number | null): void {
    this.retryAt = retryAt;
    if (state === 'connected' || state === 'polling') [this.#failed, this.state] = [false, state];
    else if (state === 'offline') [this.#failed, this.state] = [true, 'offline'];
    else if (state === 'waiting') [this.#failed, this.state] = [true, 'unreachable'];
    else if (!this.#failed) this.state = 'connecting';
  }
}
