/**
 * A search as it stands in the address: words and operators in one text, as `docs/api.md` describes it.
 * The operators are shown as chips, the words stay in the field.
 */
export const operators = ['from', 'in', 'has', 'before', 'after', 'during'] as const;
export type Operator = (typeof operators)[number];

/** One operator with its value, as a chip shows it. */
export interface Filter {
  readonly operator: Operator;
  readonly value: string;
  readonly not: boolean;
}

export interface Query {
  readonly words: string;
  readonly filters: readonly Filter[];
}

const isOperator = (text: string): text is Operator => (operators as readonly string[]).includes(text);
/** A phrase, an operator with a value that may be quoted, or a word. */
const token = /-?"[^"]*"?|-?[a-z]+:"[^"]*"?|\S+/giu;

/** Takes a text apart; what is no operator stays as it was written. */
export function parse(text: string): Query {
  const words: string[] = [];
  const filters: Filter[] = [];
  for (const [piece] of text.matchAll(token)) {
    const [, minus, name = '', value = ''] = /^(-?)([a-z]+):(.+)$/isu.exec(piece) ?? [];
    const operator = name.toLowerCase();
    const plain = value.replaceAll('"', '').trim();
    if (!isOperator(operator) || !plain) words.push(piece);
    else add(filters, { operator, value: plain, not: minus === '-' });
  }
  return { words: words.join(' '), filters };
}

function add(filters: Filter[], filter: Filter): void {
  if (!filters.some((one) => same(one, filter))) filters.push(filter);
}

export const same = (a: Filter, b: Filter): boolean => a.operator === b.operator && a.value === b.value && a.not === b.not;

/** Back to one text; the filters come first, so that words can go on being typed. */
export function write(query: Query): string {
  const filters = query.filters.map(({ operator, value, not }) => `${not ? '-' : ''}${operator}:${/\s/.test(value) ? `"${value}"` : value}`);
  return [...filters, query.words.trim()].filter(Boolean).join(' ');
}

/** The query with one more filter. Of dates there is one of each kind, and `during` stands alone. */
export function withFilter(query: Query, filter: Filter): Query {
  const dates: readonly Operator[] = ['before', 'after', 'during'];
  const kept = query.filters.filter((one) => {
    if (!dates.includes(filter.operator) || !dates.includes(one.operator)) return !same(one, filter);
    return one.operator !== filter.operator && one.operator !== 'during' && filter.operator !== 'during';
  });
  return { ...query, filters: [...kept, filter] };
}

export const without = (query: Query, filter: Filter): Query => ({ ...query, filters: query.filters.filter((one) => !same(one, filter)) });

/** The first moment of a day, month or year where the reader is, and of the one after it; null for anything else. */
export function span(value: string): [Date, Date] | null {
  const [, year, month, day] = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(value) ?? [];
  if (!year) return null;
  const at = (y: number, m: number, d: number) => new Date(y, m, d);
  const [y, m, d] = [Number(year), Number(month ?? 1) - 1, Number(day ?? 1)];
  const end = day ? at(y, m, d + 1) : month ? at(y, m + 1, 1) : at(y + 1, 0, 1);
  const start = at(y, m, d);
  return Number.isNaN(start.getTime()) || start.getMonth() !== m ? null : [start, end];
}

/**
 * What is asked of the server. Its days are those of UTC; the reader means days where they are, so dates
 * go as moments in `from` and `to`, which include both ends.
 */
export function request(text: string): Record<string, string> {
  const query = parse(text);
  let from = -Infinity;
  let to = Infinity;
  const rest: Filter[] = [];
  for (const filter of query.filters) {
    const days = filter.not ? null : span(filter.value);
    if (!days || !['before', 'after', 'during'].includes(filter.operator)) {
      rest.push(filter);
      continue;
    }
    const [start, end] = [days[0].getTime(), days[1].getTime()];
    if (filter.operator === 'before') to = Math.min(to, start - 1);
    else if (filter.operator === 'after') from = Math.max(from, end);
    else [from, to] = [Math.max(from, start), Math.min(to, end - 1)];
  }
  const asked: Record<string, string> = {};
  const q = write({ words: query.words, filters: rest });
  if (q) asked.q = q;
  if (from > -Infinity) asked.from = new Date(from).toISOString();
  if (to < Infinity) asked.to = new Date(to).toISOString();
  return asked;
}
