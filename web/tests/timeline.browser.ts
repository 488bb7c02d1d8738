/**
 * The timeline does not jump: what is being read stays where it is, in every frame, whatever comes above or
 * below. And it stays quick. Figures go to the console; what is judged is px, counts and ratios.
 */
import { expect, it } from 'vitest';
import type { App } from './kit/app';
import { openAs } from './kit/browser';
import { Person } from './kit/api';
import { png } from './kit/pictures';
import { percentile, watchKeys, watchLongTasks, watchReading } from './kit/probe';
import { eventually } from './kit/wait';

/** With `FIGURES=1` the rooms are as large as the requirements say; the tests themselves need less. */
const full = Boolean(process.env.FIGURES);
const report = (text: string) => console.log(`figure: ${text}`);
/** Lines of very different heights. */
const lines = (count: number) => Array.from({ length: count }, (_, at) => `line ${at} ${'and more words '.repeat((at * 7) % 40)}`);

async function filled(count: number): Promise<{ ada: Person; grace: Person; roomId: string }> {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const { id } = await ada.room('Long room');
  await grace.join(id);
  const texts = lines(count);
  await Promise.all([0, 1, 2, 3].map(async (part) => (part % 2 ? ada : grace).sayAll(id, texts.filter((_, at) => at % 4 === part))));
  return { ada, grace, roomId: id };
}

const box = (app: App) => app.feed.locator('..');
/** Which row is the first that is drawn. */
const firstRow = (app: App) => app.feed.getByRole('article').first().getAttribute('data-key');

it('history that is put above moves nothing', async () => {
  const { ada, roomId } = await filled(220);
  const app = await openAs(ada, { at: `#/r/${roomId}` });
  await app.feed.getByRole('article').last().waitFor();
  // Older pages wait until the reader has stopped, so that nothing but their coming can move a line.
  const waiting: (() => void)[] = [];
  await app.page.route(/\/messages\?.*before=/, async (route) => {
    await new Promise<void>((go) => waiting.push(go));
    await route.continue();
  });
  // Near the beginning of what is there, as it happens when one reads; and at the very beginning, where one waits.
  for (const place of ['near', 'at'] as const) {
    await box(app).hover();
    await eventually(async () => {
      const above = await box(app).evaluate((one) => one.scrollTop);
      if (place === 'at' || waiting.length === 0 || above > 800) await app.page.mouse.wheel(0, place === 'at' ? -1500 : -200);
      expect(waiting.length).toBeGreaterThan(0);
      expect(above).toBeLessThanOrEqual(place === 'at' ? 1 : 800);
    });
    // Settled: two frames in the same place.
    await eventually(async () => {
      const [one, two] = await box(app).evaluate(async (b) => {
        const first = b.scrollTop;
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        return [first, b.scrollTop] as const;
      });
      expect(one).toBe(two);
    });
    const before = await firstRow(app);
    const stop = await watchReading(app.page);
    // Only these: one that is asked for next waits for the next place.
    for (const go of waiting.splice(0)) go();
    await eventually(async () => expect(await firstRow(app)).not.toBe(before));
    const seen = await stop();
    report(`prepend, ${place} the beginning: moved ${seen.moved.toFixed(2)} px in ${seen.frames} frames, layout shift ${seen.shifted}`);
    expect(seen.moved).toBeLessThanOrEqual(2);
    // At the very beginning what shows that more is coming gives way, which the browser counts.
    if (place === 'near') expect(seen.shifted).toBe(0);
  }
});

it('pictures that load move nothing', async () => {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const { id } = await ada.room('Pictures');
  await grace.join(id);
  for (let at = 0; at < 8; at++) {
    await grace.sendFile(id, `picture ${at}.png`, png(300 + at * 60, 900 - at * 90, at), 'image/png');
    await grace.say(id, `after picture ${at}`);
  }
  // Whoever writes has read what was before, so the room opens at its end.
  await ada.say(id, 'I have seen them');
  let hold = true;
  const waiting: (() => void)[] = [];
  const app = await openAs(ada, {});
  await app.page.route(/\/attachments\//, async (route) => {
    if (hold) await new Promise<void>((go) => waiting.push(go));
    await route.continue();
  });
  await app.go(`/r/${id}`);
  await app.message('I have seen them').waitFor();
  await eventually(async () => expect(waiting.length).toBeGreaterThan(0));
  await app.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const stop = await watchReading(app.page);
  hold = false;
  for (const go of waiting) go();
  await eventually(async () =>
    expect(await app.feed.locator('img').evaluateAll((all) => all.filter((one) => (one as HTMLImageElement).src.startsWith('blob:') && (one as HTMLImageElement).complete).length)).toBeGreaterThan(1),
  );
  const seen = await stop();
  report(`pictures: moved ${seen.moved.toFixed(2)} px, layout shift ${seen.shifted}`);
  expect(seen.moved).toBeLessThanOrEqual(2);
  expect(seen.shifted).toBe(0);
});

