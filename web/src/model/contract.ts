/**
 * What the components see: the whole chat as reactive state, and everything a person can do with it.
 *
 * Objects of these types are made of `$state` in `*.svelte.ts` files of this folder: reading a field in
 * a component is subscribing to it. Every method that talks to the server resolves when the server has
 * agreed and rejects with a `Problem` (see `api/problem.ts`), whose `code` callers may test; what can be shown at once is shown at once
 * and taken back if it fails. Nothing here knows of the DOM.
 */
import type { components } from '../api/schema';

type Schemas = components['schemas'];
export type Message = Schemas['Message'];
export type Attachment = Schemas['Attachment'];
export type Room = Schemas['Room'];
export type User = Schemas['User'];
export type OwnUser = Schemas['OwnUser'];
export type CompactUser = Schemas['CompactUser'];
export type Member = Schemas['Member'];
export type Notification = Schemas['Notification'];
export type NotifyLevel = Schemas['NotifyLevel'];
export type Role = Schemas['Role'];
export type Receipt = Schemas['Receipt'];
export type Versions = Schemas['Versions'];
export type SearchResult = Schemas['SearchResult'];
export type Report = Schemas['Report'];
export type Limits = Schemas['Limits'];

/** Where a message that is being sent stands. `null` on what the server has. */
export type Sending = 'waiting' | 'sending' | 'failed';

/** A message as a line of the timeline: the server's, or one of the outbox. */
export interface Line {
  /** Stays the same when the server's message takes the place of the optimistic one. */
  readonly key: string;
  readonly message: Message;
  readonly sending: Sending | null;
  /** Why it failed, in words for the user. */
  readonly failure: string | null;
}

/**
 * Connection to the server as it is shown to the user; `offline` is the browser's own word. `polling`: no socket comes through,
 * and the server is asked every few seconds.
 */
export type ConnectionState = 'connecting' | 'connected' | 'polling' | 'unreachable' | 'offline';

export interface Connection {
  readonly state: ConnectionState;
  /** When the next try is due, or null. */
  readonly retryAt: number | null;
  retryNow(): void;
}

/**
 * What is shown of a room's history: one contiguous range of it. `live` when it ends in the newest
 * message; a jump elsewhere makes it detached until the reader comes back.
 */
export interface Timeline {
  readonly roomId: string;
  /** Oldest first, replies of threads too; in a live range the outbox's lines come last. */
  readonly lines: Line[];
  readonly live: boolean;
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  readonly loading: 'older' | 'newer' | 'around' | null;
  /** Set when the first page could not be loaded and nothing is cached. */
  readonly problem: string | null;
  /** Messages that came since the reader left the live end, while detached. */
  readonly newBelow: number;
  /** The unread line: the last message read when the room was opened; null when all was read. Does not move while the room is open. */
  readonly unreadAfterSeq: number | null;
  loadOlder(): Promise<void>;
  loadNewer(): Promise<void>;
  /** Shows the range around a message (cached or fetched); false if it is not there (any more). */
  jumpTo(messageId: string): Promise<boolean>;
  /** The first message of that day or after; false if there is none. */
  jumpToDate(day: Date): Promise<boolean>;
  jumpToPresent(): Promise<void>;
}

/** A thread's replies under its root, loaded when it is opened, live while it is. */
export interface Thread {
  readonly root: Message | null;
  readonly lines: Line[];
  readonly hasOlder: boolean;
  readonly problem: string | null;
  loadOlder(): Promise<void>;
  close(): void;
}

/** A file on its way: chosen, uploading, being checked, ready to be sent, or refused. */
export interface Upload {
  readonly key: string;
  readonly file: File;
  /** A blob: address of a picture, for the preview. */
  readonly preview: string | null;
  readonly state: 'uploading' | 'checking' | 'ready' | 'failed';
  /** 0 to 1. */
  readonly progress: number;
  readonly failure: string | null;
  readonly attachment: Attachment | null;
  retry(): void;
  /** Cancels, or takes an uploaded file back. */
  remove(): void;
}

