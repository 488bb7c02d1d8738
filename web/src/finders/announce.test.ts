import { expect, it } from 'vitest';
import { announcements, spoken } from './announce';

const heard = (count: number) => Array.from({ length: count }, (_, at) => ({ name: 'Ada', text: `number ${at}` }));

it('a few messages are read out, many are counted', () => {
  expect(announcements(heard(2), 'all')).toEqual(['Ada: number 0', 'Ada: number 1']);
  expect(announcements(heard(4), 'all')).toEqual(['4 new messages']);
  expect(announcements(heard(1), 'count')).toEqual(['1 new message']);
  expect(announcements(heard(1), 'off')).toEqual([]);
  expect(announcements([], 'all')).toEqual([]);
});

it('what is only a file is said to be one', () => {
  expect(announcements([{ name: 'Ada', text: '' }], 'all')).toEqual(['Ada: a file']);
});

it('Markdown is heard as words', () => {
  expect(spoken('**bold** and _quiet_ `code`')).toBe('bold and quiet code');
  expect(spoken('see [the page](https://x.example/long?a=b)')).toBe('see the page');
  expect(spoken('```js\nlet a = 1;\n```')).toBe('let a = 1;');
  expect(spoken('> said\n- a\n- b')).toBe('said a b');
  expect(spoken('snake_case stays, 2 * 3 too')).toBe('snake_case stays, 2 * 3 too');
  expect(Array.from(spoken('😀'.repeat(500))).length).toBe(302);
});
