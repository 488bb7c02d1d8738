/** Problems in words for people. */
import type { Problem } from '../api/problem';
import { m } from '../messages/messages.js';

/** What the user reads for a code; the server's own words are English and for logs. */
export function words(problem: Problem): string {
  const field = problem.errors[0];
  switch (problem.code) {
    case 'network':
      return m.core_network();
    case 'unavailable':
      return m.core_unavailable();
    case 'rate_limited':
      return m.core_rate_limited();
    case 'validation_failed':
      return field ? m.core_invalid_detail({ detail: field.detail }) : m.core_invalid();
    case 'invalid_credentials':
      return m.core_invalid_credentials();
    case 'username_taken':
      return m.core_username_taken();
    case 'account_deactivated':
      return m.core_account_deactivated();
    case 'registration_closed':
      return m.core_registration_closed();
    case 'token_invalid':
    case 'token_expired':
    case 'session_revoked':
    case 'unauthenticated':
    case 'refresh_invalid':
    case 'signed_out':
      return m.core_signed_out();
    case 'not_a_member':
      return m.core_not_a_member();
    case 'invite_required':
      return m.core_invite_required();
    case 'insufficient_role':
      return m.core_insufficient_role();
    case 'not_the_sender':
      return m.core_not_the_sender();
    case 'edit_window_expired':
      return m.core_edit_window_expired();
    case 'silenced':
      return m.core_silenced();
    case 'blocked':
      return m.core_blocked();
    case 'you_blocked_user':
      return m.core_you_blocked_user();
    case 'banned':
      return m.core_banned();
    case 'infected':
      return m.core_infected();
    case 'file_unreadable':
      return m.core_file_unreadable();
    case 'type_mismatch':
      return m.core_type_mismatch();
    case 'unsupported_type':
      return m.core_unsupported_type();
    case 'payload_too_large':
      return m.core_payload_too_large();
    case 'not_found':
      return m.core_not_found();
    case 'message_deleted':
      return m.core_message_deleted();
    case 'too_many_reactions':
      return m.core_too_many_reactions();
    case 'too_many_pins':
      return m.core_too_many_pins();
    case 'message_not_reactable':
    case 'not_reportable':
      return m.core_not_possible_here();
    case 'direct_room_immutable':
      return m.core_direct_room_immutable();
    case 'owner_must_transfer':
      return m.core_owner_must_transfer();
    case 'attachment_not_ready':
    case 'attachment_in_use':
      return m.core_attachment_not_usable();
    case 'invite_expired':
      return m.core_invite_expired();
    case 'invite_exhausted':
      return m.core_invite_exhausted();
    case 'precondition_failed':
      return m.core_precondition_failed();
    case 'push_unreachable':
      return m.core_push_unreachable();
    case 'too_old':
      return m.core_too_old();
    default:
      return m.core_failed();
  }
}
