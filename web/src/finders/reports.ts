import { m } from '../messages/messages.js';
import type { Report } from '../model/contract';

/** What is wrong with a message, in words. */
export const reasonWords: Record<Report['reason'], () => string> = {
  spam: m.finders_reason_spam,
  harassment: m.finders_reason_harassment,
  violence: m.finders_reason_violence,
  illegal: m.finders_reason_illegal,
  other: m.finders_reason_other,
};

/** What was done about a report, in words. */
export const actionWords: Record<Report['action'], () => string> = {
  none: m.finders_action_none,
  delete_message: m.finders_action_delete,
  silence: m.finders_action_silence,
  remove: m.finders_action_remove,
  ban: m.finders_action_ban,
};
