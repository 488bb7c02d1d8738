/** Search, notification centre, moderation, announcer, desktop notifications, service worker. */
import { expect, inject, it } from 'vitest';
import { openAs } from './kit/browser';
import { Person } from './kit/api';
import { shown } from './kit/push';
import { eventually, stored } from './kit/wait';

/** Until the index, which follows by a second, has so many. */
const indexed = (who: Person, q: string, count: number) =>
  eventually(async () => expect((await who.call<{ results: unknown[] }>('GET', `/search?q=${q}`)).results).toHaveLength(count));

it('search: words, chips, marks, jump in context, and back to the same results', async () => {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const room = await ada.room('Tea room');
  await grace.join(room.id);
  for (let at = 0; at < 30; at++) await (at % 3 ? ada : grace).say(room.id, `kettle number ${at} <b>is</b> on`);
  await indexed(ada, 'kettle', 20);
  const app = await openAs(ada, { at: '#/search' });
  await app.page.getByRole('heading', { name: 'Find anything that was said' }).waitFor();
  await app.page.getByRole('searchbox', { name: 'Search messages' }).fill(`kettle from:${grace.username}`);
  await app.page.keyboard.press('Enter');
  const hits = app.page.getByRole('list', { name: 'Results' }).getByRole('article');
  await eventually(async () => expect(await hits.count()).toBe(10));
  await app.page.getByRole('list', { name: 'Filters' }).getByText(grace.username).waitFor();
  expect(await hits.first().locator('mark').allInnerTexts()).toEqual(['kettle']);
  // What somebody wrote is text, in the hit and around it.
  expect(await hits.first().innerText()).toContain('<b>is</b>');
  expect(await app.page.locator('article b').count()).toBe(0);

  // Without the filter there are more than a page.
  await app.page.getByRole('button', { name: /^Remove filter/ }).click();
  await eventually(async () => expect(await hits.count()).toBe(20));
  await app.page.getByRole('button', { name: 'Show more' }).click();
  await eventually(async () => expect(await hits.count()).toBe(30));
  const column = app.page.getByRole('region', { name: 'Search' });
  await column.evaluate((box) => (box.scrollTop = 1500));
  const link = hits.filter({ has: app.page.locator('.said', { hasText: 'kettle number 12 ' }) }).getByRole('link');
  await link.scrollIntoViewIfNeeded();
  const scrolled = await column.evaluate((box) => box.scrollTop);
  await link.click();
  await app.message('kettle number 12 ').waitFor();
  expect(app.page.url()).toContain(`#/r/${room.id}/m/`);
  await app.page.goBack();
  await eventually(async () => expect(await hits.count()).toBe(30));
  await eventually(async () => expect(Math.abs((await column.evaluate((box) => box.scrollTop)) - scrolled)).toBeLessThan(2));
});

it('search: filters from the menu, nothing found, and a refusal', async () => {
  const ada = await Person.make('Ada');
  const room = await ada.room('Engines');
  await ada.say(room.id, 'see https://example.org/kettle');
  await indexed(ada, 'kettle', 1);
  const app = await openAs(ada, { at: '#/search?q=kettle' });
  const hits = app.page.getByRole('list', { name: 'Results' }).getByRole('article');
  await eventually(async () => expect(await hits.count()).toBe(1));
  await app.page.getByRole('button', { name: 'Add filter' }).click();
  await app.page.getByRole('menuitem', { name: 'In a room…' }).click();
  await app.dialog.getByRole('button', { name: 'Engines' }).click();
  await app.page.getByRole('list', { name: 'Filters' }).getByText('Engines').waitFor();
  await eventually(async () => expect(await hits.count()).toBe(1));
  await app.page.getByRole('button', { name: 'Add filter' }).click();
  await app.page.getByRole('menuitem', { name: 'With a file' }).click();
  await app.page.getByRole('heading', { name: 'Nothing was found' }).waitFor();
  await app.page.route('**/search?*', (route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"status":503,"code":"unavailable","title":"Service Unavailable","detail":"no search"}' }),
  );
  await app.page.getByRole('searchbox').fill('something else');
  await app.page.getByRole('heading', { name: 'There is no search here' }).waitFor();
});

it('the notification centre shows, filters, leads there and is read', async () => {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const room = await ada.room('Engines');
  await grace.join(room.id);
  await grace.say(room.id, `hello @${ada.username}, the first`);
  const app = await openAs(ada, { at: '#/notifications' });
  const rows = app.page.getByRole('list', { name: 'Notifications' }).getByRole('article');
  await eventually(async () => expect(await rows.count()).toBe(1));
  await grace.say(room.id, `and @${ada.username}, the second`);
  await eventually(async () => expect(await rows.count()).toBe(2));
  await rows.nth(1).getByRole('button', { name: 'Mark as read' }).click();
  await app.page.getByRole('button', { name: /^Unread/ }).and(app.main.getByRole('button')).click();
  await eventually(async () => expect(await rows.count()).toBe(1));
  await rows.getByRole('link', { name: 'Grace mentioned you in Engines' }).click();
  await app.message('the second').waitFor();
  await app.go('/notifications');
  await app.main.getByRole('button', { name: 'Unread' }).click();
  await app.page.getByRole('heading', { name: 'All read' }).waitFor();
});

