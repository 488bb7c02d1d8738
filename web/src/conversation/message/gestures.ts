/** Fingers on a row: a long press opens its sheet, a swipe to the left answers. The mouse has the toolbar. */

const LONG_PRESS_MS = 450;
/** A finger never rests quite still. */
const STILL_PX = 10;
const SWIPE_PX = 64;
const PULL_MAX_PX = 88;

interface Handlers {
  press: () => void;
  /** Null: there is nothing to swipe to. */
  swipe: (() => void) | null;
}

/** For `{@attach}`; moves the element itself while it is pulled. */
export function gestures(handlers: () => Handlers) {
  return (row: HTMLElement): (() => void) => {
    let from: { x: number; y: number; id: number } | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let pulling = false;
    let long = false;

    function end(): void {
      clearTimeout(timer);
      from = null;
      if (!pulling) return;
      pulling = false;
      row.style.transition = 'transform 160ms';
      row.style.transform = '';
    }
    function down(event: PointerEvent): void {
      long = false;
      if (event.pointerType === 'mouse' || !event.isPrimary) return;
      from = { x: event.clientX, y: event.clientY, id: event.pointerId };
      timer = setTimeout(() => {
        end();
        long = true;
        navigator.vibrate?.(8);
        handlers().press();
      }, LONG_PRESS_MS);
    }
    function move(event: PointerEvent): void {
      if (!from || event.pointerId !== from.id) return;
      const x = event.clientX - from.x;
      const y = event.clientY - from.y;
      if (Math.hypot(x, y) > STILL_PX) clearTimeout(timer);
      if (!pulling && Math.abs(y) > STILL_PX) return end();
      if (x > -STILL_PX || !handlers().swipe) return;
      pulling = true;
      row.style.transition = 'none';
      row.style.transform = `translateX(${Math.max(-PULL_MAX_PX, x + STILL_PX)}px)`;
    }
    function up(event: PointerEvent): void {
      const swiped = pulling && from !== null && event.clientX - from.x < -SWIPE_PX;
      end();
      if (swiped) handlers().swipe?.();
    }
    // The press that opened the sheet must not also follow a link under the finger.
    function click(event: MouseEvent): void {
      if (!long) return;
      long = false;
      event.preventDefault();
      event.stopPropagation();
    }
    function menu(event: Event): void {
      if (long || from) event.preventDefault();
    }
    row.addEventListener('pointerdown', down);
    row.addEventListener('pointermove', move);
    row.addEventListener('pointerup', up);
    row.addEventListener('pointercancel', end);
    row.addEventListener('click', click, true);
    row.addEventListener('contextmenu', menu);
    return () => {
      clearTimeout(timer);
      row.removeEventListener('pointerdown', down);
      row.removeEventListener('pointermove', move);
      row.removeEventListener('pointerup', up);
      row.removeEventListener('pointercancel', end);
      row.removeEventListener('click', click, true);
      row.removeEventListener('contextmenu', menu);
    };
  };
}
