let context: AudioContext | undefined;

/** Two soft tones, made here: no file to load. Silent until the page has been pressed once; browsers want that. */
export function chime(): void {
  context ??= new AudioContext();
  const now = context.currentTime;
  for (const [at, pitch] of [
    [0, 660],
    [0.11, 880],
  ] as const) {
    const tone = context.createOscillator();
    const loudness = context.createGain();
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0, now + at);
    loudness.gain.linearRampToValueAtTime(0.12, now + at + 0.015);
    loudness.gain.exponentialRampToValueAtTime(0.0001, now + at + 0.35);
    tone.connect(loudness).connect(context.destination);
    tone.start(now + at);
    tone.stop(now + at + 0.4);
  }
}
