/** Files: small ones in a form, large ones by a signed address of another origin, which the page's policy must allow. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
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

/** Sound of 16 bits at 8 kHz. */
function wav(samples: Buffer): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  for (const [at, value] of [[20, 1], [22, 1], [32, 2], [34, 16]] as const) head.writeUInt16LE(value, at);
  for (const [at, value] of [[24, 8000], [28, 16_000], [40, samples.length]] as const) head.writeUInt32LE(value, at);
  head.write('data', 36);
  return Buffer.concat([head, samples]);
}

it('a file is saved with its name, byte by byte', async () => {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const room = await ada.room('Engines');
  await grace.join(room.id);
  const bytes = wav(randomBytes(20_000));
  await grace.sendFile(room.id, 'Öl & water (1).wav', bytes, 'audio/wav');
  const app = await openAs(ada, { at: `#/r/${room.id}`, acceptDownloads: true });
  const [download] = await Promise.all([app.page.waitForEvent('download'), app.feed.getByRole('button', { name: 'Save Öl & water (1).wav' }).click()]);
  expect(download.suggestedFilename()).toBe('Öl & water (1).wav');
  expect(Buffer.compare(readFileSync(await download.path()), bytes)).toBe(0);
});
