/** Files: small ones in a form, large ones by a signed address of another origin, which the page's policy must allow. */
import { expect, it } from 'vitest';
import { openAs } from './kit/browser';
import { Person } from './kit/api';
import { png } from './kit/pictures';
import { eventually } from './kit/wait';

it('a small picture and a large file are sent, seen', async () => {
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
    { name: 'large.png', mimeType: 'image/png', buffer: Buffer.from(png(1600, 1100, 0, true)) },
  ]);
  await adas.composer.fill('two files');
  const send = adas.main.getByRole('button', { name: 'Send', exact: true });
  await eventually(async () => expect((await send.isEnabled()) && (await adas.main.getByText(/Being checked/).count()) === 0).toBe(true), undefined, 40_000);
  await eventually(async () => {
    if (await adas.composer.inputValue()) await send.click();
    expect(await adas.composer.inputValue()).toBe('');
  }, undefined, 40_000);
  await graces.message('two files').waitFor({ timeout: 40_000 });
  expect(new Set(signed).size, 'uploads by signed address').toBe(1);
  await eventually(async () => expect(await graces.message('two files').locator('img[src^="blob:"]').count()).toBe(2), undefined, 40_000);
}, 120_000);
