import { expect, test } from 'vitest';
import { kindOf } from './recording.svelte';

test('a browser records what it can and the server takes', () => {
  expect(kindOf(() => true)).toEqual({ type: 'audio/webm;codecs=opus', extension: 'webm' });
  expect(kindOf((type) => type.startsWith('audio/mp4'))).toEqual({ type: 'audio/mp4', extension: 'm4a' });
  expect(kindOf((type) => type.startsWith('audio/ogg'))?.extension).toBe('ogg');
  expect(kindOf(() => false)).toBeNull();
});
