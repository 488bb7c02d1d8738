/** What one may do with a member of a room, as the lines of a menu. Ranks: owner over admin over member. */
import Ban from '@lucide/svelte/icons/ban';
import Crown from '@lucide/svelte/icons/crown';
import MessageSquare from '@lucide/svelte/icons/message-square';
import MicOff from '@lucide/svelte/icons/mic-off';
import Mic from '@lucide/svelte/icons/mic';
import ShieldMinus from '@lucide/svelte/icons/shield-minus';
import ShieldPlus from '@lucide/svelte/icons/shield-plus';
import UserMinus from '@lucide/svelte/icons/user-minus';
import UserRound from '@lucide/svelte/icons/user-round';
import { m } from '../../messages/messages.js';
import type { Chat, CompactUser, Member, Role, RoomModel } from '../../model/contract';
import { confirm } from '../../ui/confirm';
import type { MenuItem } from '../../ui/menu';
import { toast } from '../../ui/toast.svelte';
import { dialogs } from '../dialogs.svelte';
import { attempt } from '../form.svelte';
import { panel } from '../panel.svelte';
import { go, href } from '../router.svelte';

const rank = (role: Role | undefined) => (role === 'owner' ? 2 : role === 'admin' ? 1 : 0);

export const roleName = (role: Role): string => ({ owner: m.shell_role_owner, admin: m.shell_role_admin, member: m.shell_role_member })[role]();

/** Is somebody silenced now? Until lifted is a year nobody sees. */
export function silenced(member: Pick<Member, 'silenced_until'>): 'no' | 'open' | 'until' {
  if (!member.silenced_until || Date.parse(member.silenced_until) <= Date.now()) return 'no';
  return new Date(member.silenced_until).getFullYear() > 9000 ? 'open' : 'until';
}

/** Opens the direct room with somebody. */
export function writeTo(chat: Chat, user: CompactUser): Promise<boolean> {
  return attempt(async () => {
    const model = await chat.directRoom(user.id);
    go(href.room(model.room.id));
  });
}

async function changeRole(model: RoomModel, user: CompactUser, role: Role, before: Role): Promise<void> {
  const said = (to: Role) => m.shell_role_changed({ name: user.display_name, role: roleName(to) });
  if (!(await attempt(() => model.changeRole(user.id, role)))) return;
  toast(said(role), { action: { label: m.shell_undo(), run: () => void attempt(() => model.changeRole(user.id, before), said(before)) } });
}

async function transfer(model: RoomModel, { id, display_name: name }: CompactUser): Promise<void> {
  const yes = await confirm({
    title: m.shell_transfer_title({ room: model.room.name, name }),
    text: m.shell_transfer_text({ name }),
    action: m.shell_transfer(),
    danger: true,
  });
  if (yes) await attempt(() => model.changeRole(id, 'owner'), m.shell_transferred({ name }));
}

async function remove(model: RoomModel, { id, display_name: name }: CompactUser): Promise<void> {
  const yes = await confirm({
    title: m.shell_remove_title({ name, room: model.room.name }),
    text: m.shell_remove_text({ name }),
    action: m.shell_remove_member(),
    danger: true,
  });
  if (!yes || !(await attempt(() => model.removeMember(id)))) return;
  toast(m.shell_removed({ name }), { action: { label: m.shell_undo(), run: () => void attempt(() => model.addMember(id), m.shell_added({ name })) } });
}

/** The menu for a member; `profile` leads to their panel (left out in that panel itself). */
export function memberActions(chat: Chat, model: RoomModel, member: Member, options: { profile: boolean }): MenuItem[] {
  const { user } = member;
  const items: MenuItem[] = [];
  if (options.profile) items.push({ label: m.shell_view_profile(), icon: UserRound, onselect: () => panel.show({ kind: 'profile', userId: user.id }) });
  if (user.id === chat.account.me.id) return items;
  if (options.profile && !user.deactivated) items.push({ label: m.shell_message_user(), icon: MessageSquare, onselect: () => void writeTo(chat, user) });
  const mine = model.room.role;
  if (model.room.type === 'direct' || rank(mine) <= rank(member.role)) return items;
  const managed: MenuItem[] = [];
  if (mine === 'owner') {
    managed.push(
      member.role === 'admin'
        ? { label: m.shell_make_member(), icon: ShieldMinus, onselect: () => void changeRole(model, user, 'member', 'admin') }
        : { label: m.shell_make_admin(), icon: ShieldPlus, onselect: () => void changeRole(model, user, 'admin', 'member') },
    );
    if (!user.deactivated) managed.push({ label: m.shell_transfer(), icon: Crown, onselect: () => void transfer(model, user) });
  }
  managed.push(
    silenced(member) === 'no'
      ? { label: m.shell_silence(), icon: MicOff, onselect: () => dialogs.open({ kind: 'silence', roomId: model.room.id, user }) }
      : {
          label: m.shell_silence_lift(),
          icon: Mic,
          onselect: () => void attempt(() => model.liftSilence(user.id), m.shell_silence_lifted({ name: user.display_name })),
        },
    { label: m.shell_remove_member(), icon: UserMinus, danger: true, onselect: () => void remove(model, user) },
    { label: m.shell_ban(), icon: Ban, danger: true, onselect: () => dialogs.open({ kind: 'ban', roomId: model.room.id, user }) },
  );
  if (items.length > 0 && managed[0]) managed[0].separated = true;
  return [...items, ...managed];
}
