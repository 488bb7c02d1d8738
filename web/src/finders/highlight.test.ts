import { expect, it } from 'vitest';
import { pieces } from './highlight';

const shown = (content: string, ...ranges: [number, number][]) =>
  pieces(content, ranges.map(([start, end]) => ({ start, end }))).map(({ text, mark }) => (mark ? `[${text}]` : text)).join('');

it('counts code points, not halves of them', () => {
  expect(shown('😀 tea 😀 tea', [2, 5], [8, 11])).toBe('😀 [tea] 😀 [tea]');
});
it('shows a text without hits as it is', () => {
  expect(shown('<b>tea</b>')).toBe('<b>tea</b>');
  expect(shown('')).toBe('');
});
it('bears ranges that touch, meet or lie outside', () => {
  expect(shown('abcdef', [0, 2], [2, 4])).toBe('[ab][cd]ef');
  expect(shown('abcdef', [0, 3], [2, 4])).toBe('[abc][d]ef');
  expect(shown('abc', [2, 9], [7, 9])).toBe('ab[c]');
});
it('cuts a long text around the first hit, at a word', () => {
  const text = `${'word '.repeat(100)}tea${' word'.repeat(100)}`;
  const cut = shown(text, [500, 503]);
  expect(cut.startsWith('… word')).toBe(true);
  expect(cut.endsWith(' …')).toBe(true);
  expect(cut).toContain('[tea]');
  expect(Array.from(cut).length).toBeLessThan(340);
});
