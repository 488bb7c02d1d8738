/** The main ways through the app with the keyboard alone: no press of a pointer anywhere. */
import { expect, it } from 'vitest';
import type { App } from './kit/app';
import { openAs, visit } from './kit/browser';
import { password, Person, unique } from './kit/api';
import { eventually } from './kit/wait';

const press = (app: App, ...keys: string[]) => keys.reduce<Promise<void>>((before, key) => before.then(() => app.page.keyboard.press(key)), Promise.resolve());
/** What has the focus, by its name or text. */
const focused = (app: App) => app.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent?.trim() ?? '');
/** Tab until something has the focus; everything that can be reached is reached within so many. */
async function tabTo(app: App, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if (name.test(await focused(app))) return;
    await press(app, 'Tab');
  }
  throw new Error(`${name} cannot be reached; ${await focused(app)} can`);
}

it('signing up, a room, a message', async () => {
  const app = await visit();
  await app.page.getByRole('heading', { name: 'Sign in to Parlance' }).waitFor();
  await tabTo(app, /^Create account$/);
  await press(app, 'Enter');
  await app.page.getByRole('heading', { name: 'Create your account' }).waitFor();
  // The first field has the focus.
  await eventually(async () => expect(await app.page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT'));
  await app.page.keyboard.type(unique('ada'));
  await press(app, 'Tab');
  await app.page.keyboard.type(password);
  await press(app, 'Enter');
  await app.nav.waitFor();
  await tabTo(app, /^Create or find a room$/);
  await press(app, 'Enter');
  await app.page.getByRole('menuitem', { name: 'Create room' }).waitFor();
  await eventually(async () => expect(await focused(app)).toContain('Create room'));
  await press(app, 'Enter');
  await app.dialog.getByLabel('Name', { exact: true }).waitFor();
  await app.page.keyboard.type('By keyboard');
  await press(app, 'Enter');
  await app.heading('By keyboard').waitFor();
  // Whoever comes into a room can write at once.
  await eventually(async () => expect(await app.composer.evaluate((one) => one === document.activeElement)).toBe(true));
  await app.page.keyboard.type('Hello');
  await press(app, 'Shift+Enter');
  await app.page.keyboard.type('in two lines');
  await press(app, 'Enter');
  await app.message('in two lines').waitFor();
  expect(await app.composer.inputValue()).toBe('');
});

it('to another room, through messages, and what one does with them', async () => {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const [engines] = [await ada.room('Engines'), await ada.room('Kitchen')];
  await grace.join(engines.id);
  await grace.sayAll(engines.id, ['the first', 'the second', 'the third']);
  const app = await openAs(ada, { at: '#/' });
  await app.room('Kitchen').waitFor();
  await press(app, 'Control+k');
  await app.dialog.waitFor();
  await app.page.keyboard.type('engi');
  await app.dialog.getByRole('option', { name: /Engines/ }).first().waitFor();
  await press(app, 'Enter');
  await app.message('the third').waitFor();

  // ↑ in an empty field edits one's own last message; there is none yet.
  await eventually(async () => expect(await app.composer.evaluate((one) => one === document.activeElement)).toBe(true));
  await app.page.keyboard.type('mine');
  await press(app, 'Enter');
  await app.message('mine').waitFor();
  const edit = app.main.getByRole('textbox', { name: 'Edit message' });
  // What is still on its way cannot be edited yet.
  await eventually(async () => {
    await press(app, 'ArrowUp');
    expect(await edit.isVisible()).toBe(true);
  });
  await app.page.keyboard.type(' and changed');
  await press(app, 'Enter');
  await app.message('mine and changed').waitFor();
  await eventually(async () => expect(await app.composer.evaluate((one) => one === document.activeElement)).toBe(true));

  // Into the messages, up two, and a reply with one letter.
  await press(app, 'Shift+Tab');
  await eventually(async () => {
    if (!/article/.test(await app.page.evaluate(() => document.activeElement?.getAttribute('role') ?? ''))) await press(app, 'Shift+Tab');
    expect(await app.page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('article');
  });
  await press(app, 'End', 'ArrowUp', 'ArrowUp');
  await eventually(async () => expect(await focused(app)).toContain('the second'));
  await press(app, 'r');
  await app.main.getByText('Reply to Grace').waitFor();
  await app.page.keyboard.type('an answer');
  await press(app, 'Enter');
  await app.message('an answer').waitFor();

  await press(app, 'Alt+ArrowDown');
  await app.heading('Kitchen').waitFor();
  await press(app, 'Alt+ArrowUp');
  await app.heading('Engines').waitFor();

  await press(app, 'Control+Shift+i');
  await app.panel.waitFor();
  await press(app, 'Control+.');
  await app.panel.waitFor({ state: 'hidden' });
  await press(app, 'Control+/');
  await app.dialog.getByRole('heading').first().waitFor();
  await press(app, 'Escape');
  await app.dialog.waitFor({ state: 'hidden' });

  await press(app, 'Control+Shift+m');
  await app.page.getByRole('heading', { name: 'Notifications' }).waitFor();
  await press(app, 'Control+Shift+f');
  await app.page.getByRole('searchbox').waitFor();
  await eventually(async () => expect(await app.page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('search'));
  await app.page.keyboard.type('second');
  const results = app.page.getByRole('list', { name: 'Results' });
  await results.getByRole('link').first().waitFor();
  await tabTo(app, /^Grace/);
  await press(app, 'Enter');
  await app.message('the second').first().waitFor();
});
