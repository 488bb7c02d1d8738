// Draws public/icon-*.png from the app's own sign; run by hand when it changes: `node tests/icons.mjs`.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { chromium } from 'playwright-core';

const out = resolve(import.meta.dirname, '../public');
const bubble = 'M18 17h28a6 6 0 0 1 6 6v16a6 6 0 0 1-6 6H33l-11 9v-9h-4a6 6 0 0 1-6-6V23a6 6 0 0 1 6-6z';
const lines = 'M22 27h20M22 35h12';
/** `round` has transparent corners, `full` fills the square (the system cuts it), `badge` is a white silhouette. */
const svg = {
  round: `<rect width="64" height="64" rx="16" fill="#5a4ad9"/><path d="${bubble}" fill="#fff"/><path d="${lines}" stroke="#5a4ad9" stroke-width="4" stroke-linecap="round"/>`,
  full: `<rect width="64" height="64" fill="#5a4ad9"/><g transform="translate(9.6 9.6) scale(.7)"><path d="${bubble}" fill="#fff"/><path d="${lines}" stroke="#5a4ad9" stroke-width="4" stroke-linecap="round"/></g>`,
  badge: `<mask id="m"><rect width="64" height="64" fill="#fff"/><path d="${lines}" stroke="#000" stroke-width="4" stroke-linecap="round"/></mask><path d="${bubble}" fill="#fff" mask="url(#m)"/>`,
};
const icons = [
  ['icon-192', 192, 'round'],
  ['icon-512', 512, 'round'],
  ['icon-maskable-512', 512, 'full'],
  ['icon-180', 180, 'full'],
  ['badge-96', 96, 'badge'],
];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const [name, size, kind] of icons) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body{margin:0}</style><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="${size}" height="${size}" style="display:block">${svg[kind]}</svg>`);
  writeFileSync(resolve(out, `${name}.png`), await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();
