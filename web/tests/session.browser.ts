/** The session while the app is open: tokens that live shortly. */
import { expect, it } from 'vitest';
import { openAs } from './kit/browser';
import { Person } from './kit/api';
import { startStack } from './kit/stack';
import { eventually } from './kit/wait';

it('a token that ends while the app is open is renewed, and nothing written is lost', async () => {
  const stack = await startStack({ params: { TokenSeconds: 3 } });
  try {
    const ada = await Person.make('Ada', false, stack.http);
    const room = await ada.room('Engines');
    const app = await openAs(ada, { at: `#/r/${room.id}` });
    await app.composer.waitFor();
    const kept = () => app.page.evaluate(() => JSON.parse(localStorage.getItem('parlance.session') ?? '{}') as { token: string; expires_at: string });
    const written: string[] = [];
    const write = async () => {
      written.push(`line ${written.length}.`);
      await app.send(written.at(-1) ?? '');
    };
    // Goes on writing until several tokens have come and gone, and the socket with them.
    const tokens = new Set<string>();
    while (tokens.size < 4) {
      await write();
      tokens.add((await kept()).token);
    }
    // Asleep for longer than a token lives.
    await app.page.context().setOffline(true);
    await write();
    const { expires_at } = await kept();
    await eventually(async () => expect(Date.now()).toBeGreaterThan(Date.parse(expires_at)));
    await app.page.context().setOffline(false);
    await write();
    await eventually(async () => expect(await app.feed.locator('.waiting').count()).toBe(0), undefined, 30_000);

    const device = await Person.signIn(ada.username, stack.http);
    const said: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { messages: { id: string; content: string; type: string }[] } = await device.call('GET', `/rooms/${room.id}/messages?limit=50${cursor}`);
      said.push(...page.messages.filter(({ type }) => type !== 'system').map(({ content }) => content));
      cursor = page.messages.length === 50 ? `&before=${page.messages.at(-1)?.id}` : null;
    }
    expect(said.reverse()).toEqual(written);
  } finally {
    await stack.stop();
  }
}, 120_000);
