import { m } from '../../messages/messages.js';

// The order matters: Edge and Opera call themselves Chrome too, Chrome calls itself Safari.
const browsers: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\/|FxiOS/, 'Firefox'],
  [/SamsungBrowser/, 'Samsung Internet'],
  [/Chrome\/|CriOS|Chromium/, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const systems: [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/CrOS/, 'ChromeOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/Linux/, 'Linux'],
];

/** A `User-Agent` in a few words, and whether it is a phone's; what is no browser by its own name. */
export function deviceOf(agent: string | null): { name: string; phone: boolean } {
  const text = agent ?? '';
  const find = (list: [RegExp, string][]) => list.find(([pattern]) => pattern.test(text))?.[1];
  const [browser, system] = [find(browsers), find(systems)];
  const phone = /iPhone|Android.*Mobile/.test(text);
  if (browser && system) return { name: m.shell_device_on({ browser, system }), phone };
  return { name: browser ?? system ?? (text.split(/[\s/]/)[0] || m.shell_device_unknown()), phone };
}
