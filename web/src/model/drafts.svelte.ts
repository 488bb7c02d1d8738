import { SvelteMap } from 'svelte/reactivity';
import type { Core } from './core';
import type { CachedDraft } from './cache';
import type { Draft, Message } from './contract';
import { UploadState } from './uploads.svelte';

/** Typing is saved after a pause of this length. */
const SAVE_MS = 400;

/** What was written and not sent yet, of a room or a thread. */
export class DraftState implements Draft {
  readonly id: string;
  #core: Core;
  #text = $state('');
  #replyTo: Message | null = $state.raw(null);
  #uploads = new SvelteMap<string, UploadState>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(core: Core, id: string, kept?: CachedDraft) {
    this.#core = core;
    this.id = id;
    if (kept) {
      this.#text = kept.text;
      this.#replyTo = kept.replyTo;
    }
  }

  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    this.#text = text;
    this.#save();
  }

  get replyTo(): Message | null {
    return this.#replyTo;
  }

  set replyTo(message: Message | null) {
    this.#replyTo = message;
    this.#save();
  }

  uploads: UploadState[] = $derived.by(() => [...this.#uploads.values()]);

  addFiles(files: Iterable<File>): void {
    for (const file of files) {
      const upload = new UploadState(this.#core, file, () => this.#uploads.delete(upload.key));
      this.#uploads.set(upload.key, upload);
      upload.start();
    }
  }

  /** A file has been checked. */
  checked(attachment: { id: string }): UploadState | undefined {
    return this.uploads.find((upload) => upload.attachment?.id === attachment.id);
  }

  /** Takes what can be sent; the draft is empty afterwards, but for files that are not ready. */
  take(): { content: string; attachments: NonNullable<UploadState['attachment']>[]; replyTo: Message | null } {
    const ready = this.uploads.filter((upload) => upload.state === 'ready' && upload.attachment !== null);
    const attachments = ready.slice(0, this.#core.limits.attachments_max).map((upload) => upload.attachment as NonNullable<UploadState['attachment']>);
    for (const upload of ready.slice(0, attachments.length)) {
      upload.release();
      this.#uploads.delete(upload.key);
    }
    const taken = { content: this.#text.trim(), attachments, replyTo: this.#replyTo };
    this.#text = '';
    this.#replyTo = null;
    this.flush();
    return taken;
  }

  /** Writes at once: before the page goes. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#core.cache.keepDraft({ id: this.id, text: this.#text, replyTo: $state.snapshot(this.#replyTo) as Message | null });
  }

  /** As `flush`, if anything waits to be written. */
  settle(): void {
    if (this.#timer !== undefined) this.flush();
  }

  #save(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), SAVE_MS);
  }
}
