/** The one door between components and model. */
import { Api } from '../api/http';
import { describeProblemsBy, Problem } from '../api/problem';
import type { Chat, Session } from './contract';
import { SessionState } from './session.svelte';
import { words } from './words';

export { Problem };
export type * from './contract';

describeProblemsBy(words);

const state = new SessionState(new Api());

/** Who is signed in. */
export const session: Session = state;

/** Resolves when it is known whether somebody was signed in already: the first page waits for it. */
export const restored: Promise<void> = state.restore();

/** The chat of whoever is signed in: for components that are shown only then. */
export function chat(): Chat {
  if (session.chat === null) throw new Error('nobody is signed in');
  return session.chat;
}
