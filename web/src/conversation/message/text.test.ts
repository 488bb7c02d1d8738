import { expect, test } from 'vitest';
import { clock, placeIn } from './text';

test('a length in minutes and seconds', () => {
  expect([0, 7.9, 60, 247, 4000].map(clock)).toEqual(['0:00', '0:07', '1:00', '4:07', '66:40']);
});

test('a place in a text', () => {
  expect(placeIn('geo:52.52,13.405')).toEqual({ latitude: 52.52, longitude: 13.405, only: true });
  expect(placeIn(' geo:-33.9,18.4,1085;u=20 ')).toEqual({ latitude: -33.9, longitude: 18.4, only: true });
  expect(placeIn('Meet me at geo:48.2,16.37, at noon')).toEqual({ latitude: 48.2, longitude: 16.37, only: false });
  for (const none of ['geo:91,0', 'geo:0,181', 'geo: 1,2', 'geology:1,2', 'nothing']) expect(placeIn(none)).toBeNull();
});
