/** Files as `blob:` addresses: fetched with the token, shared by all who show them, the ones not used for longest let go. */
import type { Api } from '../api/http';
import type { Attachment } from './contract';

/** Addresses kept; about a screen or two of pictures. */
const KEPT_MAX = 300;

interface Kept {
  address: Promise<string>;
  used: number;
}

export class Files {
  #api: Api;
  #kept = new Map<string, Kept>();
  #uses = 0;

  constructor(api: Api) {
    this.#api = api;
  }

  url(attachmentId: string, size?: 96 | 360 | 1080): Promise<string> {
    const key = `${attachmentId}/${size ?? ''}`;
    let kept = this.#kept.get(key);
    if (!kept) {
      kept = { address: this.#fetch(attachmentId, size).then((blob) => URL.createObjectURL(blob)), used: 0 };
      this.#kept.set(key, kept);
      // What failed is tried again by whoever asks next.
      kept.address.catch(() => this.#kept.delete(key));
      this.#trim();
    }
    kept.used = this.#uses += 1;
    return kept.address;
  }

  async download(attachment: Attachment): Promise<void> {
    const address = URL.createObjectURL(await this.#fetch(attachment.id));
    const link = document.createElement('a');
    link.href = address;
    link.download = attachment.filename;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  clear(): void {
    for (const key of [...this.#kept.keys()]) this.#drop(key);
  }

  async #fetch(attachmentId: string, size?: number): Promise<Blob> {
    const query = size === undefined ? '' : `?size=${size}`;
    const base = this.#api.base || location.origin;
    const response = await this.#api.fetch(new Request(`${base}/attachments/${encodeURIComponent(attachmentId)}${query}`));
    return response.blob();
  }

  #trim(): void {
    if (this.#kept.size <= KEPT_MAX) return;
    const oldest = [...this.#kept].sort(([, a], [, b]) => a.used - b.used).slice(0, KEPT_MAX / 4);
    for (const [key] of oldest) this.#drop(key);
  }

  #drop(key: string): void {
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    kept?.address.then((address) => URL.revokeObjectURL(address)).catch(() => undefined);
  }
}
