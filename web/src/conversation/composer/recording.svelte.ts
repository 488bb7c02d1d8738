/** One recording from the microphone, from the question whether we may to the finished file. */
import { VOICE_NAME } from '../message/text';

export const RECORDING_MS_MAX = 5 * 60_000;
/** Five minutes are 1.2 MB, and speech needs no more. */
const BITS_PER_SECOND = 32_000;
const TICK_MS = 100;
/** Pieces come this often; two of them still have room below the limit. */
const PIECE_MS = 1000;
const PIECE_BYTES = 64_000;
const LEVELS = 48;

/** What the server takes, that best understood everywhere first. */
const KINDS = [
  ['audio/webm;codecs=opus', 'webm'],
  ['audio/mp4', 'm4a'],
  ['audio/ogg;codecs=opus', 'ogg'],
] as const;

/** The first kind of file that this browser can record. */
export function kindOf(supported: (type: string) => boolean): { type: string; extension: string } | null {
  const found = KINDS.find(([type]) => supported(type));
  return found ? { type: found[0], extension: found[1] } : null;
}

export function canRecord(): boolean {
  // Both are missing where the page has not come by HTTPS.
  return typeof MediaRecorder !== 'undefined' && 'mediaDevices' in navigator && kindOf((type) => MediaRecorder.isTypeSupported(type)) !== null;
}

export class Recording {
  /** Full: it has stopped by itself, with everything kept. */
  state: 'asking' | 'on' | 'full' | 'over' = $state('asking');
  /** In ms. */
  elapsed = $state(0);
  /** How loud it was of late, 0 to 1, the newest last. */
  levels: readonly number[] = $state.raw(Array<number>(LEVELS).fill(0));
  readonly #bytesMax: number;
  #pieces: Blob[] = [];
  #bytes = 0;
  #recorder: MediaRecorder | null = null;
  #context: AudioContext | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #stopped: Promise<unknown> = Promise.resolve();

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Asks for the microphone and begins; rejects with what the browser says (`NotAllowedError` and so on). */
  async start(): Promise<void> {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const kind = kindOf((type) => MediaRecorder.isTypeSupported(type));
    if (this.state === 'over' || !kind) return stream.getTracks().forEach((track) => track.stop());
    const recorder = new MediaRecorder(stream, { mimeType: kind.type, audioBitsPerSecond: BITS_PER_SECOND });
    this.#recorder = recorder;
    this.#stopped = new Promise((done) => recorder.addEventListener('stop', done, { once: true }));
    recorder.addEventListener('dataavailable', ({ data }) => {
      this.#pieces.push(data);
      this.#bytes += data.size;
      if (this.#bytes > this.#bytesMax - 2 * PIECE_BYTES) this.#halt();
    });
    // It stops by itself when the microphone is pulled out.
    recorder.addEventListener('stop', () => this.#halt());
    recorder.start(PIECE_MS);
    this.state = 'on';
    const level = this.#meter(stream);
    const begun = performance.now();
    this.#timer = setInterval(() => {
      this.elapsed = Math.min(RECORDING_MS_MAX, performance.now() - begun);
      this.levels = [...this.levels.slice(1), level()];
      if (this.elapsed >= RECORDING_MS_MAX) this.#halt();
    }, TICK_MS);
  }

  #meter(stream: MediaStream): () => number {
    this.#context = new AudioContext();
    const analyser = this.#context.createAnalyser();
    this.#context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    return () => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, one) => sum + one * one, 0) / samples.length;
      // As ears hear it: by decibels, of which 50 are shown.
      return Math.max(0, Math.min(1, 1 + (10 * Math.log10(power + 1e-10)) / 50));
    };
  }

  /** Lets the microphone go; what was recorded stays. */
  #halt(): void {
    clearInterval(this.#timer);
    if (this.#recorder && this.#recorder.state !== 'inactive') this.#recorder.stop();
    for (const track of this.#recorder?.stream.getTracks() ?? []) track.stop();
    void this.#context?.close().catch(() => undefined);
    this.#context = null;
    if (this.state !== 'over') this.state = 'full';
  }

  /** Ends it; the file, or null where nothing was recorded. */
  async finish(): Promise<File | null> {
    this.state = 'over';
    this.#halt();
    await this.#stopped;
    const type = this.#recorder?.mimeType.split(';')[0] ?? '';
    const extension = KINDS.find(([one]) => one.startsWith(type))?.[1];
    return this.#bytes > 0 && type && extension ? new File(this.#pieces, `${VOICE_NAME}.${extension}`, { type }) : null;
  }

  cancel(): void {
    this.state = 'over';
    this.#halt();
    this.#pieces = [];
  }
}
