/** Marks around what is selected. Typed as the browser would, so that undo takes them back. */

export type Mark = 'bold' | 'italic' | 'code' | 'link' | 'list';

const SIGNS = { bold: '**', italic: '_', code: '`' } as const;

/** Puts text in place of the selection. */
export function type(area: HTMLTextAreaElement, text: string): void {
  area.focus({ preventScroll: true });
  // Deprecated, and the only way that leaves the browser's undo whole.
  if (document.execCommand('insertText', false, text)) return;
  area.setRangeText(text, area.selectionStart, area.selectionEnd, 'end');
  area.dispatchEvent(new Event('input', { bubbles: true }));
}

export function replace(area: HTMLTextAreaElement, start: number, end: number, text: string): void {
  area.setSelectionRange(start, end);
  type(area, text);
}

export function format(area: HTMLTextAreaElement, mark: Mark): void {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const selected = value.slice(start, end);
  if (mark === 'list') {
    const from = value.lastIndexOf('\n', start - 1) + 1;
    const lines = value.slice(from, end).split('\n');
    const listed = lines.every((line) => line.startsWith('- '));
    replace(area, from, end, lines.map((line) => (listed ? line.slice(2) : `- ${line}`)).join('\n'));
    return;
  }
  if (mark === 'link') {
    const isAddress = /^https?:\/\/\S+$/.test(selected);
    type(area, isAddress ? `[](${selected})` : `[${selected}](https://)`);
    const at = isAddress ? start + 1 : start + selected.length + 3;
    area.setSelectionRange(at, isAddress ? at : at + 'https://'.length);
    return;
  }
  if (mark === 'code' && selected.includes('\n')) {
    type(area, `\`\`\`\n${selected}\n\`\`\``);
    return;
  }
  const sign = SIGNS[mark];
  const inside = value.slice(start - sign.length, start) === sign && value.slice(end, end + sign.length) === sign;
  if (inside) {
    replace(area, start - sign.length, end + sign.length, selected);
    area.setSelectionRange(start - sign.length, end - sign.length);
  } else {
    type(area, sign + selected + sign);
    area.setSelectionRange(start + sign.length, end + sign.length);
  }
}
