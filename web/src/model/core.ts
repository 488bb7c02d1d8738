import type { Api } from '../api/http';
import type { Connection, Outbox } from '../client';
import type { AccountState } from './account.svelte';
import type { Cache } from './cache';
import type { Attachment, CompactUser, Limits, Message } from './contract';
import type { ChatEvent } from './history.svelte';
import type { PeopleState } from './people.svelte';
import type { PushState } from './push.svelte';

/** What the outbox keeps of a message besides its place. */
export interface Outgoing {
  content: string;
  attachments: Attachment[];
  /** The thread's root. */
  parent: string | null;
  /** What is answered: the root or a reply of it. */
  replyTo: string | null;
}

/** What the parts of a chat share. */
export interface Core {
  readonly api: Api;
  readonly cache: Cache;
  readonly people: PeopleState;
  readonly account: AccountState;
  readonly push: PushState;
  readonly connection: Connection<ChatEvent>;
  readonly outbox: Outbox<Outgoing, Message>;
  readonly limits: Limits;
  readonly me: CompactUser;
  /** Does at once what waits for a moment. */
  settle(): void;
  /** Ends the session on this device: everything kept is forgotten. */
  leave(): Promise<void>;
  /** Asks for a room's data and takes it over, coalesced. */
  refreshRoom(roomId: string): void;
  /** The room is left or gone: takes it off the list. */
  dropRoom(roomId: string): void;
  /** The room's messages are worth writing to the cache, soon. */
  touch(roomId: string): void;
  /** Takes an event as if it had come now. */
  replay(event: ChatEvent): void;
  /** A room was read up to there: so are its notifications. */
  readRoom(roomId: string, seq: number): void;
}
