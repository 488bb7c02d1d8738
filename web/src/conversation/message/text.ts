/** Small questions about a message's text. */

function emojiOnly(): RegExp | null {
  try {
    // `v` is newer than the language level we compile to; who lacks it sees emoji in the size of text.
    return new RegExp('^(?:\\p{RGI_Emoji}|\\s)+$', 'v');
  } catch {
    return null;
  }
}
const emoji = emojiOnly();
/** Of more than this many no poster is made. */
const BIG_CHARACTERS_MAX = 60;

/** Nothing but a few emoji: shown bigger. */
export function isBig(text: string): boolean {
  return text.length > 0 && text.length <= BIG_CHARACTERS_MAX && (emoji?.test(text) ?? false);
}

/** One line of it without the commonest marks, for quotes. */
export function oneLine(text: string): string {
  return text
    .replace(/```\w*\n?/g, ' ')
    .replace(/\*\*|~~|`/g, '')
    .replace(/(^|\W)[*_](?=\S)|(?<=\S)[*_](?=\W|$)/g, '$1')
    .replace(/^[#>\s]+/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
}

interface Place {
  latitude: number;
  longitude: number;
  /** The message says nothing else. */
  only: boolean;
}

/** A place that was written as `geo:52.52,13.40` (RFC 5870; height and accuracy may follow), or null. */
export function placeIn(text: string): Place | null {
  const found = /\bgeo:(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)(?:,-?\d+(?:\.\d+)?)?(?:;[\w=.-]+)*/i.exec(text);
  if (!found) return null;
  const latitude = Number(found[1]);
  const longitude = Number(found[2]);
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null;
  return { latitude, longitude, only: found[0] === text.trim() };
}

const units = ['byte', 'kilobyte', 'megabyte'] as const;

/** `312 kB` in the reader's language. */
export function sizeOf(bytes: number, locale: string): string {
  const step = bytes < 1000 ? 0 : bytes < 1_000_000 ? 1 : 2;
  return new Intl.NumberFormat(locale, { style: 'unit', unit: units[step], maximumFractionDigits: step === 2 ? 1 : 0 }).format(bytes / 1000 ** step);
}

/** `4:07`; what is longer than an hour has its minutes go on. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** What the composer's recordings are called, without the extension. */
export const VOICE_NAME = 'voice-message';

/** A file that somebody spoke here. */
export function isVoice(filename: string): boolean {
  return filename.startsWith(`${VOICE_NAME}.`);
}
