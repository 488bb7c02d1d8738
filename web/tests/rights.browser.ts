/** Who may do what: handing a room over, invitations that are taken back, moderators of the whole site. */
import { expect, it } from 'vitest';
import { openAs, visit } from './kit/browser';
import { password, Person } from './kit/api';
import { startStack } from './kit/stack';

it('an owner hands the room over, and may leave it then', async () => {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const room = await ada.room('Engines');
  await grace.join(room.id);
  const adas = await openAs(ada, { at: `#/r/${room.id}?panel=info` });
  const graces = await openAs(grace, { at: `#/r/${room.id}?panel=info` });
  await graces.panel.getByRole('button', { name: 'Leave room' }).waitFor();
  expect(await graces.panel.getByRole('button', { name: 'Delete room' }).count()).toBe(0);

  // Who owns a room with others in it cannot just go.
  await adas.panel.getByRole('button', { name: 'Leave room' }).click();
  await adas.dialog.getByRole('button', { name: 'Choose a new owner' }).click();
  await adas.panel.getByRole('button', { name: 'Actions for Grace' }).click();
  await adas.page.getByRole('menuitem', { name: 'Transfer ownership' }).click();
  await adas.dialog.getByText('Hand Engines over to Grace?').waitFor();
  await adas.dialog.getByRole('button', { name: 'Transfer ownership' }).click();
  await adas.toast('Grace owns the room now').waitFor();
  await adas.panel.getByRole('listitem').filter({ hasText: `@${grace.username}` }).getByText('Owner', { exact: true }).waitFor();
  await adas.panel.getByRole('listitem').filter({ hasText: `@${ada.username}` }).getByText('Admin', { exact: true }).waitFor();

  // It is hers at once, without a reload; and no longer Ada's.
  await graces.panel.getByRole('button', { name: 'Delete room' }).waitFor();
  await adas.panel.getByRole('button', { name: 'Actions for Grace' }).click();
  await adas.page.getByRole('menuitem', { name: 'View profile' }).waitFor();
  expect(await adas.page.getByRole('menuitem', { name: 'Transfer ownership' }).count()).toBe(0);
  await adas.page.keyboard.press('Escape');
  await adas.go(`/r/${room.id}?panel=info`);
  await adas.panel.getByRole('button', { name: 'Leave room' }).click();
  await adas.dialog.getByRole('button', { name: 'Leave room' }).click();
  await adas.toast('You left Engines').waitFor();
  const { members } = await grace.call<{ members: { user: { id: string }; role: string }[] }>('GET', `/rooms/${room.id}/members`);
  expect(members.map(({ user, role }) => [user.id, role])).toEqual([[grace.id, 'owner']]);
});

it('an invite link that was revoked leads nowhere, which is said', async () => {
  const [ada, grace, alan] = [await Person.make('Ada'), await Person.make('Grace'), await Person.make('Alan')];
  const room = await ada.room('Engines', 'private');
  const adas = await openAs(ada, { at: `#/r/${room.id}?panel=info` });
  await adas.panel.getByRole('button', { name: 'Invite by link' }).click();
  await adas.dialog.getByRole('button', { name: 'Create link' }).click();
  const link = await adas.dialog.getByLabel('Invite link').first().inputValue();
  const at = new URL(link).hash;

  const graces = await openAs(grace, { at });
  const join = graces.page.getByRole('button', { name: 'Join Engines' });
  await join.waitFor();
  await adas.dialog.getByRole('button', { name: 'Revoke' }).click();
  await adas.page.getByRole('dialog', { name: 'Revoke this link?' }).getByRole('button', { name: 'Revoke' }).click();
  await adas.toast('Link revoked').waitFor();
  await adas.dialog.getByText('No links yet.').waitFor();

  // Who has it open already, and who opens it now, read the same.
  const gone = { level: 1, name: 'This invitation does not work any more' } as const;
  await join.click();
  await graces.page.getByRole('heading', gone).waitFor();
  const alans = await openAs(alan, { at });
  await alans.page.getByRole('heading', gone).waitFor();
  await alans.page.getByText('It has ended, been used up or been revoked.').waitFor();
  const { members } = await ada.call<{ members: unknown[] }>('GET', `/rooms/${room.id}/members`);
  expect(members).toHaveLength(1);
});

it('a moderator of the site reviews reports of rooms they are not in', async () => {
  // Who is to be one registers before the operator says so.
  const before = await startStack();
  const mod = await Person.make('Mod', false, before.http).catch(async (reason: unknown) => {
    await before.stop();
    throw reason;
  });
  await before.stop({ keep: true });
  const stack = await startStack({ folder: before.folder, params: { Moderators: mod.username } });
  try {
    const make = (name: string) => Person.make(name, false, stack.http);
    const [ada, grace, mallory] = [await make('Ada'), await make('Grace'), await make('Mallory')];
    const room = await ada.room('Engines');
    for (const one of [grace, mallory]) await one.join(room.id);
    const [bad, fine] = [await mallory.say(room.id, 'buy my pills'), await mallory.say(room.id, 'good morning')];
    const report = (id: string) => grace.call('POST', `/messages/${id}/report`, { reason: 'spam' });
    await report(bad.id);

    const app = await visit({ http: stack.http });
    await app.signIn(mod.username, password);
    await app.nav.getByRole('link', { name: 'Moderation' }).click();
    const cards = app.page.getByRole('list', { name: 'Reports' }).getByRole('article');
    await cards.filter({ hasText: 'buy my pills' }).waitFor();
    // The next one comes live.
    await report(fine.id);
    await cards.filter({ hasText: 'good morning' }).waitFor();
    await cards.filter({ hasText: 'good morning' }).getByRole('button', { name: 'Dismiss' }).click();
    await cards.filter({ hasText: 'buy my pills' }).getByRole('button', { name: 'Delete message' }).click();
    await app.dialog.getByRole('button', { name: 'Delete message' }).click();
    await app.page.getByRole('heading', { name: 'No reports' }).waitFor();
    const { messages } = await ada.history(room.id);
    const deleted = Object.fromEntries(messages.filter(({ type }) => type !== 'system').map((one) => [one.id, one.deleted]));
    expect(deleted).toEqual({ [bad.id]: true, [fine.id]: false });

    // Nobody else sees that there is such a thing.
    const graces = await openAs(grace, { at: `#/r/${room.id}` });
    await graces.message('good morning').waitFor();
    expect(await graces.nav.getByRole('link', { name: 'Moderation' }).count()).toBe(0);
    await graces.go('/moderation');
    await graces.page.getByRole('heading', { name: 'Nothing to moderate' }).waitFor();
  } finally {
    await stack.stop();
  }
}, 120_000);
