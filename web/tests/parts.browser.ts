/** Parts that people meet everywhere: the emoji picker, dropping and pasting, panels, the phone's panes. */
import { expect, it } from 'vitest';
import { Person } from './kit/api';
import { openAs } from './kit/browser';
import { png } from './kit/pictures';
import { eventually } from './kit/wait';

it('an emoji is searched, picked and stands in the text', async () => {
  const ada = await Person.make('Ada');
  const room = await ada.room('Engines');
  const app = await openAs(ada, { at: `#/r/${room.id}` });
  await app.composer.fill('Done ');
  await app.main.getByRole('button', { name: 'Emoji', exact: true }).click();
  const search = app.page.getByRole('searchbox', { name: 'Search emoji' });
  await search.fill('party popper');
  await app.page.getByRole('button', { name: /^party popper/ }).first().click();
  await eventually(async () => expect(await app.composer.inputValue()).toContain('🎉'));
});

it('files are dropped and pasted', async () => {
  const ada = await Person.make('Ada');
  const room = await ada.room('Engines');
  const app = await openAs(ada, { at: `#/r/${room.id}` });
  await app.composer.waitFor();
  const picture = Buffer.from(png(40, 30)).toString('base64');
  for (const kind of ['drop', 'paste']) {
    await app.composer.evaluate((box, [how, base64]) => {
      const bytes = Uint8Array.from(atob(base64 ?? ''), (letter) => letter.charCodeAt(0));
      const files = new DataTransfer();
      files.items.add(new File([bytes], `${how}.png`, { type: 'image/png' }));
      const options = { bubbles: true, cancelable: true };
      if (how === 'paste') return box.dispatchEvent(new ClipboardEvent('paste', { ...options, clipboardData: files }));
      for (const type of ['dragenter', 'dragover', 'drop']) box.dispatchEvent(new DragEvent(type, { ...options, dataTransfer: files }));
    }, [kind, picture] as const);
    await app.main.getByText(`${kind}.png`).first().waitFor();
  }
});

it('a person has a panel, and from there a conversation', async () => {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const room = await ada.room('Engines');
  await grace.join(room.id);
  await grace.say(room.id, 'Here I am');
  const app = await openAs(ada, { at: `#/r/${room.id}` });
  await app.message('Here I am').getByRole('button', { name: 'Grace' }).first().click();
  await app.panel.getByRole('heading', { name: 'Grace' }).waitFor();
  await app.panel.getByRole('button', { name: 'Message' }).click();
  await app.heading('Grace').waitFor();
});

it('on the phone there is one pane at a time, and the way back', async () => {
  const ada = await Person.make('Ada');
  await ada.room('Engines');
  const app = await openAs(ada, { size: 'phone' });
  await app.openRoom('Engines');
  await app.composer.waitFor();
  // The list lies under the room, out of reach.
  const covered = () => app.page.locator('#nav').evaluate((nav) => (nav as HTMLElement).inert);
  expect(await covered()).toBe(true);
  await app.main.getByRole('button', { name: 'Back' }).or(app.main.getByRole('link', { name: 'Back' })).first().click();
  await eventually(async () => expect(await covered()).toBe(false));
  await app.room('Engines').waitFor();
  expect(await app.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
});