it('reactions above move nothing, and at the end one stays at the end', async () => {
  const { ada, grace, roomId } = await filled(60);
  const { messages } = await grace.history(roomId);
  const app = await openAs(ada, { at: `#/r/${roomId}` });
  await app.feed.getByRole('article').last().waitFor();
  await box(app).evaluate((one) => (one.scrollTop -= 900));
  await eventually(async () => expect(await app.feed.getByRole('article').count()).toBeGreaterThan(5));
  // Those that are drawn above what is seen: what is seen itself has to make room for its own.
  const texts = await app.feed.getByRole('article').evaluateAll((all) => {
    const edge = all[0]?.closest('[role=feed]')?.parentElement?.getBoundingClientRect().top ?? 0;
    return all.filter((one) => one.getBoundingClientRect().bottom < edge).map((one) => one.textContent ?? '');
  });
  expect(texts.length).toBeGreaterThan(3);
  const shown = new Set(texts.flatMap((text) => /line \d+ /.exec(text) ?? []));
  const drawn = messages.filter(({ content }) => shown.has(/line \d+ /.exec(content)?.[0] ?? ''));
  const stop = await watchReading(app.page);
  for (const message of drawn.slice(0, 30)) await grace.call('POST', `/messages/${message.id}/reactions`, { emoji: '🎉' });
  await eventually(async () => expect(await app.feed.getByRole('button', { name: /🎉/ }).count()).toBeGreaterThan(3));
  const seen = await stop();
  report(`reactions: moved ${seen.moved.toFixed(2)} px`);
  expect(seen.moved).toBeLessThanOrEqual(2);

  await box(app).evaluate((one) => (one.scrollTop = one.scrollHeight));
  const fromEnd = () => box(app).evaluate((one) => one.scrollHeight - one.clientHeight - one.scrollTop);
  await eventually(async () => expect(await fromEnd()).toBeLessThanOrEqual(2));
  const last = (await grace.history(roomId)).messages.find(({ content }) => content.startsWith('line 59')) ?? messages[0];
  await grace.call('POST', `/messages/${last?.id}/reactions`, { emoji: '🚀' });
  await grace.say(roomId, 'and one more');
  await app.message('and one more').waitFor();
  await eventually(async () => expect(await fromEnd()).toBeLessThanOrEqual(2));
});

it('a thousand messages arrive in the open room without a hiccup', async () => {
  const [ada, ...others] = await Promise.all(['Ada', 'Grace', 'Alan', 'Edsger', 'Barbara'].map((name) => Person.make(name)));
  if (!ada) return;
  const { id } = await ada.room('Busy room');
  await Promise.all(others.map((one) => one.join(id)));
  const app = await openAs(ada, { at: `#/r/${id}` });
  await app.heading('Busy room').waitFor();
  await app.composer.waitFor();
  const stop = await watchLongTasks(app.page);
  const each = full ? 250 : 50;
  await Promise.all(others.map((one) => one.sayAll(id, lines(each).map((text) => `${one.name}: ${text.slice(0, 120)}`))));
  await others[0]?.say(id, 'that was all');
  await app.message('that was all').waitFor();
  const long = await stop();
  const drawn = await app.feed.getByRole('article').count();
  report(`${each * others.length} messages arrived: ${long.length} long tasks (${long.map((ms) => Math.round(ms)).join(', ')} ms), ${drawn} rows drawn`);
  expect(drawn).toBeLessThan(300);
  // How long a task takes depends on the machine: it fails only where it is measured on purpose.
  if (full) expect(long.filter((ms) => ms > 50).length).toBe(0);
});

it('going to a room that was seen, and typing in a long one, take a frame or few', async () => {
  const { ada, roomId } = await filled(full ? 10_000 : 200);
  const other = await ada.room('Other room');
  await ada.sayAll(other.id, lines(30));
  const app = await openAs(ada, { at: `#/r/${roomId}` });
  await app.feed.getByRole('article').last().waitFor();
  await app.openRoom('Other room');
  await app.message('line 29').waitFor();
  const took: number[] = [];
  for (let round = 0; round < 6; round++) {
    const name = round % 2 ? 'Other room' : 'Long room';
    took.push(
      await app.room(name).evaluate(async (link, wanted) => {
        const begun = performance.now();
        (link as HTMLElement).click();
        for (;;) {
          await new Promise((done) => requestAnimationFrame(done));
          if (document.querySelector('main h1')?.textContent?.trim() === wanted && document.querySelectorAll('main [role=article]').length > 5) break;
        }
        return performance.now() - begun;
      }, name),
    );
  }
  report(`room switch from the cache: ${took.map((ms) => ms.toFixed(0)).join(', ')} ms`);

  await app.openRoom('Long room');
  // Everything there is, as somebody would load it: by scrolling up.
  await eventually(async () => {
    await box(app).evaluate((one) => (one.scrollTop = 0));
    expect(await app.message('line 0 ').count()).toBe(1);
  }, undefined, full ? 600_000 : 40_000);
  const keys = await watchKeys(app.page);
  await app.composer.click();
  await app.page.keyboard.type('What one writes is there at once, in a long room too. ', { delay: 20 });
  await app.page.keyboard.type('What one writes is there at once, in a long room too. ', { delay: 20 });
  const times = await keys();
  report(`${times.length} key presses: p50 ${percentile(times, 0.5).toFixed(1)} ms, p95 ${percentile(times, 0.95).toFixed(1)} ms to the frame`);
  expect(times.length).toBeGreaterThan(100);
}, 900_000);
