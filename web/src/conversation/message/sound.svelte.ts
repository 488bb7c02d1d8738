/** What all players of sound share: one plays at a time, and all at the speed that was chosen last. */

const RATES = [1, 1.5, 2];
/** Past the end of anything: whoever is sent there stops at the end. */
const FAR_S = 1e9;

export const sound = $state({ rate: 1 });
let playing: HTMLAudioElement | null = null;

/** To be told whenever one starts: what played before stops. */
export function started(audio: HTMLAudioElement): void {
  if (playing !== audio) playing?.pause();
  playing = audio;
}

/** Stops whatever plays. */
export function hush(): void {
  playing?.pause();
}

export function faster(): void {
  sound.rate = RATES[RATES.indexOf(sound.rate) + 1] ?? 1;
}

/**
 * How long it is in seconds, as soon as it has metadata. What a browser has recorded does not say so
 * (`Infinity`): then its end is looked for, and it goes back to its beginning.
 */
export async function lengthOf(audio: HTMLAudioElement): Promise<number> {
  if (Number.isFinite(audio.duration)) return audio.duration;
  const seeked = () =>
    new Promise((done) => {
      for (const type of ['seeked', 'error']) audio.addEventListener(type, done, { once: true });
    });
  let done = seeked();
  audio.currentTime = FAR_S;
  await done;
  const length = Number.isFinite(audio.duration) ? audio.duration : audio.currentTime;
  done = seeked();
  audio.currentTime = 0;
  await done;
  return length;
}
