/**
 * A room's history as it is held: contiguous ranges of it, oldest first, none touching another. A page is joined to
 * whatever it overlaps; two ranges become one when they meet. Pure: every change is a new list.
 */

/** Anything that has a place in the room. */
export interface Placed {
  readonly seq: number;
}

export interface Range<L extends Placed> {
  /** By number, oldest first. */
  readonly lines: readonly L[];
  /** The server has older ones. */
  readonly older: boolean;
  /** The server has newer ones; a range without is the live one. */
  readonly newer: boolean;
}

function first<L extends Placed>(range: Range<L>): number {
  return range.lines[0]?.seq ?? Infinity;
}

function last<L extends Placed>(range: Range<L>): number {
  return range.lines.at(-1)?.seq ?? -Infinity;
}

function meet<L extends Placed>(a: Range<L>, b: Range<L>): boolean {
  if ((!a.newer && !b.newer) || (!a.older && !b.older)) return true;
  return first(a) <= last(b) && first(b) <= last(a);
}

/** Where `seq` is, or would be put. */
export function place<L extends Placed>(lines: readonly L[], seq: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] as L).seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

function merged<L extends Placed>(a: Range<L>, b: Range<L>): Range<L> {
  const lines = new Map<number, L>();
  for (const line of a.lines) lines.set(line.seq, line);
  for (const line of b.lines) lines.set(line.seq, line);
  const edge = (x: number, y: number, mine: boolean, theirs: boolean) => (x === y ? mine && theirs : x > y ? mine : theirs);
  return {
    lines: [...lines.values()].sort((x, y) => x.seq - y.seq),
    older: a.older && b.older ? true : edge(-first(a), -first(b), a.older, b.older),
    newer: a.newer && b.newer ? true : !a.newer && !b.newer ? false : edge(last(a), last(b), a.newer, b.newer),
  };
}

/** Adds a range, and joins all that meet. What it holds takes the place of lines with the same number. */
export function join<L extends Placed>(ranges: readonly Range<L>[], added: Range<L>): Range<L>[] {
  let whole = added;
  let rest = [...ranges];
  for (;;) {
    const met = rest.find((range) => meet(range, whole));
    if (met === undefined) break;
    rest = rest.filter((range) => range !== met);
    whole = merged(met, whole);
  }
  return [...rest, whole].sort((a, b) => first(a) - first(b));
}

/** The range that ends in the newest message. */
export function live<L extends Placed>(ranges: readonly Range<L>[]): Range<L> | undefined {
  return ranges.find((range) => !range.newer);
}

/** The range that holds the number. */
export function around<L extends Placed>(ranges: readonly Range<L>[], seq: number): Range<L> | undefined {
  return ranges.find((range) => first(range) <= seq && seq <= last(range));
}

/**
 * Puts a line where it belongs: at the live end, or within a range. Without such a range the list stays the same: it
 * will come with the page it is on.
 */
export function insert<L extends Placed>(ranges: readonly Range<L>[], line: L): readonly Range<L>[] {
  const home = ranges.find((range) => {
    const above = first(range) < line.seq || !range.older;
    const below = line.seq < last(range) || !range.newer;
    return above && below;
  });
  if (home === undefined) return ranges;
  const at = place(home.lines, line.seq);
  if (home.lines[at]?.seq === line.seq) return ranges;
  const lines = home.lines.toSpliced(at, 0, line);
  return ranges.map((range) => (range === home ? { ...range, lines } : range));
}

/** The newest `max` lines of the live range; all else is let go. */
export function trimmed<L extends Placed>(ranges: readonly Range<L>[], max: number): Range<L>[] {
  const tail = live(ranges);
  if (tail === undefined) return [];
  if (tail.lines.length <= max) return [tail];
  return [{ lines: tail.lines.slice(-max), older: true, newer: false }];
}
