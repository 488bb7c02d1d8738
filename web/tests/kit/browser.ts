/** Chromium, and one context per person: two people are two browsers as far as the app can tell. */
import { resolve } from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import type { Person } from './api';
import { App } from './app';

/** Where pictures go. */
export const shots = resolve(import.meta.dirname, '../../shots');
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** Nobody is asked, and it beeps once a second. */
const microphone = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
let browser: Browser;
const open: { context: BrowserContext; troubles: string[] }[] = [];

/** What the console may say without a test failing: failed loads are the tests' own doing. */
const allowed = /Failed to load resource|net::ERR_|WebSocket connection to/;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage', ...microphone] });
});
afterAll(async () => {
  await browser?.close();
});
afterEach(async ({ task }) => {
  const troubles = open.flatMap((one) => one.troubles);
  for (const [at, { context }] of open.splice(0).entries()) {
    // What somebody would have seen when it failed.
    const pages = task.result?.state === 'fail' ? context.pages() : [];
    for (const page of pages) await page.screenshot({ path: `${shots}/failed-${task.name.replace(/\W+/g, '-').slice(0, 60)}-${at}.png` }).catch(() => undefined);
    await context.close();
  }
  // Nothing a user does may end in an exception or a broken policy.
  expect(troubles, 'errors in the console').toEqual([]);
});

export const sizes = { phone: { width: 390, height: 844 }, tablet: { width: 820, height: 1180 }, desktop: { width: 1280, height: 800 } } as const;
export type Size = keyof typeof sizes;
export interface Look extends BrowserContextOptions {
  size?: Size;
  /** Goes to this address (`#/…`) at first. */
  at?: string;
  /** The stack, if it is another than that of all. */
  http?: string;
  /** Runs before anything of the page does. */
  before?: (context: BrowserContext) => Promise<unknown>;
}

/** A page of a browser of its own where nobody is signed in. */
export async function visit({ size = 'desktop', at = '', http = inject('stack').http, before, ...options }: Look = {}): Promise<App> {
  const context = await browser.newContext({
    viewport: sizes[size],
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    ...(size === 'phone' ? { hasTouch: true, isMobile: true } : {}),
    ...options,
  });
  context.setDefaultTimeout(20_000);
  const troubles: string[] = [];
  open.push({ context, troubles });
  context.on('page', (page) => watch(page, troubles));
  await before?.(context);
  const page = await context.newPage();
  await page.goto(`${http}/${at}`);
  return new App(page);
}

/** The app with somebody signed in: their session lies where the app looks for it. */
export async function openAs(person: Person, look: Look = {}): Promise<App> {
  const { token, expires_at, refresh_token } = person.session;
  const kept = JSON.stringify({ token, expires_at, refresh_token, user_id: person.id });
  const { at = '', ...rest } = look;
  return visit({
    http: person.http,
    ...rest,
    at,
    storageState: { cookies: [], origins: [{ origin: person.http, localStorage: [{ name: 'parlance.session', value: kept }] }] },
  });
}

function watch(page: Page, troubles: string[]): void {
  page.on('pageerror', (error) => troubles.push(`${error.message}\n${error.stack ?? ''}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !allowed.test(message.text())) troubles.push(message.text());
  });
}
