import { describe, expect, it } from 'vitest';
import { parse, request, span, withFilter, without, write } from './query';

describe('a search', () => {
  it('is taken apart into words and filters', () => {
    expect(parse('tea from:ada in:"Tea room" -has:link "a phrase" -not')).toEqual({
      words: 'tea "a phrase" -not',
      filters: [
        { operator: 'from', value: 'ada', not: false },
        { operator: 'in', value: 'Tea room', not: false },
        { operator: 'has', value: 'link', not: true },
      ],
    });
  });
  it('leaves alone what only looks like an operator', () => {
    for (const text of ['http://x.example/a:b', 'from:', 'colour:red', '12:30', '"from:ada"']) expect(parse(text)).toEqual({ words: text, filters: [] });
  });
  it('is the same text again', () => {
    const text = 'from:ada in:"Tea room" -has:link tea "a phrase"';
    expect(write(parse(text))).toBe(text);
  });
  it('keeps one date of a kind, and during alone', () => {
    const date = (operator: 'before' | 'after' | 'during', value: string) => ({ operator, value, not: false });
    let query = withFilter(parse('x'), date('before', '2026-01-01'));
    query = withFilter(query, date('after', '2025-01-01'));
    query = withFilter(query, date('before', '2026-02-02'));
    expect(write(query)).toBe('after:2025-01-01 before:2026-02-02 x');
    query = withFilter(query, date('during', '2026'));
    expect(write(query)).toBe('during:2026 x');
    expect(write(without(query, date('during', '2026')))).toBe('x');
  });
  it('has two of a kind where that means something', () => {
    const filter = { operator: 'has', value: 'link', not: false } as const;
    expect(write(withFilter(withFilter(parse('has:attachment'), filter), filter))).toBe('has:attachment has:link');
  });
});

describe('what is asked of the server', () => {
  it('has days of the reader as moments', () => {
    const start = new Date(2026, 10, 20);
    const end = new Date(new Date(2026, 10, 21).getTime() - 1);
    expect(request('tea during:2026-11-20')).toEqual({ q: 'tea', from: start.toISOString(), to: end.toISOString() });
    expect(request('before:2026-11-20')).toEqual({ to: new Date(start.getTime() - 1).toISOString() });
    expect(request('after:2026-11-20')).toEqual({ from: new Date(2026, 10, 21).toISOString() });
  });
  it('hands on what it does not know', () => {
    expect(request('before:2026-11-20T10:00:00Z x')).toEqual({ q: 'before:2026-11-20T10:00:00Z x' });
    expect(request('from:me')).toEqual({ q: 'from:me' });
    expect(request('  ')).toEqual({});
  });
});

it('a month and a year have their length', () => {
  expect(span('2026-02')).toEqual([new Date(2026, 1, 1), new Date(2026, 2, 1)]);
  expect(span('2026')).toEqual([new Date(2026, 0, 1), new Date(2027, 0, 1)]);
  expect(span('2026-13')).toBeNull();
  expect(span('2026-02-31')).toBeNull();
});
