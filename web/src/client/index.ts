/** The client package: a socket that does not lose events, and an outbox that does not lose messages. */
export { Backoff } from './backoff';
export { Connection, type ConnectionOptions, type LinkState } from './connection';
export type { Synced } from './inbox';
export { Outbox, type OutboxOptions, type SendFailure } from './outbox';
export type { Item } from './outbox_store';
export type { Started } from './polling';
export { Sequencer, type ChatEvent, type Resumed } from './sequencer';
export { FrameError, type SocketLike } from './socket';
