import { expect, test } from 'vitest';
import { clock } from './text';

test('a length in minutes and seconds', () => {
  expect([0, 7.9, 60, 247, 4000].map(clock)).toEqual(['0:00', '0:07', '1:00', '4:07', '66:40']);
});
