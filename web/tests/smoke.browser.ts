/** The shortest way through the app, with everything done by hand. */
import { expect, it } from 'vitest';
import { openAs, visit } from './kit/browser';
import { password, Person, unique } from './kit/api';
import { eventually } from './kit/wait';

it('somebody signs up, makes a room and writes; another reads it at once and answers', async () => {
  const ada = await visit();
  await ada.register(unique('ada'), password, 'Ada');
  await ada.createRoom('Engines');
  await ada.send('Hello, is anybody there?');

  const grace = await Person.make('Grace');
  const { id } = await ada.page.evaluate(() => ({ id: location.hash.split('/')[2] ?? '' }));
  await grace.join(id);
  const graces = await openAs(grace, { at: `#/r/${id}` });
  await graces.message('is anybody there').waitFor();
  await graces.send('I am, **Ada**', 'I am, Ada');
  await ada.message('I am, Ada').getByText('Ada', { exact: true }).last().waitFor();
  expect(await ada.message('I am, Ada').locator('strong').count()).toBe(1);
  await ada.send('Good.');
  await graces.message('Good.').waitFor();
});

it('whoever signs out is out, and can come back', async () => {
  const ada = await Person.make('Ada');
  const app = await openAs(ada);
  await app.nav.waitFor();
  await app.signOut();
  await app.page.getByRole('heading', { name: 'Sign in to Parlance' }).waitFor();
  await app.signIn(ada.username, 'the wrong password');
  await app.page.getByRole('alert').first().waitFor();
  await app.signIn(ada.username, password);
  await app.nav.waitFor();
});

it('whoever does nothing for five minutes is away until they move', async () => {
  const ada = await Person.make('Ada');
  const grace = await Person.make('Grace');
  await ada.room('Engines').then(({ id }) => grace.join(id));
  const app = await openAs(ada, { before: (context) => context.clock.install() });
  await app.room('Engines').waitFor();
  const status = () => grace.call<{ status: string }>('GET', `/users/${ada.id}`).then((user) => user.status);
  await eventually(async () => expect(await status()).toBe('online'));
  await app.page.clock.fastForward('05:00');
  await eventually(async () => expect(await status()).toBe('away'));
  await app.page.mouse.move(100, 100);
  await eventually(async () => expect(await status()).toBe('online'));
});
