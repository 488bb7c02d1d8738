import { m } from '../../messages/messages.js';

/** What one can choose to be seen as. `online` leaves it to the devices: away when nobody is at them. */
export const statuses = [
  { value: 'online', label: m.shell_online, hint: m.shell_online_hint },
  { value: 'away', label: m.shell_away, hint: m.shell_away_hint },
  { value: 'busy', label: m.shell_busy, hint: m.shell_busy_hint },
  { value: 'offline', label: m.shell_invisible, hint: m.shell_invisible_hint },
] as const;

/** Which of them holds. */
export const presenceOf = (status: string | null | undefined): string => status ?? 'online';
