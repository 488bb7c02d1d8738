import { m } from '../../messages/messages.js';
import type { RoomModel } from '../../model/contract';
import { dateOf, timeOf } from '../../ui/time';
import { roleName } from './member_actions';

export type AuditRecord = Awaited<ReturnType<RoomModel['audit']>>['records'][number];

/** A record of the activity log as a sentence. */
export function auditWords(record: AuditRecord): string {
  const actor = record.actor.display_name;
  const subject = record.subject?.display_name ?? m.shell_audit_nobody();
  switch (record.action) {
    case 'message_deleted':
      return m.shell_audit_message_deleted({ actor, subject });
    case 'member_added':
      return m.shell_audit_member_added({ actor, subject });
    case 'member_removed':
      return m.shell_audit_member_removed({ actor, subject });
    case 'member_banned':
      return m.shell_audit_member_banned({ actor, subject });
    case 'member_unbanned':
      return m.shell_audit_member_unbanned({ actor, subject });
    case 'member_updated': {
      const until = record.silenced_until;
      if (until && Date.parse(until) > Date.parse(record.at)) {
        const open = new Date(until).getFullYear() > 9000;
        const when = open ? m.shell_silence_forever() : `${dateOf(until)}, ${timeOf(until)}`;
        return m.shell_audit_member_silenced({ actor, subject, when });
      }
      return record.role
        ? m.shell_audit_member_role({ actor, subject, role: roleName(record.role) })
        : m.shell_audit_member_updated({ actor, subject });
    }
    case 'ownership_transferred':
      return m.shell_audit_ownership_transferred({ actor, subject });
    case 'message_pinned':
      return m.shell_audit_message_pinned({ actor });
    case 'message_unpinned':
      return m.shell_audit_message_unpinned({ actor });
    case 'room_updated':
      return m.shell_audit_room_updated({ actor });
    case 'report_decided':
      return m.shell_audit_report_decided({ actor });
  }
}
