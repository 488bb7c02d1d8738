// How much a first visit loads: index.html's scripts and styles with all that they import at once, gzipped.
// What is imported later by `import()` counts as later. Exit code 1 above the budget.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const dist = resolve(import.meta.dirname, '../dist');
const budgets = { js: 110_000, css: 20_000 };

const html = readFileSync(join(dist, 'index.html'), 'utf8');
const tags = [...html.matchAll(/<(?:script|link)\b[^>]*?(?:src|href)="([^"]+)"[^>]*>/g)];
const named = tags.filter(([tag]) => /^<script|rel="(?:stylesheet|modulepreload)"/.test(tag)).map(([, url]) => join(dist, url));

/** Files that a module imports when it starts; Rolldown writes `import … from"./x.js"` and `import"./x.js"`. */
function imports(file) {
  if (!file.endsWith('.js')) return [];
  const text = readFileSync(file, 'utf8');
  const found = text.matchAll(/(?:^|[;}\n])(?:import|export)(?:\s*[\w*{][^;'"()]*?from)?\s*["'](\.[^"']+)["']/g);
  return [...found].map(([, path]) => resolve(dirname(file), path));
}

const first = new Set();
for (const open = [...named]; open.length > 0; ) {
  const file = open.pop();
  if (first.has(file)) continue;
  first.add(file);
  open.push(...imports(file));
}

const packed = (file) => gzipSync(readFileSync(file), { level: 9 }).length;
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const sums = { js: 0, css: 0 };
for (const file of [...first].sort()) {
  const size = packed(file);
  sums[file.endsWith('.css') ? 'css' : 'js'] += size;
  console.log(`  first  ${kB(size).padStart(9)}  ${file.slice(dist.length + 1)}`);
}
const assets = join(dist, 'assets');
for (const file of readdirSync(assets).map((name) => join(assets, name)).sort()) {
  if (!first.has(file) && /\.(js|css)$/.test(file)) console.log(`  later  ${kB(packed(file)).padStart(9)}  ${file.slice(dist.length + 1)}`);
}
let over = first.size === 0;
for (const [kind, budget] of Object.entries(budgets)) {
  console.log(`${kind}: ${kB(sums[kind])} gzip at first, of ${kB(budget)}`);
  over ||= sums[kind] > budget;
}
process.exitCode = over ? 1 : 0;
