/** What is measured in the page itself, frame by frame. */
import type { Page } from 'playwright-core';

/** What a watch has seen. */
export interface Seen {
  /** How far the row that was being read has moved at most, in px, in any frame. */
  readonly moved: number;
  /** The sum of the browser's own layout shifts, those after input too. */
  readonly shifted: number;
  /** How many frames there were. */
  readonly frames: number;
}

interface Probe {
  stop(): Seen;
}
declare global {
  interface Window {
    parlanceProbe?: Probe;
    parlanceLong?: number[];
    parlanceKeys?: number[];
  }
}

/** Watches the row in the middle of the timeline from now on: where it is in every frame. */
export async function watchReading(page: Page): Promise<() => Promise<Seen>> {
  await page.evaluate(() => {
    const feed = document.querySelector<HTMLElement>('main [role=feed]');
    const box = feed?.parentElement;
    if (!feed || !box) throw new Error('no timeline');
    const middle = box.getBoundingClientRect().top + box.clientHeight / 2;
    const rows = [...feed.querySelectorAll<HTMLElement>('[role=article]')];
    const row = rows.find((one) => one.getBoundingClientRect().bottom > middle);
    const key = row?.dataset.key;
    if (!key) throw new Error('no row');
    const top = () => feed.querySelector(`[data-key="${CSS.escape(key)}"]`)?.getBoundingClientRect().top;
    const begun = top() ?? 0;
    let [moved, frames, shifted, on] = [0, 0, 0, true];
    const shifts = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifted += (entry as PerformanceEntry & { value: number }).value;
    });
    shifts.observe({ type: 'layout-shift' });
    const look = () => {
      if (!on) return;
      frames += 1;
      moved = Math.max(moved, Math.abs((top() ?? Infinity) - begun));
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    window.parlanceProbe = {
      stop: () => {
        on = false;
        shifts.disconnect();
        return { moved, frames, shifted };
      },
    };
  });
  return () =>
    page.evaluate(async () => {
      // What was done last is drawn before it is judged.
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      return window.parlanceProbe?.stop() as Seen;
    });
}

/** Notes every task over 50 ms from now on. */
export async function watchLongTasks(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluate(() => {
    const long: number[] = (window.parlanceLong = []);
    new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
  });
  return () => page.evaluate(() => window.parlanceLong ?? []);
}

/** From each key press to the frame that shows it, in ms. */
export async function watchKeys(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluate(() => {
    const keys: number[] = (window.parlanceKeys = []);
    addEventListener(
      'keydown',
      (event) => {
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => keys.push(performance.now() - event.timeStamp);
          port2.postMessage(null);
        });
      },
      { capture: true },
    );
  });
  return () => page.evaluate(() => window.parlanceKeys ?? []);
}

/** The value below which a share of all lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}
