/** Networks that let pages through and no sockets, as company proxies do: the chat works, and says how. */
import type { WebSocketRoute } from 'playwright-core';
import { expect, it } from 'vitest';
import type { App } from './kit/app';
import { Person } from './kit/api';
import { openAs, type Look } from './kit/browser';
import { eventually } from './kit/wait';

/** A proxy in front of somebody's sockets. */
class Proxy {
  open = false;
  #through = new Set<WebSocketRoute>();

  get look(): Look {
    return {
      before: (context) =>
        context.routeWebSocket(/\/ws\?/, (socket) => {
          if (!this.open) return void socket.close();
          this.#through.add(socket);
          socket.connectToServer();
        }),
    };
  }

  async shut(): Promise<void> {
    this.open = false;
    for (const socket of this.#through) await socket.close();
    this.#through.clear();
  }
}

/** The app's own line, not an error. */
const line = (app: App) => app.page.getByRole('status').filter({ hasText: 'Live updates are blocked here; checking every few seconds.' });
const texts = async (app: App) => (await app.feed.getByRole('article').allInnerTexts()).flatMap((text) => /(?:ada|grace) says \d/.exec(text) ?? []);

it('rooms load and people talk without a socket; when one comes through it takes over, and every message is there once', async () => {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const room = await ada.room('Engines');
  await grace.join(room.id);
  await ada.say(room.id, 'from before');
  const proxy = new Proxy();
  const adas = await openAs(ada, proxy.look);
  const graces = await openAs(grace, { ...proxy.look, at: `#/r/${room.id}` });
  await adas.openRoom('Engines');
  for (const app of [adas, graces]) {
    await app.message('from before').waitFor();
    await line(app).waitFor();
    expect(await app.page.getByText('cannot be reached').count()).toBe(0);
  }
  await adas.send('ada says 1');
  await graces.message('ada says 1').waitFor();
  await graces.send('grace says 2');
  await adas.message('grace says 2').waitFor();
  // A room that one is brought into.
  const other = await ada.room('Elsewhere', 'private');
  await ada.call('POST', `/rooms/${other.id}/members`, { user_id: grace.id });
  await graces.room('Elsewhere').waitFor();

  proxy.open = true;
  await ada.say(room.id, 'ada says 3');
  for (const app of [adas, graces]) {
    // The network has changed: what browsers say then.
    await app.page.evaluate(() => dispatchEvent(new Event('online')));
    await eventually(async () => expect(await line(app).count()).toBe(0));
  }
  const asked: string[] = [];
  graces.page.on('request', (request) => void (request.url().includes('/sync') && asked.push(request.url())));
  await adas.send('ada says 4');
  await graces.message('ada says 4').waitFor();
  await graces.send('grace says 5');
  await adas.message('grace says 5').waitFor();
  expect(asked).toEqual([]);

  // And back again: in the middle of a conversation the proxy cuts it.
  await proxy.shut();
  await adas.send('ada says 6');
  await graces.message('ada says 6').waitFor();
  await line(graces).waitFor();
  const all = ['ada says 1', 'grace says 2', 'ada says 3', 'ada says 4', 'grace says 5', 'ada says 6'];
  for (const app of [adas, graces]) expect(await texts(app)).toEqual(all);
  await graces.page.reload();
  await graces.message('ada says 6').waitFor();
  expect(await texts(graces)).toEqual(all);
});
