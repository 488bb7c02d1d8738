/** Where the keyboard is: one tab stop for a whole list, and the first thing of a region. */
import type { Action } from 'svelte/action';

const focusables = 'a[href],button:not(:disabled),input:not(:disabled),textarea:not(:disabled),select:not(:disabled),[tabindex]:not([tabindex="-1"])';

export interface Roving {
  /** Which descendants take part. */
  selector: string;
  /** Arrows that move: up and down by default. */
  direction?: 'vertical' | 'horizontal' | 'both';
  /** From the last on to the first. */
  wrap?: boolean;
}

/**
 * Roving tabindex: of the elements that match only one can be reached by Tab, the arrows, Home and End
 * go to the others. `use:roving={{ selector: 'a' }}` on the list.
 */
export const roving: Action<HTMLElement, Roving> = (list, options) => {
  let { selector, direction = 'vertical', wrap = false } = options;
  const all = () => [...list.querySelectorAll<HTMLElement>(selector)].filter((one) => one.offsetParent !== null);

  function settle(current?: HTMLElement) {
    const items = all();
    const stop = current ?? items.find((one) => one.tabIndex === 0) ?? items.find((one) => one.hasAttribute('aria-current')) ?? items[0];
    for (const item of items) item.tabIndex = item === stop ? 0 : -1;
  }
  function focusin(event: FocusEvent) {
    const item = (event.target as HTMLElement).closest<HTMLElement>(selector);
    if (item && list.contains(item)) settle(item);
  }
  function keydown(event: KeyboardEvent) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    const items = all();
    const at = items.indexOf((event.target as HTMLElement).closest<HTMLElement>(selector) as HTMLElement);
    if (at < 0) return;
    const back = direction !== 'horizontal' && event.key === 'ArrowUp' ? true : direction !== 'vertical' && event.key === 'ArrowLeft';
    const on = direction !== 'horizontal' && event.key === 'ArrowDown' ? true : direction !== 'vertical' && event.key === 'ArrowRight';
    let to = back ? at - 1 : on ? at + 1 : event.key === 'Home' ? 0 : event.key === 'End' ? items.length - 1 : -2;
    if (to === -2) return;
    to = wrap ? (to + items.length) % items.length : Math.max(0, Math.min(items.length - 1, to));
    event.preventDefault();
    items[to]?.focus();
  }

  const observer = new MutationObserver(() => settle());
  observer.observe(list, { childList: true, subtree: true });
  list.addEventListener('focusin', focusin);
  list.addEventListener('keydown', keydown);
  settle();
  return {
    update(next) {
      ({ selector, direction = 'vertical', wrap = false } = next);
      settle();
    },
    destroy() {
      observer.disconnect();
      list.removeEventListener('focusin', focusin);
      list.removeEventListener('keydown', keydown);
    },
  };
};

/** Focuses the first thing within that can be, or what carries `data-autofocus`; true if there was one. */
export function focusFirst(region: ParentNode | null): boolean {
  const target = region?.querySelector<HTMLElement>('[data-autofocus]') ?? region?.querySelector<HTMLElement>(focusables);
  target?.focus({ preventScroll: true });
  return Boolean(target);
}

/** `use:autofocus`: has the focus as soon as it is there (dialogs). */
export const autofocus: Action<HTMLElement> = (element) => {
  element.focus({ preventScroll: true });
};

/** Does a key press belong to something one writes in? Then single letters are no shortcuts. */
export function inField(event: KeyboardEvent): boolean {
  const target = event.target;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=checkbox],[type=radio],[type=button],[type=range]),textarea,select'))
  );
}