/** A draft: kept per room (and per thread) in IndexedDB, on this device. */
export interface Draft {
  text: string;
  readonly uploads: Upload[];
  replyTo: Message | null;
  addFiles(files: Iterable<File>): void;
}

/** A room the user is in. */
export interface RoomModel {
  /** The server's word, with unread counts, role, peer and so on. */
  readonly room: Room;
  readonly timeline: Timeline;
  readonly draft: Draft;
  /** People typing now, never oneself. */
  readonly typing: CompactUser[];
  /** By user: how far they have read, as far as it is known (from events). */
  readonly readUpTo: ReadonlyMap<string, number>;
  /** Members as loaded by `loadMembers`; null before. Live afterwards. */
  readonly members: Member[] | null;
  /** May the user write here now; else why not: 'silenced' | 'blocked' | 'you_blocked_user' | 'deactivated'. */
  readonly mayWrite: true | 'silenced' | 'blocked' | 'you_blocked_user' | 'deactivated';
  /** Called when the room is shown; the pages of the timeline are fetched or taken from the cache. */
  open(): void;
  /** Called when it is shown no more: the unread line is forgotten. */
  close(): void;
  thread(rootId: string): Thread;
  threadDraft(rootId: string): Draft;
  /** Puts it into the outbox and into the timeline at once; never rejects. Empties the draft. */
  send(draft: Draft, parent?: Message): void;
  /** Uploads a file and sends it as a message of its own, in a thread or in answer to something; the draft stays as it is. */
  sendFile(file: File, root: Message | null, replyTo: Message | null): void;
  /** What `sendFile` has not sent yet, from the room (null) or from a thread. */
  parcels(root: string | null): Upload[];
  retry(line: Line): void;
  discard(line: Line): void;
  edit(message: Message, content: string): Promise<void>;
  /** Hides it at once; the server is told after 5 s unless `undo` is called. */
  remove(message: Message): { undo(): void };
  react(message: Message, emoji: string): Promise<void>;
  unreact(message: Message, emoji: string): Promise<void>;
  pin(message: Message): Promise<void>;
  unpin(message: Message): Promise<void>;
  pins(): Promise<Schemas['Pin'][]>;
  /** Tells the server up to where it was seen; coalesced, never back. */
  markRead(message: Message): void;
  markAllRead(): Promise<void>;
  markUnread(message: Message): Promise<void>;
  /** Call on every key stroke; told at most every 3 s, and its end. */
  typed(): void;
  loadMembers(): Promise<void>;
  history(message: Message): Promise<Versions>;
  receipts(message: Message): Promise<Schemas['Receipts']>;
  reactedBy(message: Message, emoji: string): Promise<CompactUser[]>;
  report(message: Message, reason: Schemas['ReportReason'], comment?: string): Promise<void>;
  update(change: { name?: string; description?: string; type?: 'private' }): Promise<void>;
  delete(): Promise<void>;
  leave(): Promise<void>;
  setLevel(level: NotifyLevel | null): Promise<void>;
  addMember(userId: string): Promise<void>;
  removeMember(userId: string): Promise<void>;
  changeRole(userId: string, role: Role): Promise<void>;
  silence(userId: string, until: Date | null, reason?: string): Promise<void>;
  liftSilence(userId: string): Promise<void>;
  ban(userId: string, reason?: string): Promise<void>;
  unban(userId: string): Promise<void>;
  bans(): Promise<Schemas['Ban'][]>;
  audit(cursor?: string): Promise<Schemas['AuditPage']>;
  invite(options: { expiresIn?: number; maxUses?: number | null }): Promise<Schemas['Invite']>;
  invites(): Promise<Schemas['Invite'][]>;
  revokeInvite(code: string): Promise<void>;
}

/** Names, pictures and presence of everybody who was seen, kept current by events. */
export interface People {
  /** What is known of somebody; a compact user is enough to ask. */
  get(id: string): (CompactUser & Partial<User>) | undefined;
  /** Fetches the profile, and keeps it. */
  load(id: string): Promise<User>;
  /** By name, for autocomplete and pickers. */
  search(text: string): Promise<User[]>;
  isBlocked(id: string): boolean;
  readonly blocked: CompactUser[];
  block(id: string): Promise<void>;
  unblock(id: string): Promise<void>;
}

