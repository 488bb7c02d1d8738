/** What can be done with a message: one list for the toolbar, the menu, the sheet on a phone and the keyboard. */
import CornerUpLeft from '@lucide/svelte/icons/corner-up-left';
import EyeOff from '@lucide/svelte/icons/eye-off';
import Copy from '@lucide/svelte/icons/copy';
import Flag from '@lucide/svelte/icons/flag';
import HistoryIcon from '@lucide/svelte/icons/history';
import Link from '@lucide/svelte/icons/link';
import ListChecks from '@lucide/svelte/icons/list-checks';
import MessagesSquare from '@lucide/svelte/icons/messages-square';
import Pencil from '@lucide/svelte/icons/pencil';
import Pin from '@lucide/svelte/icons/pin';
import PinOff from '@lucide/svelte/icons/pin-off';
import SmilePlus from '@lucide/svelte/icons/smile-plus';
import Smile from '@lucide/svelte/icons/smile';
import Trash2 from '@lucide/svelte/icons/trash-2';
import { m } from '../../messages/messages.js';
import { panel } from '../../shell/panel.svelte';
import { href } from '../../shell/router.svelte';
import type { Icon } from '../../ui/icon';
import type { MenuItem } from '../../ui/menu';
import { toast } from '../../ui/toast.svelte';
import type { Line, Message } from '../../model/contract';
import type { Conversation } from '../context.svelte';
import { tell } from '../problems';

export type ActionId =
  | 'react' | 'reply' | 'thread' | 'edit' | 'pin' | 'link' | 'text' | 'unread'
  | 'history' | 'receipts' | 'reactions' | 'report' | 'delete';

export interface Action {
  id: ActionId;
  label: string;
  icon: Icon;
  shortcut?: string;
  danger?: boolean;
  /** `anchor` is what was pressed, for what opens beside it. */
  run: (anchor: HTMLElement) => void;
}

/** The address of a message, to be given to others. */
export function linkTo(message: Message): string {
  return new URL(href.message(message.room_id, message.id), location.href).href;
}

async function copy(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(done);
  } catch {
    toast(m.conversation_copy_failed(), { kind: 'error' });
  }
}

function startReply(c: Conversation, message: Message): void {
  const draft = c.root === null ? c.room.draft : c.room.threadDraft(c.root);
  draft.replyTo = message;
  c.focusComposer();
}

/** As long as the model waits before it tells the server. */
const UNDO_MS = 5000;

function remove(c: Conversation, message: Message): void {
  const { undo } = c.room.remove(message);
  const dismiss = toast(m.conversation_deleted_toast(), { action: { label: m.conversation_undo(), run: undo } });
  // An offer that cannot be kept any more is taken back.
  setTimeout(dismiss, UNDO_MS);
}

/** The first of them are the toolbar's buttons, the others its menu. Empty for what is only on its way. */
export function actionsOf(c: Conversation, line: Line): Action[] {
  const { message } = line;
  if (line.sending !== null || message.type === 'system') return [];
  const { room } = c;
  const own = message.sender.id === c.me;
  const write = room.mayWrite === true && !message.deleted;
  const list: (Action | false)[] = [
    write && { id: 'react', label: m.conversation_react(), icon: SmilePlus, shortcut: '+', run: (anchor) => (c.picking = { message, anchor }) },
    write && { id: 'reply', label: m.conversation_reply(), icon: CornerUpLeft, shortcut: 'R', run: () => startReply(c, message) },
    c.root === null && {
      id: 'thread', label: m.conversation_thread(), icon: MessagesSquare, shortcut: 'T',
      run: () => panel.show({ kind: 'thread', rootId: message.parent_message_id ?? message.id }),
    },
    c.mayEdit(message) && { id: 'edit', label: m.conversation_edit(), icon: Pencil, shortcut: 'E', run: () => (c.editing = { id: message.id, text: message.content }) },
    c.mayPin && !message.deleted && (message.pinned
      ? { id: 'pin', label: m.conversation_unpin(), icon: PinOff, shortcut: 'P', run: () => void tell(room.unpin(message)) }
      : { id: 'pin', label: m.conversation_pin(), icon: Pin, shortcut: 'P', run: () => void tell(room.pin(message)) }),
    { id: 'link', label: m.conversation_copy_link(), icon: Link, shortcut: 'C', run: () => void copy(linkTo(message), m.conversation_link_copied()) },
    !message.deleted && message.content !== '' && { id: 'text', label: m.conversation_copy_text(), icon: Copy, run: () => void copy(message.content, m.conversation_text_copied()) },
    c.root === null && { id: 'unread', label: m.conversation_mark_unread(), icon: EyeOff, run: () => void tell(room.markUnread(message)) },
    message.edited_at !== null && !message.deleted && (own || room.room.role === 'admin' || room.room.role === 'owner') &&
      { id: 'history', label: m.conversation_history(), icon: HistoryIcon, run: () => (c.dialog = { kind: 'history', message }) },
    !message.deleted && { id: 'receipts', label: m.conversation_receipts(), icon: ListChecks, run: () => (c.dialog = { kind: 'receipts', message }) },
    message.reactions.length > 0 && { id: 'reactions', label: m.conversation_reactions(), icon: Smile, run: () => (c.dialog = { kind: 'reactions', message }) },
    !own && !message.deleted && { id: 'report', label: m.conversation_report(), icon: Flag, danger: true, run: () => (c.dialog = { kind: 'report', message }) },
    c.mayDelete(message) && { id: 'delete', label: m.conversation_delete(), icon: Trash2, shortcut: 'Del', danger: true, run: () => remove(c, message) },
  ];
  return list.filter((action) => action !== false);
}

/** Which of them are the toolbar's own buttons. */
export const FIRST: readonly ActionId[] = ['react', 'reply', 'thread', 'edit'];

/** They as the items of a menu; `anchor` is where the emoji picker opens. */
export function menuOf(actions: readonly Action[], anchor: HTMLElement): MenuItem[] {
  const reports = actions.some((action) => action.id === 'report');
  return actions.map(({ id, label, icon, shortcut, danger, run }) => ({
    label,
    icon,
    ...(shortcut ? { shortcut } : {}),
    ...(danger ? { danger } : {}),
    separated: id === 'link' || id === 'report' || (id === 'delete' && !reports),
    onselect: () => run(anchor),
  }));
}

export function act(c: Conversation, id: string, line: Line, anchor: HTMLElement): boolean {
  const action = actionsOf(c, line).find((one) => one.id === id);
  action?.run(anchor);
  return action !== undefined;
}
