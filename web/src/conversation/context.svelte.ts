/**
 * What the components of one open conversation share, so that it need not be handed through every
 * row: the room, what is being edited, and the few things only the page can do (jump, open a dialog).
 */
import { getContext, setContext } from 'svelte';
import type { Attachment, Chat, Line, Message, RoomModel } from '../model/contract';

/** The dialogs of a conversation; each is loaded when it is first asked for. */
export type DialogRequest =
  | { kind: 'lightbox'; attachment: Attachment; message: Message }
  | { kind: 'history'; message: Message }
  | { kind: 'receipts'; message: Message }
  | { kind: 'reactions'; message: Message }
  | { kind: 'report'; message: Message }
  | { kind: 'date' }
  | { kind: 'sheet'; line: Line }
  | { kind: 'menu'; line: Line; row: HTMLElement; at: { x: number; y: number } | null };

export class Conversation {
  readonly chat: Chat;
  readonly room: RoomModel;
  /** The root where this is a thread's column; null in the room itself. */
  readonly root: string | null;
  /** The message whose text stands in an edit box now, and the text so far: kept when its row leaves the window. */
  editing: { id: string; text: string } | null = $state.raw(null);
  dialog: DialogRequest | null = $state.raw(null);
  /** Where the emoji picker is open for a reaction; `back` has the focus afterwards, by default the anchor. */
  picking: { message: Message; anchor: HTMLElement; back?: HTMLElement } | null = $state.raw(null);
  /** Blocked people's messages that the reader unfolded. */
  unfolded: Record<string, true> = $state({});
  /** Shows a message of this room; set by the timeline. */
  jump: (messageId: string) => void = () => {};
  /** To the newest message; set by the timeline, like the next four. */
  toPresent: () => void = () => {};
  /** Brings a line that is held into sight; false if it is not held. */
  toLine: (find: (line: Line) => boolean) => Promise<boolean> = () => Promise.resolve(false);
  /** The row of a line, while it is drawn. */
  rowOf: (key: string) => HTMLElement | null = () => null;
  /** The first message of that day or after; false if there is none. */
  toDate: (day: Date) => Promise<boolean> = () => Promise.resolve(false);
  /** Calls everything here read. */
  markRead: () => Promise<void> = () => Promise.resolve();
  /** Gives the keyboard to the text field; set by the composer. */
  focusComposer: () => void = () => {};

  constructor(chat: Chat, room: RoomModel, root: string | null) {
    this.chat = chat;
    this.room = room;
    this.root = root;
  }

  /** What is shown here, oldest first. */
  get lines(): readonly Line[] {
    return this.root === null ? this.room.timeline.lines : this.room.thread(this.root).lines;
  }

  /** The last that can be answered or reacted to. */
  get lastLine(): Line | undefined {
    return this.lines.findLast(({ sending, message }) => sending === null && !message.deleted && message.type !== 'system');
  }

  get me(): string {
    return this.chat.account.me.id;
  }

  /** May the reader pin here: admins and the owner, in a direct room both. */
  get mayPin(): boolean {
    const room = this.room.room;
    return this.room.mayWrite === true && (room.type === 'direct' || room.role === 'admin' || room.role === 'owner');
  }

  /** May the reader still change this text: their own, for the server's window, unless silenced. */
  mayEdit(message: Message): boolean {
    return (
      message.sender.id === this.me &&
      !message.deleted &&
      message.type !== 'system' &&
      this.room.mayWrite === true &&
      Date.now() - Date.parse(message.created_at) < this.chat.limits.edit_window_ms
    );
  }

  mayDelete(message: Message): boolean {
    const role = this.room.room.role;
    return (
      !message.deleted &&
      message.type !== 'system' &&
      (message.sender.id === this.me || role === 'admin' || role === 'owner')
    );
  }
}

const KEY = Symbol('conversation');

export function provide(conversation: Conversation): Conversation {
  return setContext(KEY, conversation);
}

export function conversation(): Conversation {
  return getContext<Conversation>(KEY);
}
