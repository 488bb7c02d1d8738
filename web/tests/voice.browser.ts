/** Voice messages: recorded from Chromium's own tone generator, sent, and heard by somebody else. */
import { expect, it } from 'vitest';
import { openAs } from './kit/browser';
import { Person } from './kit/api';
import { wav } from './kit/sounds';
import { eventually } from './kit/wait';

async function two() {
  const [ada, grace] = [await Person.make('Ada'), await Person.make('Grace')];
  const room = await ada.room('Engines');
  await grace.join(room.id);
  return { ada, grace, room, at: `#/r/${room.id}` };
}

it('one is recorded by keyboard and sent; the other plays it', async () => {
  const { ada, grace, at } = await two();
  const [adas, graces] = [await openAs(ada, { at, permissions: ['microphone'] }), await openAs(grace, { at })];
  await adas.composer.fill('a half-written thought');
  await adas.main.getByRole('button', { name: 'Record voice message' }).focus();
  await adas.page.keyboard.press('Enter');
  const recorder = adas.main.getByRole('group', { name: 'Voice message' });
  await recorder.getByRole('status').getByText('Recording').waitFor({ state: 'attached' });
  await eventually(async () => expect(await recorder.getByRole('timer').innerText()).toMatch(/^0:0[2-9]$/));
  // Chromium's microphone beeps: the meter has moved.
  expect(await recorder.locator('i').evaluateAll((bars) => bars.some((bar) => parseFloat((bar as HTMLElement).style.height) > 20))).toBe(true);
  // Sending has the focus.
  await adas.page.keyboard.press('Enter');
  const player = graces.feed.getByRole('group', { name: 'Voice message' });
  await player.waitFor({ timeout: 40_000 });
  // What was written waits where it was.
  expect(await adas.composer.inputValue()).toBe('a half-written thought');

  // Its length is known, though a recording does not carry it; the microphone may have needed a moment to begin.
  const slider = player.getByRole('slider');
  await eventually(async () => expect(await slider.getAttribute('aria-valuetext')).toMatch(/^0:00 of 0:0[1-9]$/));
  await player.getByRole('button', { name: 'Play Voice message' }).click();
  await player.getByRole('button', { name: 'Pause Voice message' }).waitFor();
  await eventually(async () => expect(Number(await slider.inputValue())).toBeGreaterThan(0.5));
  // At its end it is ready to be heard again.
  await player.getByRole('button', { name: 'Play Voice message' }).waitFor();
  await eventually(async () => expect(await slider.getAttribute('aria-valuetext')).toMatch(/^0:00/));
}, 120_000);

it('one sound at a time, moved by keys, at another speed', async () => {
  const { ada, grace, room, at } = await two();
  await grace.sendFile(room.id, 'first.wav', wav(20), 'audio/wav');
  await grace.sendFile(room.id, 'second.wav', wav(20), 'audio/wav');
  const app = await openAs(ada, { at });
  const [first, second] = [app.feed.getByRole('group', { name: 'first.wav' }), app.feed.getByRole('group', { name: 'second.wav' })];
  const slider = first.getByRole('slider');
  await eventually(async () => expect(await slider.getAttribute('aria-valuetext')).toBe('0:00 of 0:20'));
  await first.getByRole('button', { name: 'Play first.wav' }).click();
  await first.getByRole('button', { name: 'Pause first.wav' }).waitFor();
  await second.getByRole('button', { name: 'Play second.wav' }).click();
  await first.getByRole('button', { name: 'Play first.wav' }).waitFor();
  await second.getByRole('button', { name: 'Pause second.wav' }).click();
  await slider.focus();
  await slider.press('End');
  await slider.press('Home');
  for (const [key, shown] of [['ArrowRight', '0:02'], ['ArrowRight', '0:04'], ['ArrowLeft', '0:02']] as const) {
    await slider.press(key);
    expect(await slider.getAttribute('aria-valuetext')).toBe(`${shown} of 0:20`);
  }
  const audio = first.locator('audio');
  for (const rate of [1.5, 2, 1]) {
    await first.getByRole('button', { name: /^Speed/ }).click();
    await eventually(async () => expect(await audio.evaluate((one: HTMLAudioElement) => one.playbackRate)).toBe(rate));
  }
  await first.getByRole('button', { name: 'Save first.wav' }).waitFor();
});

it('a sound that cannot be played says so', async () => {
  const { ada, grace, room, at } = await two();
  const sent = await grace.sendFile(room.id, 'odd.wav', wav(1), 'audio/wav');
  const app = await openAs(ada);
  await app.page.route(`**/attachments/${sent.attachments[0]?.id}`, (route) => route.fulfill({ contentType: 'audio/wav', body: 'not a sound' }));
  await app.go(at);
  await app.feed.getByRole('alert').getByText('This cannot be played here.').waitFor();
  await app.feed.getByRole('button', { name: 'Play odd.wav' }).click();
  await app.feed.getByRole('button', { name: 'Play odd.wav', disabled: false }).and(app.page.locator('[aria-busy=false]')).waitFor();
  await app.feed.getByRole('alert').waitFor();
});

it('a recording is discarded, and one that is left waits with the draft', async () => {
  const { ada, at } = await two();
  await ada.room('Kitchen');
  const app = await openAs(ada, { at, permissions: ['microphone'] });
  const record = app.main.getByRole('button', { name: 'Record voice message' });
  const recorder = app.main.getByRole('group', { name: 'Voice message' });
  await record.click();
  await recorder.getByRole('button', { name: 'Discard recording' }).click();
  await recorder.waitFor({ state: 'detached' });
  await eventually(async () => expect(await app.composer.evaluate((one) => one === document.activeElement)).toBe(true));
  expect(await app.main.getByRole('list', { name: 'Files to be sent' }).count()).toBe(0);

  await record.click();
  await eventually(async () => expect(await recorder.getByRole('timer').innerText()).toMatch(/^0:0[1-9]$/));
  await app.openRoom('Kitchen');
  await app.toast('Your recording waits in Engines').getByRole('button', { name: 'Show' }).click();
  await app.heading('Engines').waitFor();
  await app.main.getByRole('list', { name: 'Files to be sent' }).getByText('Voice message').waitFor();
});

it('who refuses the microphone is told what to do', async () => {
  const { ada, at } = await two();
  const app = await openAs(ada, { at });
  await app.composer.waitFor();
  await app.page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  });
  await app.main.getByRole('button', { name: 'Record voice message' }).click();
  await app.toast('The microphone is blocked for this page.').waitFor();
  await app.composer.waitFor();
});

it('where nothing can be recorded there is no button', async () => {
  const { ada } = await two();
  const app = await openAs(ada);
  await app.page.addInitScript(() => delete (window as Partial<typeof globalThis>).MediaRecorder);
  await app.page.reload();
  await app.openRoom('Engines');
  await app.composer.waitFor();
  expect(await app.main.getByRole('button', { name: 'Record voice message' }).count()).toBe(0);
  await app.main.getByRole('button', { name: 'Send', exact: true }).waitFor();
});
