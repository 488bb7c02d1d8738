/**
 * Every screen on a phone, a tablet and a desktop, light and dark: a picture of each goes to `shots/`, and axe
 * finds nothing to object to.
 */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { App } from './kit/app';
import { openAs, shots, visit, type Size } from './kit/browser';
import { Person } from './kit/api';
import { violations } from './kit/axe';
import { png } from './kit/pictures';
import { eventually } from './kit/wait';

/** Another one with `SHOTS=desktop,phone`, to look at some only. */
const sizes = (process.env.SHOTS?.split(',') ?? ['desktop', 'phone', 'tablet']) as Size[];
let ada: Person;
let roomId: string;
let threadId: string;
let graceId: string;
let invite: string;

/** A house that looks lived in. */
beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  const [me, grace, alan, mallory] = (await Promise.all(['Ada Lovelace', 'Grace Hopper', 'Alan Turing', 'Mallory'].map((name) => Person.make(name)))) as [Person, Person, Person, Person];
  ada = me;
  graceId = grace.id;
  const engines = await ada.room('Engines', 'public', 'How to build one that computes');
  roomId = engines.id;
  const tea = await grace.room('Tea and cake', 'public', 'Every day at four');
  const secret = await ada.room('Planning', 'private');
  for (const one of [grace, alan, mallory]) await one.join(roomId);
  await ada.join(tea.id);
  await ada.say(roomId, 'Good morning! The **mill** is ready, see the [plan](https://example.org/plan).');
  const root = await grace.say(roomId, `Splendid, @${ada.username}. How many columns of figures does it hold?`);
  threadId = root.id;
  await ada.say(roomId, 'A thousand, of fifty digits each.', { parent_message_id: root.id });
  await alan.say(roomId, 'Is that enough for every computable number?', { parent_message_id: root.id });
  await alan.say(roomId, '```rust\nfn main() {\n    println!("{}", (1..=7).product::<u32>());\n}\n```');
  await alan.say(roomId, '> it can do whatever we know how to order it to perform\n\nThat is the question, is it not?\n\n1. orders\n2. numbers\n3. patience');
  await grace.sendFile(roomId, 'mill.png', png(640, 400, 3), 'image/png');
  const bad = await mallory.say(roomId, 'Buy cheap wheels!!!');
  await grace.call('POST', `/messages/${bad.id}/report`, { reason: 'spam', comment: 'The third time today.' });
  for (const [who, emoji] of [[grace, '👍'], [alan, '👍'], [alan, '🎉']] as const) await who.call('POST', `/messages/${root.id}/reactions`, { emoji });
  await ada.call('PUT', `/rooms/${roomId}/pins/${root.id}`);
  await grace.say(tea.id, 'There is lemon cake today.');
  const direct = await grace.direct(ada.id);
  await grace.say(direct.id, 'Do you have a minute?');
  await ada.say(secret.id, 'Notes for myself.');
  invite = ((await ada.call('POST', `/rooms/${roomId}/invites`, {})) as { code: string }).code;
});

/** Name, address, and what must be there before the picture is taken. */
const screens: [string, () => string, (app: App) => Promise<unknown>][] = [
  ['start', () => '#/', (app) => app.room('Engines').waitFor()],
  ['room', () => `#/r/${roomId}`, (app) => app.message('Good morning!').waitFor()],
  ['thread', () => `#/r/${roomId}/t/${threadId}`, (app) => app.panel.getByText('every computable number').waitFor()],
  ['room-info', () => `#/r/${roomId}?panel=info`, (app) => app.panel.getByRole('heading').first().waitFor()],
  ['members', () => `#/r/${roomId}?panel=members`, (app) => app.panel.getByText('Alan Turing').first().waitFor()],
  ['pins', () => `#/r/${roomId}?panel=pins`, (app) => app.panel.getByText('Splendid').waitFor()],
  ['profile', () => `#/r/${roomId}?panel=profile:${graceId}`, (app) => app.panel.getByText('Grace Hopper').first().waitFor()],
  ['search', () => '#/search?q=mill', (app) => eventually(async () => expect(await app.page.getByRole('list', { name: 'Results' }).getByRole('article').count()).toBeGreaterThan(0))],
  ['notifications', () => '#/notifications', (app) => app.page.getByRole('list', { name: 'Notifications' }).getByRole('article').first().waitFor()],
  ['moderation', () => `#/moderation?room=${roomId}`, (app) => app.page.getByRole('list', { name: 'Reports' }).getByRole('article').first().waitFor()],
  ['browse', () => '#/browse', (app) => app.main.getByText('Tea and cake').first().waitFor()],
  ['settings', () => '#/settings', (app) => app.main.getByRole('heading', { level: 1 }).waitFor()],
  ...['profile', 'appearance', 'notifications', 'devices', 'account'].map(
    (page): (typeof screens)[number] => [`settings-${page}`, () => `#/settings/${page}`, (app) => app.main.getByRole('heading').first().waitFor()],
  ),
  ['invite', () => `#/invite/${invite}`, (app) => app.main.getByRole('heading').first().waitFor()],
  ['unknown', () => '#/nowhere', (app) => app.main.getByRole('heading').first().waitFor()],
];
const dialogs: [string, (app: App) => Promise<unknown>][] = [
  ['switcher', (app) => app.page.keyboard.press('Control+K')],
  ['shortcuts', (app) => app.page.keyboard.press('Control+/')],
  ['create-room', async (app) => {
    await app.nav.getByRole('button', { name: 'Create or find a room' }).click();
    await app.page.getByRole('menuitem', { name: 'Create room' }).click();
  }],
  ['direct', (app) => app.nav.getByRole('button', { name: 'New direct message' }).first().click()],
];

async function settled(app: App): Promise<void> {
  // Pictures and fonts are there, nothing moves any more.
  await app.page.evaluate(async () => {
    await Promise.all(document.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations !== Infinity).map((one) => one.finished.catch(() => undefined)));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
}

async function judge(app: App, name: string, found: string[]): Promise<void> {
  await settled(app);
  await app.page.screenshot({ path: resolve(shots, `${name}.png`) });
  found.push(...(await violations(app.page)).map((text) => `${name}: ${text}`));
}

describe.each(sizes)('%s', (size) => {
  it.each(['light', 'dark'] as const)('every screen, in %s, has nothing that axe finds', async (colorScheme) => {
    const found: string[] = [];
    const named = (name: string) => `${size}-${colorScheme}-${name}`;
    const door = await visit({ size, colorScheme });
    await door.page.getByRole('heading', { name: 'Sign in to Parlance' }).waitFor();
    await judge(door, named('sign-in'), found);
    await door.page.getByRole('link', { name: 'Create account' }).click();
    await door.page.getByRole('heading', { name: 'Create your account' }).waitFor();
    await judge(door, named('register'), found);
    await door.page.context().close();

    const app = await openAs(ada, { size, colorScheme });
    for (const [name, path, ready] of screens) {
      await app.go(path());
      await ready(app).catch((reason: unknown) => found.push(`${named(name)}: not there: ${String(reason).slice(0, 200)}`));
      await judge(app, named(name), found);
    }
    if (size === 'desktop') {
      await app.go(`/r/${roomId}`);
      await app.message('Good morning!').waitFor();
      for (const [name, open] of dialogs) {
        await open(app);
        await app.dialog.first().waitFor();
        await judge(app, named(name), found);
        await app.page.keyboard.press('Escape');
        await app.dialog.first().waitFor({ state: 'hidden' });
      }
    }
    expect(found).toEqual([]);
  }, 240_000);
});
