/** Puts a popover beside what opened it: below (or above where there is no room), within the window. */
export function place(popover: HTMLElement, anchor: Pick<HTMLElement, 'getBoundingClientRect'>, align: 'start' | 'end' = 'start'): void {
  const gap = 4;
  const margin = 8;
  const at = anchor.getBoundingClientRect();
  const size = popover.getBoundingClientRect();
  const wanted = align === 'end' ? at.right - size.width : at.left;
  const left = Math.max(margin, Math.min(wanted, innerWidth - size.width - margin));
  const below = at.bottom + gap;
  const above = at.top - gap - size.height;
  const top = below + size.height + margin <= innerHeight || above < margin ? Math.min(below, innerHeight - size.height - margin) : above;
  popover.style.left = `${left}px`;
  popover.style.top = `${Math.max(margin, top)}px`;
}
