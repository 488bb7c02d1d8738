/** Lines of a timeline that are more than text, and the ways to what can be done with a message. */
import { expect, it } from 'vitest';
import { openAs } from './kit/browser';
import { Person } from './kit/api';
import { eventually } from './kit/wait';

async function room() {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const { id } = await ada.room('Engines');
  await grace.join(id);
  return { ada, grace, id, at: `#/r/${id}` };
}

it('a place is a card that leads to a map', async () => {
  const { ada, grace, id, at } = await room();
  await grace.say(id, 'geo:52.5163,13.3777');
  await grace.say(id, 'or here: geo:48.2082,16.3738');
  const app = await openAs(ada, { at });
  const cards = app.feed.getByRole('link', { name: /^Location/ });
  await eventually(async () => expect(await cards.count()).toBe(2));
  expect(await cards.first().getAttribute('href')).toBe('https://www.openstreetmap.org/?mlat=52.5163&mlon=13.3777#map=16/52.5163/13.3777');
  expect(await cards.first().getAttribute('rel')).toContain('noreferrer');
  // What says nothing else needs no text beside the card.
  expect(await app.feed.getByText('geo:52.5163').count()).toBe(0);
  await app.feed.getByText('or here: geo:48.2082').waitFor();
});

it('comings and goings are one line, which unfolds by keyboard', async () => {
  const { ada, grace, id, at } = await room();
  const others = await Promise.all(['Alan', 'Edsger', 'Barbara'].map((name) => Person.make(name)));
  for (const one of others) await one.join(id);
  const app = await openAs(ada, { at });
  const line = app.feed.getByRole('button', { name: /joined/ });
  await line.getByText('Grace, Alan and 2 others joined').waitFor();
  // One more, while it is looked at.
  await others[0]?.call('POST', `/rooms/${id}/leave`);
  await line.getByText('Grace, Alan and 2 others joined · Alan left').waitFor();
  await line.locator('xpath=ancestor::*[@role="article"]').focus();
  await app.page.keyboard.press('Enter');
  await app.page.keyboard.press('Enter');
  await app.feed.getByText('Barbara joined', { exact: true }).waitFor();
  expect(await line.getAttribute('aria-expanded')).toBe('true');
  await app.page.keyboard.press('Enter');
  await app.feed.getByText('Barbara joined', { exact: true }).waitFor({ state: 'detached' });
  // A message ends the row of them.
  await grace.say(id, 'Welcome, all');
  await others[0]?.join(id);
  await app.feed.getByText('Alan joined', { exact: true }).waitFor();
});

it('a right click and the key for it open the same menu', async () => {
  const { ada, grace, id, at } = await room();
  await grace.say(id, 'see https://example.org/ and think');
  const app = await openAs(ada, { at });
  const items = app.page.getByRole('menuitem');
  await app.message('and think').getByText('and think').click({ button: 'right' });
  await eventually(async () => expect(await items.count()).toBeGreaterThan(8));
  expect(await items.allInnerTexts().then((all) => all.map((text) => text.split('\n')[0]))).toEqual(
    expect.arrayContaining(['Add reaction', 'Reply', 'Thread', 'Pin', 'Copy link', 'Report', 'Delete']),
  );
  await app.page.keyboard.press('Escape');
  await items.first().waitFor({ state: 'detached' });
  // Back on the message; from there by key.
  expect(await app.page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('article');
  await app.page.keyboard.press('Shift+F10');
  await items.first().waitFor();
  await eventually(async () => expect(await app.page.evaluate(() => document.activeElement?.textContent)).toContain('Add reaction'));
  await app.page.keyboard.press('ArrowDown');
  await app.page.keyboard.press('Enter');
  await app.main.getByText('Reply to Grace').waitFor();
  // A link keeps the browser's own menu.
  const prevented = await app.message('and think').getByRole('link').evaluate((link) => !link.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true })));
  expect(prevented).toBe(false);
});

it('the last message is reacted to from the text field', async () => {
  const { ada, grace, id, at } = await room();
  await grace.sayAll(id, ['the first', 'the last']);
  const app = await openAs(ada, { at });
  await app.message('the last').waitFor();
  await app.composer.focus();
  await app.page.keyboard.press('Control+Shift+Backslash');
  const search = app.page.getByRole('searchbox', { name: 'Search emoji' });
  await search.fill('party popper');
  await app.page.getByRole('button', { name: /^party popper/ }).first().click();
  await app.message('the last').getByRole('button', { name: /^🎉/ }).waitFor();
  await eventually(async () => expect(await app.composer.evaluate((one) => one === document.activeElement)).toBe(true));
});

it('who leaves a public room can take it back at once', async () => {
  const { ada, grace, id, at } = await room();
  await ada.say(id, 'Do not go');
  const app = await openAs(grace, { at: `${at}?panel=info` });
  await app.panel.getByRole('button', { name: 'Leave room' }).click();
  const toast = app.toast('You left Engines');
  await toast.waitFor();
  await app.room('Engines').waitFor({ state: 'detached' });
  await toast.getByRole('button', { name: 'Rejoin' }).click();
  await app.heading('Engines').waitFor();
  await app.message('Do not go').waitFor();
  await app.send('Here I am again');
  // Whoever owns the room must hand it over first.
  const adas = await openAs(ada, { at: `${at}?panel=info` });
  await adas.panel.getByRole('button', { name: 'Leave room' }).click();
  await adas.dialog.getByRole('button').first().waitFor();
});
