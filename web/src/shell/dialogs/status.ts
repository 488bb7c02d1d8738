import { m } from '../../messages/messages.js';

export type Span = 'never' | '30' | '60' | '240' | 'today' | 'week';

/** How long a status may stand. */
export const spans = (): { value: Span; label: string }[] => [
  { value: 'never', label: m.shell_status_never() },
  { value: '30', label: m.shell_minutes_n({ n: 30 }) },
  { value: '60', label: m.shell_hours_n({ n: 1 }) },
  { value: '240', label: m.shell_hours_n({ n: 4 }) },
  { value: 'today', label: m.shell_status_today() },
  { value: 'week', label: m.shell_status_week() },
];

/** When that is over, for the API; weeks end on Sunday night. */
export function endOf(span: Span, now = new Date()): string | null {
  if (span === 'never') return null;
  const days = span === 'today' ? 1 : ((8 - now.getDay()) % 7) || 7;
  const end =
    span === 'today' || span === 'week'
      ? new Date(now.getFullYear(), now.getMonth(), now.getDate() + days)
      : new Date(now.getTime() + Number(span) * 60_000);
  return end.toISOString();
}

export const suggestions: { emoji: string; text: () => string; span: Span }[] = [
  { emoji: '🗓️', text: m.shell_status_meeting, span: '60' },
  { emoji: '🍜', text: m.shell_status_lunch, span: '60' },
  { emoji: '🎧', text: m.shell_status_focus, span: '240' },
  { emoji: '🏡', text: m.shell_status_home, span: 'today' },
  { emoji: '🤒', text: m.shell_status_sick, span: 'today' },
  { emoji: '🌴', text: m.shell_status_away, span: 'never' },
];
