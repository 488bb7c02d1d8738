import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import type { Plugin } from 'vite';

const source = resolve(import.meta.dirname, '../src/finders/worker/sw.js');
const messages = resolve(import.meta.dirname, '../messages');
const publicFolder = resolve(import.meta.dirname, '../public');

/** What starts the app offline; other assets (emoji data, languages of code) are kept once they were used. */
const kept = (name: string) => /\.(?:js|css|html|svg|webmanifest|woff2)$/.test(name) && !/languages?-|emoji/.test(name);

type Message = string | [{ match: Record<string, string> }];

/** What the worker says of notifications, in all languages: the app's own words, plurals by their category. */
function words(): Record<string, Record<string, unknown>> {
  const of = (language: string) => {
    const all = JSON.parse(readFileSync(resolve(messages, language, 'finders.json'), 'utf8')) as Record<string, Message>;
    const plain = (key: string) => {
      const found = all[key];
      if (found === undefined) throw new Error(`messages/${language}/finders.json has no ${key}`);
      if (typeof found === 'string') return found;
      return Object.fromEntries(Object.entries(found[0].match).map(([which, text]) => [which.split('=')[1], text]));
    };
    const kinds = ['mention', 'reply', 'direct', 'invite'].map((kind) => [kind, plain(`finders_notice_${kind}`)]);
    return Object.fromEntries([...kinds, ['room', plain('finders_a_room')]]) as Record<string, unknown>;
  };
  return Object.fromEntries(readdirSync(messages).map((language) => [language, of(language)]));
}

/**
 * Writes `sw.js` with the list of the built files in it. Its version is a digest of that list and of the page,
 * so that any change of the app is a new worker, and no change is none. The page is told its version, too.
 */
export function serviceWorker(): Plugin {
  return {
    name: 'parlance-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const digest = createHash('sha256');
        const files = Object.values(bundle).map(({ fileName }) => fileName);
        const others = readdirSync(publicFolder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => relative(publicFolder, resolve(entry.parentPath, entry.name)).replaceAll(sep, '/'));
        for (const name of others.toSorted()) digest.update(name).update(readFileSync(resolve(publicFolder, name)));
        const page = bundle['index.html'];
        if (page?.type === 'asset') digest.update(page.source);
        const paths = [...files, ...others].filter(kept).map((name) => (name === 'index.html' ? '/' : `/${name}`));
        digest.update(paths.toSorted().join());
        const code = readFileSync(source, 'utf8').replace('__WORDS__', () => JSON.stringify(words()));
        digest.update(code);
        const version = digest.digest('hex').slice(0, 12);
        if (page?.type === 'asset') page.source = `${page.source}`.replace('</head>', `<meta name="version" content="${version}" /></head>`);
        const written = code.replace('__VERSION__', version).replace('__FILES__', JSON.stringify(paths.toSorted()));
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: written });
      },
    },
  };
}
