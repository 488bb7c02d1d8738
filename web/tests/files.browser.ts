/** Files: small ones in a form, large ones by a signed address of another origin, which the page's policy must allow. */
import { expect, it } from 'vitest';
import { openAs } from './kit/browser';
import { Person } from './kit/api';
import { png } from './kit/pictures';
import { eventually } from './kit/wait';

it('a small picture and a large file are sent, seen and saved', async () => {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const room = await ada.room('Engines');
  await grace.join(room.id);
  const at = `#/r/${room.id}`;
  const [adas, graces] = [await openAs(ada, { at }), await openAs(grace, { at })];
  await adas.composer.waitFor();
  await graces.composer.waitFor();
  const signed: string[] = [];
  adas.page.on('request', (request) => request.method() === 'PUT' && signed.push(new URL(request.url()).origin));
  await adas.page.locator('main input[type=file]').first().setInputFiles([
    { name: 'plan.png', mimeType: 'image/png', buffer: Buffer.from(png(200, 120)) },
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.alloc(6_000_000, 'all work and no play\n') },
  ]);
  await adas.composer.fill('two files');
  const send = adas.main.getByRole('button', { name: 'Send', exact: true });
  await eventually(async () => expect(await send.isEnabled()).toBe(true), undefined, 40_000);
  await eventually(async () => {
    if (await adas.composer.inputValue()) await send.click();
    expect(await adas.composer.inputValue()).toBe('');
  }, undefined, 40_000);
  await graces.message('two files').waitFor({ timeout: 40_000 });
  expect(new Set(signed).size, 'uploads by signed address').toBe(1);
  await eventually(async () => expect(await graces.message('two files').locator('img[src^="blob:"]').count()).toBe(1));
  const [download] = await Promise.all([graces.page.waitForEvent('download'), graces.message('two files').getByRole('button', { name: /notes\.txt/ }).or(graces.message('two files').getByRole('link', { name: /notes\.txt/ })).first().click()]);
  expect(download.suggestedFilename()).toBe('notes.txt');
}, 120_000);
