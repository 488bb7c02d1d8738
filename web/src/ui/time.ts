/** Times as the reader's language and region write them. All take what the API gives (RFC 3339) or a Date. */
import { getLocale } from '../messages/runtime.js';
import { m } from '../messages/messages.js';

type Moment = string | number | Date;
const minute_ms = 60_000;
const day_ms = 86_400_000;

// The region decides between 12 and 24 hours, and it is in the browser's list of languages, not in the app's.
const language = getLocale();
const locale = navigator.languages.find((one) => one.split('-')[0] === language) ?? language;
const formats = {
  time: new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }),
  dayOfWeek: new Intl.DateTimeFormat(locale, { weekday: 'long' }),
  day: new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' }),
  dayAndYear: new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
  date: new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' }),
  short: new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' }),
  full: new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' }),
};
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
const relativeShort = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });

const at = (moment: Moment) => new Date(moment);
const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
/** Days between two dates as the calendar counts them; a day of 23 or 25 hours is one too. */
const daysBetween = (from: Date, to: Date) => Math.round((midnight(to) - midnight(from)) / day_ms);

/** `14:05`. */
export const timeOf = (moment: Moment): string => formats.time.format(at(moment));
/** `Friday, 20 November 2026 at 14:05`: for tooltips. */
export const fullOf = (moment: Moment): string => formats.full.format(at(moment));
/** `20 Nov 2026`. */
export const dateOf = (moment: Moment): string => formats.date.format(at(moment));

/** `Today`, `Yesterday`, `Friday, 20 November`, with the year if it is not this one. */
export function dayOf(moment: Moment, now: Moment = Date.now()): string {
  const then = at(moment);
  const days = daysBetween(then, at(now));
  if (days === 0 || days === 1) {
    const word = relative.format(-days, 'day');
    return word.charAt(0).toLocaleUpperCase(locale) + word.slice(1);
  }
  return (then.getFullYear() === at(now).getFullYear() ? formats.day : formats.dayAndYear).format(then);
}

/** As short as it can be said: the time if it was today, else the day of the week or the date. For lists. */
export function shortOf(moment: Moment, now: Moment = Date.now()): string {
  const then = at(moment);
  const days = daysBetween(then, at(now));
  if (days <= 0) return timeOf(then);
  if (days === 1) return relative.format(-1, 'day');
  if (days < 7) return formats.dayOfWeek.format(then);
  return (then.getFullYear() === at(now).getFullYear() ? formats.short : formats.date).format(then);
}

/** `just now`, `5 min. ago`, `yesterday`, `in 3 days`; beyond a month the date. */
export function ago(moment: Moment, now: Moment = Date.now()): string {
  const then = at(moment);
  const difference = then.getTime() - at(now).getTime();
  const size = Math.abs(difference);
  if (size < minute_ms) return m.shell_just_now();
  if (size < 60 * minute_ms) return relativeShort.format(Math.round(difference / minute_ms), 'minute');
  const days = -daysBetween(then, at(now));
  if (size < day_ms && (days === 0 || size < 6 * 60 * minute_ms)) return relativeShort.format(Math.round(difference / (60 * minute_ms)), 'hour');
  if (Math.abs(days) <= 30) return relative.format(days, 'day');
  return dateOf(then);
}
