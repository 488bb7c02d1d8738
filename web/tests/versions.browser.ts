/** A new version of the app: offered, taken over, beside the old one; and parts that cannot be loaded. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, inject, it } from 'vitest';
import type { Page } from 'playwright-core';
import type { App } from './kit/app';
import { openAs, type Look } from './kit/browser';
import { Person } from './kit/api';
import { eventually } from './kit/wait';

const before = new Map<string, string>();

/** Changes a file of the app that is served, until the test is over. */
function change(name: string, how: (text: string) => string): void {
  const path = join(inject('stack').web, name);
  const text = readFileSync(path, 'utf8');
  before.set(path, before.get(path) ?? text);
  const changed = how(text);
  expect(changed, name).not.toBe(text);
  writeFileSync(path, changed);
}
afterEach(() => {
  for (const [path, text] of before) writeFileSync(path, text);
  before.clear();
});

/** What a build of changed sources comes to, as far as browsers can tell. */
function publish(worker = (text: string) => text): void {
  change('index.html', (text) => text.replace(/(name="version" content=")\w+/, '$1next'));
  change('sw.js', (text) => worker(text.replace(/version = '\w+'/, "version = 'next'")));
}

async function inRoom(look: Look = {}): Promise<App> {
  const ada = await Person.make('Ada');
  const room = await ada.room('Engines');
  await ada.say(room.id, 'from before');
  const app = await openAs(ada, { at: `#/r/${room.id}`, ...look });
  await app.message('from before').waitFor();
  return app;
}
const served = (page: Page) => eventually(async () => expect(await page.evaluate(() => Boolean(navigator.serviceWorker.controller))).toBe(true));
const version = (page: Page) => page.evaluate(() => document.querySelector<HTMLMetaElement>('meta[name=version]')?.content);
const look = (page: Page) => page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
const offer = (app: App) => app.toast('A new version of Parlance is ready.');

it('a new version is offered and taken, also in the other tab', async () => {
  const app = await inRoom();
  await served(app.page);
  const page = await app.page.context().newPage();
  await page.goto(app.page.url());
  // The new version has none of the old one's parts but those a page begins with.
  publish((text) => text.replace(/files = .*;/, 'files = ["/"];'));
  await look(app.page);
  await Promise.all([app.page.waitForEvent('load'), offer(app).getByRole('button', { name: 'Reload' }).click()]);
  await eventually(async () => expect(await version(app.page)).toBe('next'));
  await app.message('from before').waitFor();

  // The other tab is asked, and works on as the old version meanwhile, with parts it has not had yet.
  const { App } = await import('./kit/app');
  const other = new App(page);
  await other.message('from before').waitFor();
  await app.page.context().setOffline(true);
  await page.keyboard.press('Control+k');
  await other.dialog.getByRole('combobox').waitFor();
  await page.keyboard.press('Escape');
  await app.page.context().setOffline(false);
  expect(await version(page)).not.toBe('next');
  await Promise.all([page.waitForEvent('load'), offer(other).getByRole('button', { name: 'Reload' }).last().click()]);
  await eventually(async () => expect(await version(page)).toBe('next'));
});

it('a worker that is busy when the new version is asked for gives way later, and the page follows', async () => {
  // As a long answer would, until it is let go.
  change('sw.js', (text) => `${text}\nlet free;\naddEventListener('message', ({ data }) => data === 'go' && free());\naddEventListener('message', (event) => event.data === 'stay' && event.waitUntil(new Promise((done) => (free = done))));\n`);
  const app = await inRoom();
  await served(app.page);
  const post = (word: string) => app.page.evaluate((text) => navigator.serviceWorker.controller?.postMessage(text), word);
  await post('stay');
  const old = await version(app.page);
  publish();
  await look(app.page);
  await Promise.all([app.page.waitForEvent('load'), offer(app).getByRole('button', { name: 'Reload' }).click()]);
  await app.message('from before').waitFor();
  expect(await version(app.page)).toBe(old);
  await app.composer.fill('half a thought');
  await Promise.all([app.page.waitForEvent('load'), post('go')]);
  await eventually(async () => expect(await version(app.page)).toBe('next'));
  await eventually(async () => expect(await app.composer.inputValue()).toBe('half a thought'));
});

it('a part that cannot be loaded is said, and is there when it can be', async () => {
  const app = await inRoom({ serviceWorkers: 'block' });
  const parts = /\/assets\/(QuickSwitcher|BrowsePage|actions|Toolbar)-.*\.js$/;
  await app.page.route(parts, (route) => route.abort());
  await app.page.keyboard.press('Control+k');
  const said = app.toast('This part of Parlance could not be loaded.');
  await said.getByRole('button', { name: 'Reload' }).waitFor();
  // A key that needs a part is no other way to break it, and twice the same is said once.
  await app.message('from before').focus();
  await app.page.keyboard.press('r');
  await app.page.keyboard.press('Control+k');
  await eventually(async () => expect(await said.count()).toBe(1));
  await app.go('/browse');
  await app.page.getByRole('heading', { name: 'This could not be loaded' }).waitFor();
  await app.page.getByRole('button', { name: 'Try again' }).click();
  await app.main.getByRole('button', { name: 'Reload' }).waitFor();

  await app.page.unroute(parts);
  await Promise.all([app.page.waitForEvent('load'), app.main.getByRole('button', { name: 'Reload' }).click()]);
  await app.page.getByRole('heading', { name: 'Browse rooms' }).waitFor();
  await app.page.keyboard.press('Control+k');
  await app.dialog.getByRole('combobox').waitFor();
});

it('without a network, and before the parts are on the device, it is said that they come later', async () => {
  const app = await inRoom({ serviceWorkers: 'block' });
  await app.page.context().setOffline(true);
  await app.page.keyboard.press('Control+k');
  await app.toast('is not on your device yet').waitFor();
  await app.page.context().setOffline(false);
  await app.page.keyboard.press('Control+k');
  await app.dialog.getByRole('combobox').waitFor();
  // With its looks: a style that failed is asked for again.
  expect(await app.dialog.evaluate((dialog) => getComputedStyle(dialog).borderTopLeftRadius)).not.toBe('0px');
});
