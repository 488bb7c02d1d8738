const words = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

const first = (part: string | undefined) => (part ? ([...words.segment(part)][0]?.segment ?? '') : '');

/** The first sign of a name, for pictures too small for two. */
export const firstOf = (name: string): string => first(name.trim()).toUpperCase() || '?';

/** The first signs of the first and the last word of a name, as they are seen (an emoji is one). */
export function initialsOf(name: string): string {
  const parts = name.trim().split(/\s+/).filter(Boolean);
  const both = first(parts[0]) + (parts.length > 1 ? first(parts.at(-1)) : '');
  return both.toUpperCase() || '?';
}

/** A colour that stays somebody's own, as an angle: twelve of them, far enough apart to be told. */
export function hueOf(id: string): number {
  let sum = 0;
  for (const sign of id) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) >>> 0;
  return (sum % 12) * 30 + 15;
}
