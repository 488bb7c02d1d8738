/** What can be done to a room as a whole; everything that hurts is asked first. */
import { m } from '../../messages/messages.js';
import type { Chat, RoomModel } from '../../model/contract';
import { confirm } from '../../ui/confirm';
import { toast } from '../../ui/toast.svelte';
import { attempt } from '../form.svelte';
import { panel } from '../panel.svelte';
import { go, href } from '../router.svelte';

export async function makePrivate(model: RoomModel): Promise<void> {
  const yes = await confirm({
    title: m.shell_make_private_title({ room: model.room.name }),
    text: m.shell_make_private_text(),
    action: m.shell_make_private(),
    danger: true,
  });
  if (yes) await attempt(() => model.update({ type: 'private' }), m.shell_now_private());
}

/**
 * An owner with others in the room is sent to hand it over first. Who can come back just as they were is
 * not asked, but offered the way back; everybody else is asked.
 */
export async function leaveRoom(chat: Chat, model: RoomModel): Promise<void> {
  const { id, name, role, type, member_count } = model.room;
  if (role === 'owner' && member_count > 1) {
    const yes = await confirm({ title: m.shell_owner_must_title(), text: m.shell_owner_must_text(), action: m.shell_choose_owner() });
    if (yes) panel.show({ kind: 'members' });
    return;
  }
  const last = member_count <= 1;
  if (last || type !== 'public' || role !== 'member') {
    const text = last ? m.shell_leave_text_last() : type === 'public' ? m.shell_leave_text_admin() : m.shell_leave_text_private();
    if (!(await confirm({ title: m.shell_leave_title({ room: name }), text, action: m.shell_leave(), danger: true }))) return;
  }
  if (!(await attempt(() => model.leave()))) return;
  go('/', { replace: true });
  const rejoin = async () => {
    if (await attempt(() => chat.joinRoom(id))) go(href.room(id));
  };
  toast(m.shell_left({ room: name }), type === 'public' && !last ? { action: { label: m.shell_rejoin(), run: () => void rejoin() } } : { kind: 'success' });
}

export async function deleteRoom(model: RoomModel): Promise<void> {
  const { name } = model.room;
  const yes = await confirm({
    title: m.shell_delete_title({ room: name }),
    text: m.shell_delete_text(),
    action: m.shell_delete_room(),
    danger: true,
    typed: name,
  });
  if (yes && (await attempt(() => model.delete(), m.shell_deleted({ room: name })))) go('/', { replace: true });
}

/** A direct room cannot be left for good: it comes back with the next message. */
export async function hideDirect(model: RoomModel): Promise<void> {
  if (!(await attempt(() => model.leave()))) return;
  go('/', { replace: true });
  toast(m.shell_left_direct());
}
