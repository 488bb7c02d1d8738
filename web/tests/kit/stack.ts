/**
 * Starts one stack for all browser tests, on free ports with a data folder of its own, and ends it.
 * `PARLANCE_BIN` is the folder of the binaries; `PARLANCE_WEB` another built app than `dist`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';

/** Addresses of the running stack. */
export interface Stack {
  readonly http: string;
  readonly ws: string;
  /** Where the stack tells of its processes. */
  readonly aws: string;
  readonly pid: number;
  /** The folder of the app that is served: a copy, which a test may change. */
  readonly web: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    stack: Stack;
  }
}

const web = resolve(import.meta.dirname, '../..');
const start_max_ms = 60_000;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const bins = process.env.PARLANCE_BIN ?? resolve(web, '../target/debug');
  const local = process.env.PARLANCE_LOCAL ?? join(bins, 'parlance-local');
  const dist = process.env.PARLANCE_WEB ?? join(web, 'dist');
  if (!existsSync(local)) throw new Error(`no parlance-local in ${bins}: cargo xtask test builds it`);
  const folder = mkdtempSync(join(tmpdir(), 'parlance-browser-'));
  const ready = join(folder, 'ready.json');
  const served = join(folder, 'dist');
  cpSync(dist, served, { recursive: true });
  cpSync(join(web, 'headers.json'), join(folder, 'headers.json'));
  const child = spawn(
    local,
    [
      ...['--template', resolve(web, '../template.yaml'), '--bin-dir', bins, '--web', served],
      ...['--data', join(folder, 'data'), '--port', '0', '--ready-file', ready],
      ...['--param', 'SendRateMax=100000'],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const stack = await started(child, ready);
  project.provide('stack', { ...stack, web: served });
  return async () => {
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
}

async function started(child: ChildProcess, ready: string): Promise<Stack> {
  for (const deadline = Date.now() + start_max_ms; Date.now() < deadline; ) {
    if (child.exitCode !== null) throw new Error(`the stack ended with ${child.exitCode}`);
    if (existsSync(ready)) return JSON.parse(readFileSync(ready, 'utf8')) as Stack;
    await new Promise((later) => setTimeout(later, 20));
  }
  child.kill('SIGKILL');
  throw new Error('the stack did not start');
}
