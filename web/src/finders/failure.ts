import { Problem } from '../api/problem';
import { m } from '../messages/messages.js';

/** Why something failed, in words for the user. */
export const titleOf = (error: unknown): string => (error instanceof Problem ? error.title : m.finders_failed());
