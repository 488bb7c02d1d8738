/** Two and three browsers that talk: everything one does is seen by the others at once. */
import { expect, inject, it } from 'vitest';
import { openAs } from './kit/browser';
import { Person } from './kit/api';
import { eventually } from './kit/wait';

async function three() {
  const people = (await Promise.all(['Ada', 'Grace', 'Alan'].map((name) => Person.make(name)))) as [Person, Person, Person];
  const room = await people[0].room('Engines');
  await Promise.all(people.slice(1).map((one) => one.join(room.id)));
  const at = `#/r/${room.id}`;
  const apps = await Promise.all(people.map((one) => openAs(one, { at })));
  for (const app of apps) await app.composer.waitFor();
  return { people, room, apps: apps as [(typeof apps)[0], (typeof apps)[0], (typeof apps)[0]] };
}

it('three browsers see the same conversation in the same order', async () => {
  const { apps } = await three();
  for (let round = 0; round < 4; round++) {
    for (const [at, app] of apps.entries()) {
      await app.composer.fill(`round ${round} of ${at}`);
      await app.composer.press('Enter');
    }
  }
  for (const app of apps) {
    for (let at = 0; at < 3; at++) await app.message(`round 3 of ${at}`).waitFor();
  }
  const said = (texts: string[]) => texts.flatMap((text) => /round \d of \d/.exec(text) ?? []);
  await eventually(async () => {
    const [one, two, other] = await Promise.all(apps.map(async (app) => said(await app.feed.getByRole('article').allInnerTexts())));
    expect(one).toHaveLength(12);
    expect(two).toEqual(one);
    expect(other).toEqual(one);
  });
});

it('reactions, edits, answers, threads, pins and deletions reach the other', async () => {
  const { apps: [ada, grace] } = await three();
  await ada.send('a message to work with');
  await grace.message('a message to work with').waitFor();
  await grace.tool('a message to work with', 'React with 👍');
  await ada.message('a message to work with').getByRole('button', { name: /^👍/ }).waitFor();

  await ada.tool('a message to work with', 'Edit');
  await ada.main.getByRole('textbox', { name: 'Edit message' }).fill('a message that was changed');
  await ada.page.keyboard.press('Enter');
  await grace.message('a message that was changed').getByText('edited').waitFor();

  await grace.tool('a message that was changed', 'Reply');
  await grace.send('an answer to it');
  await ada.message('an answer to it').waitFor();

  await grace.tool('a message that was changed', 'Thread');
  await grace.panel.getByRole('textbox').fill('deep in the thread');
  await grace.page.keyboard.press('Enter');
  await grace.panel.getByText('deep in the thread').waitFor();
  await ada.message('a message that was changed').getByText('2 replies').first().waitFor();
  // It quotes the message: which one is the last with its text is settled only now.
  await ada.message('deep in the thread').waitFor();

  await ada.tool('a message that was changed', 'Pin');
  await grace.main.getByRole('button', { name: '1 pinned message' }).waitFor();

  // A deletion can be taken back for a while, and until then only hides it here.
  await ada.send('a mistake');
  await grace.message('a mistake').waitFor();
  await ada.tool('a mistake', 'Delete');
  await ada.page.getByRole('button', { name: 'Undo' }).click();
  await ada.message('a mistake').waitFor();
  await ada.tool('a mistake', 'Delete');
  await eventually(async () => expect(await grace.message('a mistake').count()).toBe(0));
  await grace.feed.getByText('This message was deleted.').waitFor();
});

it('one sees who writes, and what was read', async () => {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const direct = await ada.direct(grace.id);
  const [adas, graces] = [await openAs(ada, { at: `#/r/${direct.id}` }), await openAs(grace, { at: `#/r/${direct.id}` })];
  await graces.composer.waitFor();
  await adas.composer.pressSequentially('Hello');
  await graces.main.getByText('Ada is typing…').waitFor();
  await adas.composer.press('Enter');
  await graces.message('Hello').waitFor();
  expect(await graces.main.getByText('Ada is typing…').count()).toBe(0);
  await adas.message('Hello').getByText(/^Read/).or(adas.message('Hello').getByLabel(/Read/)).or(adas.message('Hello').getByTitle(/ead/)).first().waitFor();
});

it('mentions are completed, counted and told', async () => {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const [room, other] = [await ada.room('Engines'), await grace.room('Elsewhere')];
  await grace.join(room.id);
  const [adas, graces] = [await openAs(ada, { at: `#/r/${room.id}` }), await openAs(grace, { at: `#/r/${other.id}` })];
  await graces.composer.waitFor();
  await adas.composer.pressSequentially(`look, @${grace.username.slice(0, 9)}`);
  await adas.page.getByRole('option', { name: /Grace/ }).waitFor();
  await adas.page.keyboard.press('Tab');
  expect(await adas.composer.inputValue()).toContain(`@${grace.username} `);
  await adas.composer.press('Enter');
  await graces.nav.getByRole('link', { name: /^Engines.*1 mention/ }).waitFor();
  await graces.nav.getByRole('link', { name: /^Notifications/ }).click();
  await graces.page.getByRole('link', { name: /Ada mentioned you in Engines/ }).click();
  await graces.message('look,').waitFor();
  await eventually(async () => expect(await graces.nav.getByRole('link', { name: /^Engines.*mention/ }).count()).toBe(0));
});

it('functions that are killed cost nothing that was written', async () => {
  const { apps: [ada, grace] } = await three();
  const processes = async () => (await (await fetch(`${inject('stack').aws}/_local/processes`)).json()) as { pid: number }[];
  for (let at = 0; at < 8; at++) {
    for (const { pid } of await processes()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It had ended by itself.
      }
    }
    await ada.composer.fill(`written while they die, ${at}`);
    await ada.composer.press('Enter');
  }
  for (let at = 0; at < 8; at++) await grace.message(`written while they die, ${at}`).waitFor({ timeout: 60_000 });
  const texts = (await grace.feed.getByRole('article').allInnerTexts()).flatMap((text) => /die, \d/.exec(text) ?? []);
  expect(texts).toEqual(Array.from({ length: 8 }, (_, at) => `die, ${at}`));
}, 120_000);
