import { data } from '../api/http';
import { Problem } from '../api/problem';
import { upload } from '../api/upload';
import type { Attachment, Upload } from './contract';
import type { Core } from './core';

/** How often a file that is being checked is asked after, should its event be lost. */
const CHECK_MS = 5000;

/** Browsers call each of these a film by its name. Film is not taken, so it can only be sound; the server looks. */
function asSound(file: File): File {
  return /^video\/(?:webm|ogg)$/.test(file.type) ? new File([file], file.name, { type: file.type.replace('video', 'audio') }) : file;
}

/** A file on its way. */
export class UploadState implements Upload {
  readonly key = crypto.randomUUID();
  readonly file: File;
  readonly preview: string | null;
  state: 'uploading' | 'checking' | 'ready' | 'failed' = $state.raw('uploading');
  progress = $state(0);
  failure: string | null = $state.raw(null);
  attachment: Attachment | null = $state.raw(null);
  #core: Core;
  #gone: () => void;
  #ready: (attachment: Attachment) => void;
  #stop = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(core: Core, file: File, gone: () => void, ready: (attachment: Attachment) => void = () => {}) {
    this.#core = core;
    this.file = asSound(file);
    this.#gone = gone;
    this.#ready = ready;
    this.preview = file.type.startsWith('image/') && typeof URL.createObjectURL === 'function' ? URL.createObjectURL(file) : null;
  }

  start(): void {
    this.state = 'uploading';
    this.progress = 0;
    this.failure = null;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const key = `${this.key}:${Date.now()}`;
    upload(this.#core.api, this.file, key, (part) => (this.progress = part), signal).then(
      (attachment) => {
        if (signal.aborted) this.#takeBack(attachment);
        else this.checked(attachment);
      },
      (error: unknown) => {
        if (signal.aborted) return;
        this.state = 'failed';
        this.failure = Problem.wrap(error).title;
      },
    );
  }

  /** The server's word on the file, from the answer or from `attachment_updated`. */
  checked(attachment: Attachment): void {
    clearTimeout(this.#timer);
    this.attachment = attachment;
    this.progress = 1;
    if (attachment.status === 'clean') {
      const again = this.state === 'ready';
      this.state = 'ready';
      // The answer and the event say the same.
      if (!again) this.#ready(attachment);
    } else if (attachment.status === 'pending') {
      this.state = 'checking';
      this.#timer = setTimeout(() => void this.#ask(attachment.id), CHECK_MS);
    } else {
      this.state = 'failed';
      const code = attachment.status === 'infected' ? 'infected' : 'file_unreadable';
      this.failure = new Problem(code, 0, attachment.status).title;
    }
  }

  retry(): void {
    if (this.state !== 'failed') return;
    this.attachment = null;
    this.start();
  }

  remove(): void {
    this.#stop.abort();
    this.release();
    this.#gone();
    if (this.attachment) this.#takeBack(this.attachment);
  }

  /** Lets the preview go; the file itself stays at the server. */
  release(): void {
    clearTimeout(this.#timer);
    if (this.preview) URL.revokeObjectURL(this.preview);
  }

  async #ask(id: string): Promise<void> {
    try {
      const params = { path: { attachment_id: id } };
      const attachment = await data(this.#core.api.client.GET('/attachments/{attachment_id}/meta', { params }));
      if (this.state === 'checking') this.checked(attachment);
    } catch {
      if (this.state === 'checking') this.#timer = setTimeout(() => void this.#ask(id), CHECK_MS);
    }
  }

  #takeBack(attachment: Attachment): void {
    const params = { path: { attachment_id: attachment.id } };
    void data(this.#core.api.client.DELETE('/attachments/{attachment_id}', { params })).catch(() => undefined);
  }
}
