/** A stretch of a text, and whether it is what was looked for. */
export interface Piece {
  readonly text: string;
  readonly mark: boolean;
}

/** How many code points are shown before the first hit, and in all. */
const before_max = 80;
const shown_max = 320;

/**
 * A text in pieces by the server's highlights, which count code points. A long text is cut around its
 * first hit, at words where there are any. As pieces it reaches the page as text, never as HTML.
 */
export function pieces(content: string, highlights: readonly { start: number; end: number }[]): Piece[] {
  const points = Array.from(content);
  const first = highlights[0]?.start ?? 0;
  const from = points.length <= shown_max || first <= before_max ? 0 : wordAfter(points, first - before_max, first);
  const to = Math.min(points.length, from + shown_max);
  const all: Piece[] = [];
  const push = (start: number, end: number, mark: boolean) => {
    const text = points.slice(Math.max(start, from), Math.min(end, to)).join('');
    if (text) all.push({ text, mark });
  };
  if (from > 0) all.push({ text: '… ', mark: false });
  let at = from;
  for (const { start, end } of highlights) {
    if (end <= at || start >= to) continue;
    push(at, start, false);
    push(Math.max(start, at), end, true);
    at = end;
  }
  push(at, to, false);
  if (to < points.length) all.push({ text: ' …', mark: false });
  return all;
}

function wordAfter(points: readonly string[], from: number, end: number): number {
  for (let at = from; at < end; at++) if (/\s/u.test(points[at] ?? '')) return at + 1;
  return from;
}
