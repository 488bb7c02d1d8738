import { SvelteMap } from 'svelte/reactivity';
import type { Attachment, Message, Upload } from './contract';
import type { Core, Outgoing } from './core';
import { UploadState } from './uploads.svelte';

interface Parcel {
  upload: UploadState;
  /** The thread it was sent from, or null. */
  root: string | null;
}

/** Files that become messages of their own as soon as they are there: nothing of the draft goes with them. */
export class Parcels {
  #core: Core;
  #post: (body: Outgoing) => void;
  #held = new SvelteMap<string, Parcel>();

  constructor(core: Core, post: (body: Outgoing) => void) {
    this.#core = core;
    this.#post = post;
  }

  of(root: string | null): Upload[] {
    return [...this.#held.values()].filter((parcel) => parcel.root === root).map((parcel) => parcel.upload);
  }

  send(file: File, root: Message | null, replyTo: Message | null): void {
    const answered = replyTo ?? root;
    const gone = () => this.#held.delete(upload.key);
    const upload: UploadState = new UploadState(this.#core, file, gone, (attachment) => {
      upload.release();
      gone();
      const parent = answered && (answered.parent_message_id ?? answered.id);
      this.#post({ content: '', attachments: [attachment], parent, replyTo: answered?.id ?? null });
    });
    this.#held.set(upload.key, { upload, root: root?.id ?? null });
    upload.start();
  }

  /** A file has been checked. */
  checked(attachment: Attachment): void {
    for (const { upload } of this.#held.values()) if (upload.attachment?.id === attachment.id) upload.checked(attachment);
  }
}
