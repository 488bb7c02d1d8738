/** `cargo xtask up --demo FOLDER`: what it starts beside the stack fills it, and goes on slowly. */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { visit } from './kit/browser';
import { password } from './kit/api';
import { bins, startStack } from './kit/stack';
import { eventually } from './kit/wait';

it('recorded conversations fill a stack, and whoever signs in as told sees them go on', async () => {
  const stack = await startStack();
  const folder = resolve(import.meta.dirname, '../../tests/demo');
  const demo = spawn(join(bins, 'demo'), ['--data', folder, '--ready', join(stack.folder, 'ready.json')], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let told = '';
    demo.stdout.on('data', (text) => (told += text));
    await eventually(async () => expect(told).toContain(`Sign in as demo, ${password}`), undefined, 60_000);
    const app = await visit({ http: stack.http });
    await app.signIn('demo', password);
    await app.openRoom('tea-kitchen');
    await eventually(async () => expect(await app.feed.getByRole('article').count()).toBeGreaterThan(5));
    await app.room('release-42').waitFor();
    // Somebody goes on talking, live.
    const last = await app.page.evaluate(() => [...document.querySelectorAll('main [data-key]')].at(-1)?.getAttribute('data-key'));
    await eventually(async () => expect(await app.page.evaluate(() => [...document.querySelectorAll('main [data-key]')].at(-1)?.getAttribute('data-key'))).not.toBe(last), undefined, 30_000);
  } finally {
    demo.kill();
    await stack.stop();
  }
}, 180_000);
