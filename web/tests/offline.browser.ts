/** No network: what is written waits, in order, through reloads; and goes out once, when there is one again. */
import { expect, it } from 'vitest';
import { openAs } from './kit/browser';
import { Person } from './kit/api';
import { eventually, stored } from './kit/wait';

async function two() {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const room = await ada.room('Engines');
  await grace.join(room.id);
  await ada.say(room.id, 'from before');
  const at = `#/r/${room.id}`;
  const [adas, graces] = [await openAs(ada, { at }), await openAs(grace, { at })];
  await adas.message('from before').waitFor();
  await graces.message('from before').waitFor();
  // Once it is all kept: what is shown, a moment after it came; and the app's parts, those that are loaded later too.
  await stored(adas.page, 'from before');
  await eventually(async () => expect(await adas.page.evaluate(() => Boolean(navigator.serviceWorker.controller))).toBe(true));
  return { ada, grace, room, adas, graces };
}

it('what is written offline goes out in order when the network is back', async () => {
  const { ada, room, adas, graces } = await two();
  const hint = adas.page.getByRole('status').filter({ hasText: 'You are offline.' });
  expect(await hint.count()).toBe(0);
  await adas.page.context().setOffline(true);
  await hint.waitFor();
  for (let at = 0; at < 5; at++) await adas.send(`offline ${at}`);
  // Each says that it waits.
  await eventually(async () => expect(await adas.message('offline').getByRole('img', { name: 'Being sent' }).count()).toBe(5));
  expect(await graces.message('offline').count()).toBe(0);
  await adas.page.context().setOffline(false);
  await graces.message('offline 4').waitFor();
  const { messages } = await ada.history(room.id);
  const said = messages.map(({ content }) => content).filter((text) => text.startsWith('offline'));
  expect(said.sort()).toEqual(['offline 0', 'offline 1', 'offline 2', 'offline 3', 'offline 4']);
  const order = (await graces.feed.getByRole('article').allInnerTexts()).flatMap((text) => /offline \d/.exec(text) ?? []);
  expect(order).toEqual(said.sort());
  await eventually(async () => expect(await adas.page.getByText('You are offline.').count()).toBe(0));
  await eventually(async () => expect(await adas.feed.getByRole('img', { name: 'Being sent' }).count()).toBe(0));
});

it('a reload in the middle of sending neither loses nor doubles', async () => {
  const { ada, room, adas, graces } = await two();
  // Sends are swallowed: the server has the first, the app never hears of it.
  await adas.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await adas.page.context().setOffline(true);
  await adas.page.getByText('You are offline.').first().waitFor();
  for (let at = 0; at < 3; at++) await adas.send(`kept ${at}`);
  await stored(adas.page, 'kept 2');
  await adas.page.reload();
  await adas.message('kept 2').waitFor();
  await adas.page.context().setOffline(false);
  await graces.message('kept 2').waitFor();
  // Once more, while they are on their way.
  for (let at = 3; at < 6; at++) {
    await adas.composer.fill(`kept ${at}`);
    await adas.composer.press('Enter');
  }
  await stored(adas.page, 'kept 5');
  await adas.page.reload();
  await graces.message('kept 5').waitFor();
  await adas.message('kept 5').waitFor();
  const { messages } = await ada.history(room.id);
  const said = messages.map(({ content }) => content).filter((text) => text.startsWith('kept'));
  expect([...said].sort()).toEqual([0, 1, 2, 3, 4, 5].map((at) => `kept ${at}`));
  await eventually(async () => {
    const shown = (await adas.feed.getByRole('article').allInnerTexts()).flatMap((text) => /kept \d/.exec(text) ?? []);
    expect(shown).toEqual([...said].sort());
  });
});

it('a draft survives, each room has its own', async () => {
  const ada = await Person.make('Ada');
  const [room] = [await ada.room('Engines'), await ada.room('Elsewhere')];
  const adas = await openAs(ada, { at: `#/r/${room.id}` });
  await adas.composer.fill('half a thought');
  await adas.openRoom('Elsewhere');
  expect(await adas.composer.inputValue()).toBe('');
  await adas.composer.fill('another');
  await stored(adas.page, 'half a thought');
  await stored(adas.page, 'another');
  await adas.page.reload();
  await eventually(async () => expect(await adas.composer.inputValue()).toBe('another'));
  await adas.openRoom('Engines');
  expect(await adas.composer.inputValue()).toBe('half a thought');
});
