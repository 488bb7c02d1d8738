/** Web Push: switching it on and off, what the server sends, what the service worker shows of it. */
import { createECDH } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import type { App } from './kit/app';
import { openAs, type Look } from './kit/browser';
import { password, Person } from './kit/api';
import { courier, PushService, shown } from './kit/push';
import { eventually, stored } from './kit/wait';

let service: PushService | undefined;
afterEach(() => service?.stop());

/** Somebody with the settings open, in a browser that has agreed to notifications. */
async function settings(person: Person, look: Look = {}): Promise<{ app: App; service: PushService }> {
  const push = (service = await PushService.start());
  const app = await openAs(person, { at: '#/settings/notifications', permissions: ['notifications'], before: (context) => push.take(context), ...look });
  await app.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  return { app, service: push };
}
const wish = (app: App) => app.main.getByRole('switch', { name: 'Notify me when Parlance is closed' });

async function switchOn(app: App): Promise<string> {
  const [kept] = await Promise.all([
    app.page.waitForResponse((answer) => answer.url().endsWith('/push/subscriptions') && answer.request().method() === 'PUT'),
    wish(app).check(),
  ]);
  expect(kept.status()).toBe(200);
  await eventually(async () => expect(await wish(app).isEnabled()).toBe(true));
  expect(await wish(app).isChecked()).toBe(true);
  return ((await kept.json()) as { id: string }).id;
}
const here = (app: App) => app.page.evaluate(() => navigator.serviceWorker.ready.then((one) => one.pushManager.getSubscription()).then((one) => one?.endpoint ?? null));
const atServer = (person: Person, id: string) =>
  person.call('DELETE', `/push/subscriptions/${id}`).then(
    () => true,
    (reason: Error) => {
      expect(reason.message).toContain('404');
      return false;
    },
  );

/** An event of the browser's own, which nothing here can press or bring about, given to the worker. */
async function inWorker(app: App, type: string, tag?: string): Promise<void> {
  const [worker] = app.page.context().serviceWorkers();
  await worker?.evaluate(
    async ([type, tag]) => {
      const { registration } = globalThis as unknown as { registration: ServiceWorkerRegistration };
      const [notification] = tag ? await registration.getNotifications({ tag }) : [];
      dispatchEvent(Object.assign(new Event(type ?? ''), { notification, newSubscription: {}, waitUntil: () => undefined }));
    },
    [type, tag],
  );
}

it('a mention reaches a closed room encrypted, is shown once and leads there', async () => {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const [room, other] = [await ada.room('Engines'), await ada.room('Elsewhere')];
  for (const { id } of [room, other]) await grace.join(id);
  const { app, service: pushes } = await settings(ada);
  await switchOn(app);
  const deliver = await courier(app.page);

  const said = await grace.say(other.id, `hello @${ada.username}, <b>look</b>`);
  await eventually(async () => expect(pushes.pushed).toHaveLength(1));
  const message = pushes.pushed[0] ?? '';
  await stored(app.page, 'Elsewhere');
  await deliver(message);
  await eventually(async () => expect(await shown(app.page)).toHaveLength(1));
  const { notification } = (JSON.parse(message) as { data: { notification: { id: string } } }).data;
  const expected = { title: 'Grace mentioned you in Elsewhere', body: `hello @${ada.username}, <b>look</b>`, tag: notification.id };
  expect(await shown(app.page)).toEqual([expected]);
  // Twice is once, as the next one shows when it comes.
  await deliver(message);
  await grace.say((await grace.direct(ada.id)).id, 'and this');
  await eventually(async () => expect(pushes.pushed).toHaveLength(2));
  await deliver(pushes.pushed[1] ?? '');
  await eventually(async () => expect((await shown(app.page)).map(({ title }) => title).sort()).toEqual(['Grace mentioned you in Elsewhere', 'Grace wrote to you']));

  await inWorker(app, 'notificationclick', expected.tag);
  await app.message('hello').waitFor();
  expect(new URL(app.page.url()).hash).toBe(`#/r/${other.id}/m/${said.id}`);
  await eventually(async () => expect((await shown(app.page)).map(({ title }) => title)).toEqual(['Grace wrote to you']));
});

it('nothing is shown of a room in focus, and a tab that notifies itself shows the same one', async () => {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const [room, other] = [await ada.room('Engines'), await ada.room('Elsewhere')];
  for (const { id } of [room, other]) await grace.join(id);
  const { app, service: pushes } = await settings(ada);
  await switchOn(app);
  await app.main.getByRole('switch', { name: 'Desktop notifications' }).check();
  const deliver = await courier(app.page);
  await grace.say(room.id, `@${ada.username} in the room in focus`);
  await grace.say(other.id, `@${ada.username} elsewhere`);
  await eventually(async () => expect(pushes.pushed).toHaveLength(2));
  // The open tab has shown both by now; one is taken away to see whether it comes again.
  await eventually(async () => expect(await shown(app.page)).toHaveLength(2));
  const [inFocus, elsewhere] = pushes.pushed as [string, string];
  await app.go(`/r/${room.id}`);
  await app.message('in the room in focus').waitFor();
  await eventually(async () => expect((await shown(app.page)).map(({ body }) => body)).toEqual([`@${ada.username} elsewhere`]));
  await deliver(inFocus);
  await deliver(elsewhere);
  const last = JSON.parse(elsewhere) as { data: { notification: { id: string; content: string } } };
  last.data.notification.id = 'another';
  last.data.notification.content = 'the last';
  await deliver(JSON.stringify(last));
  await eventually(async () => expect((await shown(app.page)).map(({ body }) => body).sort()).toEqual([`@${ada.username} elsewhere`, 'the last']));
});