it('a report comes to the owner of the room live, and is decided', async () => {
  const [ada, grace, mallory] = [await Person.make('Ada'), await Person.make('Grace'), await Person.make('Mallory')];
  const room = await ada.room('Engines');
  for (const one of [grace, mallory]) await one.join(room.id);
  const bad = await mallory.say(room.id, 'buy my <i>pills</i>');
  const app = await openAs(ada, { at: '#/moderation' });
  await app.page.getByRole('heading', { name: 'No reports' }).waitFor();
  await grace.call('POST', `/messages/${bad.id}/report`, { reason: 'spam', comment: 'again & again' });
  const card = app.page.getByRole('list', { name: 'Reports' }).getByRole('article');
  await card.waitFor();
  expect(await card.innerText()).toContain('buy my <i>pills</i>');
  expect(await card.innerText()).toContain('again & again');
  await card.getByLabel('Note').fill('a spammer');
  await card.getByRole('button', { name: 'Delete message' }).click();
  await app.dialog.getByRole('button', { name: 'Delete message' }).click();
  await app.page.getByRole('heading', { name: 'No reports' }).waitFor();
  await app.main.getByRole('button', { name: 'Resolved' }).click();
  await card.getByText('Message deleted').waitFor();
  await card.getByText('a spammer').waitFor();
  const { messages } = await ada.history(room.id);
  expect(messages.find(({ id }) => id === bad.id)?.deleted).toBe(true);
});

it('the announcer says what others write in the open room, once', async () => {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const [room, other] = [await ada.room('Engines'), await ada.room('Elsewhere')];
  await grace.join(room.id);
  await grace.join(other.id);
  await grace.say(room.id, 'an old message');
  const app = await openAs(ada, { at: `#/r/${room.id}` });
  await app.message('an old message').waitFor();
  const log = app.page.getByRole('log', { name: 'New messages' });
  await log.waitFor({ state: 'attached' });
  await grace.say(other.id, 'not here');
  await grace.say(room.id, 'listen to **this**');
  await eventually(async () => expect(await log.locator('p').allInnerTexts()).toEqual(['Grace: listen to this']));
  await app.send('my own');
  for (let at = 0; at < 5; at++) await grace.say(room.id, `burst ${at}`);
  await eventually(async () => expect((await log.innerText()).includes('new messages') || (await log.locator('p').count()) >= 3).toBe(true));
  expect(await log.innerText()).not.toMatch(/my own|an old|not here/);
});

it('one tab of several notifies on the desktop, and none for the room in focus', async () => {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const [room, other] = [await ada.room('Engines'), await ada.room('Elsewhere')];
  for (const { id } of [room, other]) await grace.join(id);
  const app = await openAs(ada, { at: `#/r/${room.id}`, permissions: ['notifications'] });
  await app.heading('Engines').waitFor();
  await app.page.evaluate(() => {
    const kept = JSON.parse(localStorage.getItem('parlance.preferences') ?? '{}');
    localStorage.setItem('parlance.preferences', JSON.stringify({ ...kept, desktopNotifications: true }));
  });
  await app.page.reload();
  await app.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await app.heading('Engines').waitFor();
  const second = await app.page.context().newPage();
  await second.goto(`${inject('stack').http}/#/notifications`);
  await second.getByRole('heading', { name: 'Notifications' }).waitFor();
  await app.page.bringToFront();
  await grace.say(room.id, `@${ada.username} in the room in focus`);
  await grace.say(other.id, `@${ada.username} elsewhere`);
  await eventually(async () => expect((await shown(app.page)).length).toBeGreaterThan(0));
  expect(await shown(app.page)).toEqual([{ title: 'Grace mentioned you in Elsewhere', body: `@${ada.username} elsewhere`, tag: expect.any(String) }]);
});

it('the app starts without a network once it was there', async () => {
  const ada = await Person.make('Ada');
  const room = await ada.room('Engines');
  await ada.say(room.id, 'kept for later');
  const app = await openAs(ada, { at: `#/r/${room.id}` });
  await app.message('kept for later').waitFor();
  await app.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await eventually(async () => expect(await app.page.evaluate(() => Boolean(navigator.serviceWorker.controller))).toBe(true));
  await stored(app.page, 'kept for later');
  await app.page.context().setOffline(true);
  await app.page.reload();
  await app.message('kept for later').waitFor();
});

it('pages carry the headers that keep strangers out', async () => {
  const answer = await fetch(inject('stack').http);
  const policy = answer.headers.get('content-security-policy') ?? '';
  for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"]) {
    expect(policy).toContain(part);
  }
  expect(policy).not.toContain('unsafe');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
});
