/**
 * Starts one stack for all browser tests, on free ports with a data folder of its own, and ends it; others for tests that
 * need one of their own.
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

/** The folder of the binaries. */
export const bins = process.env.PARLANCE_BIN ?? resolve(web, '../target/debug');

/** A stack that a test has started for itself. */
export interface Own extends Stack {
  readonly folder: string;
  /** Ends it; its folder stays if another is to go on with it. */
  stop(options?: { keep?: boolean }): Promise<void>;
}

/** How a stack is to differ. */
export interface Wishes {
  /** Parameters of template.yaml. */
  readonly params?: Readonly<Record<string, string | number | boolean>>;
  /** The folder of one that was stopped: its users and rooms are there again. */
  readonly folder?: string;
}

const usual = {
  SendRateMax: 100_000,
  // Web Push, to receivers on this machine too; somebody who is connected has a second to read.
  PushContact: 'mailto:ops@parlance.example',
  OutboundLocal: true,
  PushDelaySeconds: 1,
};

/** Starts a stack; whoever does ends it. */
export async function startStack({ params = {}, folder = mkdtempSync(join(tmpdir(), 'parlance-browser-')) }: Wishes = {}): Promise<Own> {
  const local = process.env.PARLANCE_LOCAL ?? join(bins, 'parlance-local');
  const dist = process.env.PARLANCE_WEB ?? join(web, 'dist');
  if (!existsSync(local)) throw new Error(`no parlance-local in ${bins}: cargo xtask test builds it`);
  const ready = join(folder, 'ready.json');
  const served = join(folder, 'dist');
  rmSync(ready, { force: true });
  cpSync(dist, served, { recursive: true });
  cpSync(join(web, 'headers.json'), join(folder, 'headers.json'));
  const child = spawn(
    local,
    [
      ...['--template', resolve(web, '../template.yaml'), '--bin-dir', bins, '--web', served],
      ...['--data', join(folder, 'data'), '--port', '0', '--ready-file', ready],
      ...Object.entries({ ...usual, ...params }).flatMap(([name, value]) => ['--param', `${name}=${value}`]),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const stop: Own['stop'] = async ({ keep = false } = {}) => {
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    await ended;
    if (!keep) rmSync(folder, { recursive: true, force: true });
  };
  return { ...(await started(child, ready)), web: served, folder, stop };
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stop, folder: _, ...stack } = await startStack();
  project.provide('stack', stack);
  return () => stop();
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
