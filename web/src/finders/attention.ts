/** Which room each tab of this browser has in front of somebody's eyes: known to all tabs, through a channel. */

interface Word {
  readonly tab: string;
  /** The room in focus; null without focus, undefined to ask all others. */
  readonly room?: string | null;
}

export class Attention {
  readonly #tab = crypto.randomUUID();
  readonly #channel = new BroadcastChannel('parlance.attention');
  readonly #others = new Map<string, string>();
  #room: string | null = null;

  constructor() {
    this.#channel.onmessage = ({ data }: MessageEvent<Word>) => {
      if (data.room === undefined) this.#tell();
      else if (data.room === null) this.#others.delete(data.tab);
      else this.#others.set(data.tab, data.room);
    };
    this.#channel.postMessage({ tab: this.#tab } satisfies Word);
  }

  /** What this tab shows to somebody now. */
  set(room: string | null): void {
    if (room === this.#room) return;
    this.#room = room;
    this.#tell();
  }

  /** Is a room in focus in any tab? */
  has(room: string): boolean {
    return this.#room === room || [...this.#others.values()].includes(room);
  }

  close(): void {
    this.set(null);
    this.#channel.close();
  }

  #tell(): void {
    this.#channel.postMessage({ tab: this.#tab, room: this.#room } satisfies Word);
  }
}