export interface NoticesModel {
  readonly unread: number;
  /** Newest first, as far as loaded. */
  readonly list: Notification[];
  readonly hasMore: boolean;
  load(): Promise<void>;
  loadMore(): Promise<void>;
  markRead(id: string): Promise<void>;
  markAllRead(): Promise<void>;
}

/** Web Push: being told on this device while no page of the app is open. */
export interface PushModel {
  /** `unsupported` by the browser, `absent` at the server; null until `look` knows. */
  readonly state: 'on' | 'off' | 'unsupported' | 'absent' | null;
  /** Finds out where it stands; for the settings. */
  look(): Promise<void>;
  /** The browser must have agreed to notifications before. Rejects with `push_unreachable` if its push service does not answer. */
  turnOn(): Promise<void>;
  turnOff(): Promise<void>;
  /** Brings browser and server together again: at the start, and when the browser has changed its subscription. */
  renew(): Promise<void>;
}

/** The account of whoever is signed in. */
export interface Account {
  readonly me: OwnUser;
  readonly moderator: boolean;
  update(change: Schemas['UpdateMeBody']): Promise<void>;
  setAvatar(file: File | null): Promise<void>;
  changePassword(current: string, next: string): Promise<void>;
  devices(): Promise<Schemas['Device'][]>;
  endDevice(id: string): Promise<void>;
  deactivate(password: string): Promise<void>;
  signOut(): Promise<void>;
}

/** Everything of one signed-in user. */
export interface Chat {
  readonly account: Account;
  readonly connection: Connection;
  readonly people: People;
  readonly notices: NoticesModel;
  readonly push: PushModel;
  readonly limits: Limits;
  /** All rooms, the latest message first. */
  readonly rooms: RoomModel[];
  /** True until the first list of rooms is there (from the cache or the server). */
  readonly starting: boolean;
  room(id: string): RoomModel | undefined;
  createRoom(body: { type: 'public' | 'private'; name: string; description?: string }): Promise<RoomModel>;
  /** The direct room with somebody, made if there is none. */
  directRoom(userId: string): Promise<RoomModel>;
  joinRoom(id: string): Promise<RoomModel>;
  browse(q: string, cursor?: string): Promise<Schemas['Rooms']>;
  previewInvite(code: string): Promise<Schemas['InvitePreview']>;
  acceptInvite(code: string): Promise<RoomModel>;
  search(query: Record<string, string>, cursor?: string): Promise<Schemas['SearchResults']>;
  reports(query: { status?: Schemas['ReportStatus']; roomId?: string; cursor?: string }): Promise<Schemas['Reports']>;
  decide(reportId: string, body: Schemas['ResolveReportBody']): Promise<Report>;
  /** Counts up whenever a `report_created` or `report_updated` event came. */
  readonly reportsChanged: number;
  /** A blob: address of a file's bytes; fetched with the token, kept as long as it is used. */
  fileUrl(attachmentId: string, size?: 96 | 360 | 1080): Promise<string>;
  /** Saves the file under its name. */
  download(attachment: Attachment): Promise<void>;
  /** New messages of others, as they come (never history, never one's own): for the announcer and desktop notifications. */
  onMessage(listener: (message: Message, room: RoomModel) => void): () => void;
  onNotification(listener: (notification: Notification) => void): () => void;
  /** The window has (not) the user's attention: presence `online` or `away`. */
  setAttention(here: boolean): void;
}

/** Signing in and out; `chat` is null while nobody is. */
export interface Session {
  readonly chat: Chat | null;
  /** True for a moment at the start, while a kept session is taken up: show neither chat nor sign-in. */
  readonly restoring: boolean;
  /** Words for the sign-in page: why the last session ended, or null. */
  readonly notice: 'expired' | 'signed_out_elsewhere' | null;
  signIn(username: string, password: string): Promise<void>;
  register(username: string, password: string, displayName?: string): Promise<void>;
  /** After `account_deactivated`. */
  reactivate(username: string, password: string): Promise<void>;
}