it('the words are those of the language that was chosen', async () => {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const push = (service = await PushService.start());
  const app = await openAs(ada, { permissions: ['notifications'], locale: 'de-DE', before: (context) => push.take(context) });
  await app.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const direct = await grace.direct(ada.id);
  await stored(app.page, direct.id);
  const deliver = await courier(app.page);
  const notification = { id: 'one', type: 'direct_message', room_id: direct.id, message_id: null, seq: 1, actor: { id: grace.id, display_name: 'Grace' }, content: 'Hallo', count: 2 };
  await deliver(JSON.stringify({ type: 'notification', data: { notification, unread_count: 1 } }));
  await eventually(async () => expect(await shown(app.page)).toEqual([{ title: 'Grace hat dir 2 Nachrichten geschrieben', body: 'Hallo', tag: direct.id }]));
});

it('the subscription is the server’s as long as it is wanted', async () => {
  const ada = await Person.make('Ada');
  const [other, third] = [await Person.signIn(ada.username), await Person.signIn(ada.username)];
  const { app } = await settings(ada);
  const first = await switchOn(app);
  await wish(app).uncheck();
  await eventually(async () => expect(await wish(app).isEnabled()).toBe(true));
  expect(await here(app)).toBe(null);
  expect(await atServer(other, first)).toBe(false);

  // Renewed at the start, also where the browser has lost it; the old one goes.
  const second = await switchOn(app);
  await app.page.evaluate(() => localStorage.removeItem('test.push'));
  const [renewed] = await Promise.all([app.page.waitForResponse((answer) => answer.url().endsWith('/push/subscriptions')), app.page.reload()]);
  const { id } = (await renewed.json()) as { id: string };
  expect(id).not.toBe(second);
  await eventually(async () => expect(await atServer(other, second)).toBe(false));
  await eventually(async () => expect(await wish(app).isChecked()).toBe(true));

  // So it is when the browser says that it has changed, and when the server has another key.
  const again = () => app.page.waitForResponse((answer) => answer.url().endsWith('/push/subscriptions'));
  const [unchanged] = await Promise.all([again(), inWorker(app, 'pushsubscriptionchange')]);
  expect(((await unchanged.json()) as { id: string }).id).toBe(id);
  await app.page.route('**/push/key', (route) => route.fulfill({ json: { key: createECDH('prime256v1').generateKeys('base64url') } }));
  const [anew] = await Promise.all([again(), app.page.reload()]);
  const { id: last } = (await anew.json()) as { id: string };
  expect(last).not.toBe(id);
  await eventually(async () => expect(await wish(app).isChecked()).toBe(true));

  await app.signOut();
  await app.page.getByRole('heading', { name: 'Sign in to Parlance' }).waitFor();
  await eventually(async () => expect(await here(app)).toBe(null));
  expect(await atServer(third, last)).toBe(false);
});

it('a session that was ended elsewhere takes it along', async () => {
  const ada = await Person.make('Ada');
  const { app } = await settings(ada);
  await switchOn(app);
  const other = await Person.signIn(ada.username);
  const { sessions } = await other.call<{ sessions: { id: string; current: boolean }[] }>('GET', '/auth/sessions');
  for (const { id } of sessions.filter(({ current }) => !current)) await other.call('DELETE', `/auth/sessions/${id}`);
  await app.page.getByRole('heading', { name: 'Sign in to Parlance' }).waitFor();
  await eventually(async () => expect(await here(app)).toBe(null));
});

it('it is said when the push service cannot be reached, and where there is none', async () => {
  const ada = await Person.make('Ada');
  const { app } = await settings(ada, {
    before: (context) =>
      context.addInitScript(() => {
        PushManager.prototype.subscribe = () => Promise.reject(new DOMException('Registration failed - push service error', 'AbortError'));
      }),
  });
  await wish(app).click();
  await app.page.getByRole('alert').filter({ hasText: 'Your browser’s push service cannot be reached.' }).waitFor();
  expect(await wish(app).isChecked()).toBe(false);
  await app.page.route('**/push/key', (route) => route.fulfill({ json: { key: null } }));
  await app.page.reload();
  await app.main.getByText('This server does not offer that.').waitFor();
  expect(await wish(app).isDisabled()).toBe(true);
  // A session at the door still works with it.
  await app.signOut();
  await app.signIn(ada.username, password);
  await app.nav.waitFor();
});
