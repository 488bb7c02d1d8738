/**
 * Emoji by name and by group, from the data of emoji-picker-element through its own database, in the
 * reader's language. Its picker itself cannot be used here: it needs an inline style element and
 * `innerHTML`, and the content security policy allows neither.
 */
import Database from 'emoji-picker-element/database';
import type { Emoji, NativeEmoji } from 'emoji-picker-element/shared';
import german from 'emoji-picker-element-data/de/cldr/data.json?url';
import english from 'emoji-picker-element-data/en/emojibase/data.json?url';
import { getLocale } from '../../messages/runtime.js';

export type { NativeEmoji };

const FAVOURITES_MAX = 24;

const isGerman = getLocale() === 'de';
const database = new Database({ dataSource: isGerman ? german : english, locale: isGerman ? 'de' : 'en' });

const native = (list: Emoji[]): NativeEmoji[] => list.filter((one): one is NativeEmoji => 'unicode' in one);

export const groupOf = (group: number): Promise<NativeEmoji[]> => database.getEmojiByGroup(group);
/** By words; what is called just so comes first, then what begins so. */
export async function find(text: string): Promise<NativeEmoji[]> {
  const word = text.toLowerCase();
  const rank = ({ annotation, shortcodes = [] }: NativeEmoji): number => {
    const names = [annotation.toLowerCase(), ...shortcodes];
    return names.includes(word) ? 0 : names.some((name) => name.startsWith(word)) ? 1 : 2;
  };
  return native(await database.getEmojiBySearchQuery(text)).sort((a, b) => rank(a) - rank(b));
}
export const favourites = async (): Promise<NativeEmoji[]> => native(await database.getTopFavoriteEmoji(FAVOURITES_MAX));
export const tone = (): Promise<number> => database.getPreferredSkinTone();
export const setTone = (value: number): Promise<void> => database.setPreferredSkinTone(value);
/** Remembers that it was used, for the first row. */
export const used = (emoji: NativeEmoji): void => void database.incrementFavoriteEmojiCount(emoji.unicode).catch(() => {});

/** In the skin tone that was chosen, if it comes in one. */
export function toned(emoji: NativeEmoji, wanted: number): string {
  return emoji.skins?.find((skin) => skin.tone === wanted)?.unicode ?? emoji.unicode;
}
