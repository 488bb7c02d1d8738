/**
 * What a message's HTML gets when it is in the page: mentions that can be pressed, code that can be
 * copied and is coloured. Made with the DOM, never with strings.
 */
import { m } from '../../messages/messages.js';
import { panel } from '../../shell/panel.svelte';

/** For `{@attach}`; reads nothing reactive, so it runs once for each text. */
export function decorate(me: string) {
  return (body: HTMLElement): void => {
    for (const mention of body.querySelectorAll<HTMLElement>('.mention')) {
      const { userId, all } = mention.dataset;
      if (userId === me || all) mention.classList.add('own');
      if (!userId) continue;
      mention.setAttribute('role', 'button');
      mention.tabIndex = -1;
    }
    for (const link of body.querySelectorAll('a')) link.tabIndex = -1;
    for (const box of body.querySelectorAll('li > input[type=checkbox], li > p > input[type=checkbox]')) {
      box.closest('li')?.classList.add('task');
      box.setAttribute('aria-label', box.hasAttribute('checked') ? m.conversation_task_done() : m.conversation_task_open());
    }
    for (const pre of body.querySelectorAll('pre')) frame(pre);
  };
}

function frame(pre: HTMLPreElement): void {
  const block = document.createElement('div');
  block.className = 'code-block';
  pre.replaceWith(block);
  // Long lines are scrolled by the keyboard, too.
  pre.tabIndex = 0;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.tabIndex = -1;
  button.textContent = m.conversation_copy();
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(pre.textContent).then(
      () => (button.textContent = m.conversation_copied()),
      () => (button.textContent = m.conversation_copy_failed()),
    );
    setTimeout(() => (button.textContent = m.conversation_copy()), 1600);
  });
  block.append(pre, button);
  const code = pre.querySelector<HTMLElement>('code[class^=language-]');
  // Without colours it can be read as well.
  if (code) void import('./code').then(({ colour }) => colour(code)).catch(() => undefined);
}

/** Presses within a message's text, heard once for all of it. */
export function pressed(event: MouseEvent | KeyboardEvent): void {
  if (event instanceof KeyboardEvent && event.key !== 'Enter' && event.key !== ' ') return;
  const mention = (event.target as HTMLElement).closest<HTMLElement>('.mention[data-user-id]');
  const { userId } = mention?.dataset ?? {};
  if (!userId) return;
  event.preventDefault();
  event.stopPropagation();
  panel.show({ kind: 'profile', userId });
}

/** Links, mentions and buttons of a row can be reached by Tab only while the row has the focus. */
export function reachable(row: HTMLElement, on: boolean): void {
  for (const one of row.querySelectorAll<HTMLElement>('.message-text :is(a, .mention[role], button), [data-tab]')) {
    one.tabIndex = on ? 0 : -1;
  }
}
