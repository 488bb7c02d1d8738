/** The app as somebody uses it: found by role and name, as a screen reader finds it. */
import type { Locator, Page } from 'playwright-core';

export class App {
  constructor(readonly page: Page) {}

  // Getting about

  async go(path: string): Promise<void> {
    await this.page.evaluate((hash) => void (location.hash = hash), path.replace(/^#?/, '#'));
  }
  /** The list of rooms; on a phone it is a page of its own, and so the main landmark. */
  get nav(): Locator {
    return this.page.getByRole('navigation', { name: 'Rooms and people' }).or(this.page.getByRole('main', { name: 'Rooms and people' }));
  }
  get main(): Locator {
    return this.page.getByRole('main');
  }
  /** The panel on the right; on a phone it is all there is, and so the main landmark. */
  get panel(): Locator {
    return this.page.getByRole('complementary', { name: 'Details' }).or(this.page.getByRole('main', { name: 'Details' }));
  }
  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }
  /** A room in the list; its name may be followed by what is unread, and on a phone by the time and the last message. */
  room(name: string): Locator {
    return this.nav.getByRole('link', { name: new RegExp(`^${escaped(name)}(\\s|,|$)`) });
  }
  async openRoom(name: string): Promise<void> {
    await this.room(name).click();
    await this.heading(name).waitFor();
  }
  heading(name: string): Locator {
    return this.main.getByRole('heading', { level: 1, name });
  }
  toast(text: string | RegExp): Locator {
    return this.page.locator('[role=status], [role=alert]').filter({ hasText: text });
  }

  // The door

  async register(username: string, password: string, displayName?: string): Promise<void> {
    await this.page.getByRole('link', { name: 'Create account' }).click();
    await this.page.getByLabel('Username').fill(username);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    if (displayName) await this.page.getByLabel('Display name').fill(displayName);
    await this.page.getByRole('button', { name: 'Create account' }).click();
    await this.nav.waitFor();
  }
  async signIn(username: string, password: string): Promise<void> {
    await this.page.getByLabel('Username').fill(username);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }
  async signOut(): Promise<void> {
    await this.nav.locator('button[aria-haspopup=menu]').first().click();
    await this.page.getByRole('menuitem', { name: 'Sign out' }).click();
  }

  // Rooms

  async createRoom(name: string, kind: 'Public' | 'Private' = 'Public'): Promise<void> {
    await this.nav.getByRole('button', { name: 'Create or find a room' }).click();
    await this.page.getByRole('menuitem', { name: 'Create room' }).click();
    await this.dialog.getByLabel('Name', { exact: true }).fill(name);
    await this.dialog.getByRole('radio', { name: new RegExp(`^${kind}`) }).check();
    await this.dialog.getByRole('button', { name: 'Create' }).click();
    await this.heading(name).waitFor();
  }

  // Messages

  get composer(): Locator {
    return this.main.locator('[data-composer]').getByRole('textbox');
  }
  get feed(): Locator {
    return this.main.getByRole('feed');
  }
  /** A message by a part of its text; what stands over the first one is no message. */
  message(text: string): Locator {
    return this.feed.getByRole('article').and(this.page.locator('[data-key]')).filter({ hasText: text });
  }
  /** Sends, and waits until it is shown; `shown` where that is another text than was written. */
  async send(text: string, shown = text): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
    await this.message(shown).last().waitFor();
  }
  /** The tools of a message, as the pointer brings them out. */
  async tool(text: string, name: string): Promise<void> {
    await this.message(text).last().hover();
    const toolbar = this.message(text).last().getByRole('toolbar');
    await toolbar.waitFor();
    const button = toolbar.getByRole('button', { name, exact: true });
    if (await button.isVisible()) return button.click();
    await toolbar.getByRole('button', { name: 'More actions' }).click();
    await this.page.getByRole('menuitem', { name }).click();
  }
  /** The texts of the messages that are drawn, in order. */
  async texts(): Promise<string[]> {
    return this.feed.locator('[role=article] .message-text').allInnerTexts();
  }
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
