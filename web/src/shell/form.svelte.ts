import { Problem, type ProblemField } from '../api/problem';
import { m } from '../messages/messages.js';
import { toast } from '../ui/toast.svelte';

/** What is wrong with a field in words; a form may say it better for its own (by pointer). */
function wordsFor(field: ProblemField): string {
  if (field.code === 'required') return m.shell_field_required();
  if (field.code === 'too_long' && field.max) return m.shell_field_too_long({ max: field.max });
  return m.shell_field_invalid();
}

/**
 * The state of a form while it is sent: `busy`, the words for each field by its JSON pointer, and those
 * for the whole (`failure`). `own` says first what it has better words for; pointer `''` is the whole.
 */
export class Form {
  busy = $state(false);
  failure = $state<string | null>(null);
  #errors = $state<Record<string, string>>({});

  constructor(private readonly own: (problem: Problem) => Record<string, string> | null = () => null) {}

  /** The words for a field, or null. */
  error(pointer: string): string | null {
    return this.#errors[pointer] ?? null;
  }

  /** Sets or clears what is said of a field. */
  set(pointer: string, words: string | null): void {
    if (words) this.#errors[pointer] = words;
    else delete this.#errors[pointer];
  }

  /** Any field refused? */
  get wrong(): boolean {
    return Object.keys(this.#errors).length > 0;
  }

  /** Does it, unless it is being done; true when it worked. */
  async run(action: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.failure = null;
    this.#errors = {};
    try {
      await action();
      return true;
    } catch (error) {
      this.#take(Problem.wrap(error));
      return false;
    } finally {
      this.busy = false;
    }
  }

  #take(problem: Problem): void {
    const own = this.own(problem);
    for (const field of problem.errors) this.#errors[field.pointer] = wordsFor(field);
    if (own) {
      const { '': whole, ...fields } = own;
      Object.assign(this.#errors, fields);
      if (whole) this.failure = whole;
    }
    if (!this.wrong && !this.failure) this.failure = problem.title;
  }
}

/** Puts the focus on the first field of a form that was refused; call it after `run` gave false. */
export function focusWrong(form: HTMLElement | null | undefined): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
}

/** Says in a toast why something did not work. */
export function tell(error: unknown): void {
  const problem = Problem.wrap(error);
  if (problem.code !== 'aborted') toast(problem.title, { kind: 'error' });
}

/** Does it, says so when it worked (if there is something to say) and why when not. */
export async function attempt(action: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await action();
    if (done) toast(done, { kind: 'success' });
    return true;
  } catch (error) {
    tell(error);
    return false;
  }
}
