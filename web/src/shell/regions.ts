import { focusFirst } from '../ui/focus';

/** Is there a keyboard, as far as one can tell? A touch device would put its own over half the window. */
const keyboard = () => matchMedia('(hover: hover) and (pointer: fine)').matches;

/**
 * Puts the focus where a page begins: the composer of a room (not where that would raise a keyboard on
 * the glass), else its main heading. A page that is still being fetched gets it when it is there.
 */
export function focusMain(): void {
  const main = document.getElementById('main');
  if (!main) return;
  const deadline = performance.now() + 3000;
  const seek = () => {
    // Whoever has gone on elsewhere meanwhile is not called back.
    const active = document.activeElement;
    if (document.querySelector('dialog[open]') || (active && main.contains(active) && active !== main)) return;
    const composer = keyboard() ? main.querySelector<HTMLElement>('[data-composer] textarea, [data-composer] [contenteditable], textarea') : null;
    const heading = main.querySelector<HTMLElement>('h1');
    const target = composer ?? heading;
    if (target) {
      if (target === heading) heading.tabIndex = -1;
      target.focus({ preventScroll: true });
    } else if (performance.now() < deadline) {
      if (active !== main) main.focus({ preventScroll: true });
      setTimeout(seek, 50);
    }
  };
  seek();
}

/** F6: on to the next region of the window (rooms, page, panel), Shift+F6 to the one before. */
export function cycleRegions(backwards: boolean): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter((one) => !one.inert && one.offsetParent !== null);
  if (regions.length === 0) return;
  const at = regions.findIndex((one) => one.contains(document.activeElement));
  const next = regions[(at + (backwards ? -1 : 1) + regions.length) % regions.length];
  if (!next) return;
  const remembered = next.querySelector<HTMLElement>('[aria-current]') ?? next.querySelector<HTMLElement>('textarea');
  if (remembered) remembered.focus();
  else if (!focusFirst(next)) next.focus();
}

/** To the field one writes in, if there is one. */
export function focusComposer(): void {
  document.querySelector<HTMLElement>('#main [data-composer] textarea, #main [data-composer] [contenteditable], #main textarea')?.focus();
}
