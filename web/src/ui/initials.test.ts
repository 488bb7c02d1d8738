import { expect, it } from 'vitest';
import { firstOf, hueOf, initialsOf } from './initials';

it.each([
  ['Ada Lovelace', 'AL'],
  ['ada', 'A'],
  ['Zoë von Müller', 'ZM'],
  ['김민준', '김'],
  ['👩‍🚀 Grace', '👩‍🚀G'],
  ['  ', '?'],
])('%s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

it('takes one sign where there is room for one', () => {
  expect(firstOf(' ada lovelace')).toBe('A');
});

it('gives a person always the same colour', () => {
  expect(hueOf('u-1')).toBe(hueOf('u-1'));
  expect(hueOf('u-1')).toBeLessThan(360);
});
