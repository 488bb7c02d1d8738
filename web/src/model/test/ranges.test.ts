import { describe, expect, test } from 'vitest';
import { chance } from '../../client/test/server';
import { around, insert, join, live, trimmed, type Range } from '../ranges';

type L = { seq: number };
const lines = (from: number, to: number): L[] => Array.from({ length: to - from + 1 }, (_, i) => ({ seq: from + i }));
const range = (from: number, to: number, older = true, newer = true): Range<L> => ({ lines: lines(from, to), older, newer });
const spans = (ranges: readonly Range<L>[]) =>
  ranges.map((one) => `${one.older ? '…' : ''}${one.lines[0]?.seq}-${one.lines.at(-1)?.seq}${one.newer ? '…' : ''}`);

describe('joining', () => {
  test('what does not meet stays apart, in order', () => {
    expect(spans(join([range(50, 60, true, false)], range(10, 20)))).toEqual(['…10-20…', '…50-60']);
  });

  test('an older page that touches by its anchor is one with the range', () => {
    expect(spans(join([range(50, 60, true, false)], range(40, 50)))).toEqual(['…40-60']);
  });

  test('the beginning is known once a page has reached it', () => {
    expect(spans(join([range(5, 20)], range(1, 5, false, true)))).toEqual(['1-20…']);
    expect(spans(join([range(1, 20)], { lines: [{ seq: 1 }], older: false, newer: true }))).toEqual(['1-20…']);
  });

  test('a jump range that meets the live one is live', () => {
    const ranges = join(join([range(50, 60, true, false)], range(10, 20)), range(20, 40));
    expect(spans(ranges)).toEqual(['…10-40…', '…50-60']);
    expect(spans(join(ranges, range(40, 52)))).toEqual(['…10-60']);
  });

  test('one page can join three', () => {
    expect(spans(join([range(1, 5), range(10, 15), range(20, 25)], range(4, 21)))).toEqual(['…1-25…']);
  });

  test('two live ranges are one', () => {
    expect(spans(join([{ lines: [], older: false, newer: false }], range(3, 4, true, false)))).toEqual(['…3-4']);
    expect(spans(join([range(7, 8, true, false)], range(1, 5, true, false)))).toEqual(['…1-8']);
  });
});

describe('inserting', () => {
  test('at the live end, within, never into a gap', () => {
    const ranges = [range(10, 20), range(50, 60, true, false)];
    expect(spans(insert(ranges, { seq: 61 }))).toEqual(['…10-20…', '…50-61']);
    expect(insert(ranges, { seq: 30 })).toBe(ranges);
    expect(insert(ranges, { seq: 5 })).toBe(ranges);
    expect(insert(ranges, { seq: 15 })).toBe(ranges);
    const holed = [{ ...range(10, 20), lines: lines(10, 20).filter((one) => one.seq !== 15) }];
    expect(spans(insert(holed, { seq: 15 }))).toEqual(['…10-20…']);
    expect(insert(holed, { seq: 15 })[0]?.lines).toHaveLength(11);
  });

  test('into an empty room', () => {
    expect(spans(insert([{ lines: [], older: false, newer: false }], { seq: 1 }))).toEqual(['1-1']);
  });

  test('nothing is held: nothing to insert into', () => {
    expect(insert([], { seq: 1 })).toEqual([]);
  });
});

test('finding and trimming', () => {
  const ranges = [range(10, 20), range(50, 60, true, false)];
  expect(live(ranges)?.lines[0]?.seq).toBe(50);
  expect(around(ranges, 13)?.lines[0]?.seq).toBe(10);
  expect(around(ranges, 30)).toBeUndefined();
  expect(spans(trimmed(ranges, 4))).toEqual(['…57-60']);
  expect(spans(trimmed(ranges, 100))).toEqual(['…50-60']);
});

test.each(Array.from({ length: 50 }, (_, seed) => seed))('any pages in any order: no holes, nothing twice (%i)', (seed) => {
  const random = chance(seed);
  const end = 200;
  let ranges: Range<L>[] = [];
  for (let i = 0; i < 25; i += 1) {
    const from = 1 + Math.floor(random() * end);
    const to = Math.min(end, from + Math.floor(random() * 30));
    ranges = join(ranges, range(from, to, from > 1, to < end));
    const flat = ranges.flatMap((one) => one.lines.map((line) => line.seq));
    expect(flat).toEqual([...new Set(flat)].sort((a, b) => a - b));
    for (const one of ranges) {
      const [first, last] = [one.lines[0]!.seq, one.lines.at(-1)!.seq];
      expect(one.lines).toHaveLength(last - first + 1);
      expect(one.older).toBe(first > 1);
      expect(one.newer).toBe(last < end);
    }
    expect(ranges.filter((one) => !one.newer).length).toBeLessThan(2);
  }
});
