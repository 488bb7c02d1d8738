import { mount, unmount } from 'svelte';
import Confirm from './Confirm.svelte';

export interface Question {
  title: string;
  text: string;
  /** The word on the button that does it: a verb, never "OK". */
  action: string;
  danger?: boolean;
  /** What must be typed before it can be done. */
  typed?: string;
}

/** Asks before what cannot be taken back; false also for Esc and a press outside. */
export function confirm(question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const shown = mount(Confirm, {
      target: document.body,
      props: {
        ...question,
        answer: (yes: boolean) => {
          resolve(yes);
          void unmount(shown);
        },
      },
    });
  });
}
