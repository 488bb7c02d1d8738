/**
 * Texts that would run as scripts somewhere, in every place that shows text: they are shown as text. Nothing runs,
 * nothing is asked of another host, and the policy is never even violated.
 */
import { expect, it } from 'vitest';
import type { App } from './kit/app';
import { openAs } from './kit/browser';
import { Person } from './kit/api';
import { png } from './kit/pictures';
import { eventually } from './kit/wait';

/** Strings of VAL-07 and their relatives. Short ones fit into names. */
const short = ['<img src=x onerror=alert(1)>', '"><svg onload=alert(1)>', "javascript:alert('x')"] as const;
const strings = [
  ...short,
  '<script>alert(1)</script>',
  '<a href="javascript:alert(1)">x</a>',
  '[click](javascript:alert(1))',
  '[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '![x](https://evil.example/pixel.png)',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>',
  '```html\n<img src=x onerror=alert(1)>\n```',
  '`<svg/onload=alert(1)>`',
  '<div style="position:fixed;inset:0">over everything</div>',
  '{{constructor.constructor("alert(1)")()}}',
  '<form action="https://evil.example"><button>ok</button></form>',
];

async function guarded(person: Person, at: string): Promise<{ app: App; strangers: string[]; broken: () => Promise<string[]> }> {
  const app = await openAs(person, { at });
  const strangers: string[] = [];
  app.page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') strangers.push(request.url());
  });
  app.page.on('dialog', (dialog) => {
    strangers.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await app.page.evaluate(() => {
    const broken: string[] = ((window as unknown as { broken: string[] }).broken = []);
    document.addEventListener('securitypolicyviolation', (event) => broken.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  return { app, strangers, broken: () => app.page.evaluate(() => (window as unknown as { broken: string[] }).broken) };
}

/** What no page of ours holds, wherever it came from. */
async function clean(app: App): Promise<void> {
  const found = await app.page.evaluate(() => ({
    scripts: [...document.querySelectorAll('script')].filter((one) => !/^\/(theme\.js|assets\/)/.test(new URL(one.src || 'x:', location.href).pathname)).length,
    handlers: [...document.querySelectorAll('*')].filter((one) => [...one.attributes].some(({ name }) => name.startsWith('on'))).map((one) => one.outerHTML.slice(0, 80)),
    frames: document.querySelectorAll('iframe, object, embed, form[action^=http], base').length,
    links: [...document.querySelectorAll('a')].map((one) => one.href).filter((href) => href && !/^(https?:|mailto:)/.test(href)),
    foreign: [...document.querySelectorAll('img')].map((one) => one.src).filter((src) => src && !/^(blob:|data:image|http:\/\/127\.0\.0\.1)/.test(src)),
  }));
  expect(found).toEqual({ scripts: 0, handlers: [], frames: 0, links: [], foreign: [] });
}

it('nothing that somebody wrote runs anywhere', async () => {
  const evil = await Person.make('Mallory');
  const ada = await Person.make('Ada');
  await evil.call('PATCH', '/users/me', { display_name: short[0], status_message: short[1], bio: short[2] }).catch(() =>
    evil.call('PUT', '/users/me', { display_name: short[0], status_message: short[1] }),
  );
  const room = await evil.room(short[1], 'public', short[0]);
  await ada.join(room.id);
  for (const text of strings) await evil.say(room.id, text);
  await evil.say(room.id, `@${ada.username} <img src=x onerror=alert(1)>`);
  await evil.sendFile(room.id, '"><img src=x onerror=alert(1)>.png', png(40, 40), 'image/png').catch(() => undefined);
  await evil.sendFile(room.id, '<svg onload=alert(1)>.txt', new TextEncoder().encode('<script>alert(1)</script>'), 'text/plain').catch(() => undefined);
  const bad = await evil.say(room.id, `${short[0]} the last`);
  await ada.call('POST', `/messages/${bad.id}/report`, { reason: 'other', comment: short[0] });
  const direct = await evil.direct(ada.id);
  await evil.say(direct.id, short[0]);

  const { app, strangers, broken } = await guarded(ada, `#/r/${room.id}`);
  await app.message('the last').waitFor();
  await clean(app);
  expect(await app.message('the last').innerText()).toContain(short[0]);
  const places: [string, () => Promise<unknown>][] = [
    [`/r/${room.id}?panel=info`, () => app.panel.getByText(short[0]).first().waitFor()],
    [`/r/${room.id}?panel=members`, () => app.panel.getByText(short[0]).first().waitFor()],
    [`/r/${room.id}?panel=profile:${evil.id}`, () => app.panel.getByText(short[0]).first().waitFor()],
    [`/r/${room.id}/t/${bad.id}`, () => app.panel.getByText('the last').first().waitFor()],
    [`/r/${direct.id}`, () => app.message(short[0]).waitFor()],
    ['/notifications', () => app.page.getByRole('list', { name: 'Notifications' }).getByText('onerror').first().waitFor()],
    ['/search?q=onerror', () => app.page.getByRole('list', { name: 'Results' }).getByText('onerror').first().waitFor()],
    ['/browse', () => app.main.getByText(short[1]).first().waitFor()],
    [`/search?q=${encodeURIComponent(`from:${short[0]}`)}`, () => app.main.getByRole('heading').first().waitFor()],
  ];
  for (const [path, shown] of places) {
    await app.go(path);
    await shown().catch((reason: unknown) => {
      throw new Error(`${path}: ${String(reason)}`);
    });
    await clean(app);
  }
  await app.page.keyboard.press('Control+K');
  await app.dialog.getByText(short[1]).first().waitFor();
  await clean(app);
  expect(strangers).toEqual([]);
  expect(await broken()).toEqual([]);
  await app.page.keyboard.press('Escape');

  const { app: own, strangers: others, broken: ownBroken } = await guarded(evil, `#/moderation?room=${room.id}`);
  await own.main.getByRole('heading').first().waitFor();
  await clean(own);
  await own.go('/settings/profile');
  await own.main.getByRole('heading').first().waitFor();
  await clean(own);
  expect(others).toEqual([]);
  expect(await ownBroken()).toEqual([]);
}, 120_000);

it('a preview of what one writes oneself is as safe', async () => {
  const ada = await Person.make('Ada');
  const room = await ada.room('Engines');
  const { app, strangers, broken } = await guarded(ada, `#/r/${room.id}`);
  await app.composer.waitFor();
  await app.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await eventually(async () => expect(await app.page.evaluate(() => Boolean(navigator.serviceWorker.controller))).toBe(true));
  // Offline, so that it is the app's own rendering and not the server's.
  await app.page.context().setOffline(true);
  for (const text of strings) {
    await app.composer.fill(text);
    await app.composer.press('Enter');
  }
  await app.message('constructor').waitFor();
  await clean(app);
  expect(strangers).toEqual([]);
  expect(await broken()).toEqual([]);
});
