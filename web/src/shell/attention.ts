/** Tells the others whether somebody is here: away after five minutes without a touch, a key or a movement. */
import type { Chat } from '../model/contract';

const AWAY_MS = 5 * 60_000;
/** Movements come many times a second; one of them is enough. */
const OFTEN_MS = 1_000;
const SIGNS = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart', 'focus'] as const;

/** Watches the window until the returned function is called. */
export function watchAttention(chat: Pick<Chat, 'setAttention'>, page: EventTarget = window): () => void {
  let seenAt = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const seen = () => {
    if (Date.now() - seenAt < OFTEN_MS) return;
    seenAt = Date.now();
    clearTimeout(timer);
    timer = setTimeout(() => chat.setAttention(false), AWAY_MS);
    chat.setAttention(true);
  };
  seen();
  for (const sign of SIGNS) page.addEventListener(sign, seen, { capture: true, passive: true });
  return () => {
    clearTimeout(timer);
    for (const sign of SIGNS) page.removeEventListener(sign, seen, { capture: true });
  };
}
