import { m } from '../../messages/messages.js';

/** What is wrong with a username, or null; the server has the last word. */
export function usernameWords(name: string): string | null {
  if (!name) return m.shell_field_required();
  return /^[A-Za-z0-9_]{3,20}$/.test(name) ? null : m.shell_username_invalid();
}

/** What is wrong with a new password, or null: 8 to 256 bytes, whatever they are. */
export function passwordWords(password: string): string | null {
  const bytes = new TextEncoder().encode(password).length;
  if (bytes < 8) return m.shell_password_short();
  return bytes > 256 ? m.shell_password_long() : null;
}
