import { describe, expect, it } from 'vitest';
import { endOf } from './status';

describe('when a status ends', () => {
  const friday = new Date(2026, 10, 20, 15, 30);
  it.each([
    ['never', friday, null],
    ['30', friday, new Date(2026, 10, 20, 16, 0)],
    ['240', friday, new Date(2026, 10, 20, 19, 30)],
    ['today', friday, new Date(2026, 10, 21)],
    ['week', friday, new Date(2026, 10, 23)],
    ['week', new Date(2026, 10, 22, 12), new Date(2026, 10, 23)],
    ['week', new Date(2026, 10, 23, 12), new Date(2026, 10, 30)],
  ] as const)('%s', (span, now, end) => {
    expect(endOf(span, now)).toBe(end?.toISOString() ?? null);
  });
});
