import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchAttention } from './attention';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('somebody who does nothing for five minutes is away until they do something', () => {
  const page = new EventTarget();
  const setAttention = vi.fn();
  const end = watchAttention({ setAttention }, page);
  vi.advanceTimersByTime(4 * 60_000);
  page.dispatchEvent(new Event('keydown'));
  vi.advanceTimersByTime(4 * 60_000);
  expect(setAttention).not.toHaveBeenCalledWith(false);
  vi.advanceTimersByTime(60_000);
  expect(setAttention.mock.lastCall).toEqual([false]);
  page.dispatchEvent(new Event('pointermove'));
  expect(setAttention.mock.lastCall).toEqual([true]);
  end();
  setAttention.mockClear();
  vi.advanceTimersByTime(60 * 60_000);
  page.dispatchEvent(new Event('keydown'));
  expect(setAttention).not.toHaveBeenCalled();
});
