/** Failures in words, for what has no better place to say them than a toast. */
import { Problem } from '../api/problem';
import { m } from '../messages/messages.js';
import { toast } from '../ui/toast.svelte';

export function inWords(problem: unknown): string {
  return problem instanceof Problem ? problem.title : m.conversation_problem();
}

/** Waits for it and says so if it failed; false then. */
export async function tell(done: Promise<unknown>): Promise<boolean> {
  try {
    await done;
    return true;
  } catch (problem) {
    toast(inWords(problem), { kind: 'error' });
    return false;
  }
}
