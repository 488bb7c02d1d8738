/** Colours for code, loaded with the first block that names a language; each language by itself. */
import hljs from 'highlight.js/lib/core';
import type { LanguageFn } from 'highlight.js';
import { safeHtml } from '../../ui/html';

type Loader = () => Promise<{ default: LanguageFn }>;

const loaders: Record<string, Loader> = {
  bash: () => import('highlight.js/lib/languages/bash'),
  c: () => import('highlight.js/lib/languages/c'),
  cpp: () => import('highlight.js/lib/languages/cpp'),
  csharp: () => import('highlight.js/lib/languages/csharp'),
  css: () => import('highlight.js/lib/languages/css'),
  diff: () => import('highlight.js/lib/languages/diff'),
  dockerfile: () => import('highlight.js/lib/languages/dockerfile'),
  go: () => import('highlight.js/lib/languages/go'),
  ini: () => import('highlight.js/lib/languages/ini'),
  java: () => import('highlight.js/lib/languages/java'),
  javascript: () => import('highlight.js/lib/languages/javascript'),
  json: () => import('highlight.js/lib/languages/json'),
  kotlin: () => import('highlight.js/lib/languages/kotlin'),
  markdown: () => import('highlight.js/lib/languages/markdown'),
  php: () => import('highlight.js/lib/languages/php'),
  python: () => import('highlight.js/lib/languages/python'),
  ruby: () => import('highlight.js/lib/languages/ruby'),
  rust: () => import('highlight.js/lib/languages/rust'),
  sql: () => import('highlight.js/lib/languages/sql'),
  swift: () => import('highlight.js/lib/languages/swift'),
  typescript: () => import('highlight.js/lib/languages/typescript'),
  xml: () => import('highlight.js/lib/languages/xml'),
  yaml: () => import('highlight.js/lib/languages/yaml'),
};

const aliases: Record<string, string> = {
  sh: 'bash', shell: 'bash', zsh: 'bash', console: 'bash', 'c++': 'cpp', cs: 'csharp', docker: 'dockerfile', golang: 'go',
  toml: 'ini', js: 'javascript', jsx: 'javascript', kt: 'kotlin', md: 'markdown', py: 'python', rb: 'ruby', rs: 'rust',
  ts: 'typescript', tsx: 'typescript', html: 'xml', svg: 'xml', svelte: 'xml', yml: 'yaml', patch: 'diff',
};

/** Longer code stays black and white: colouring it would be felt while typing. */
const CHARACTERS_MAX = 20_000;

export async function colour(code: HTMLElement): Promise<void> {
  const named = /language-(\S+)/.exec(code.className)?.[1]?.toLowerCase() ?? '';
  const language = aliases[named] ?? named;
  const load = Object.hasOwn(loaders, language) ? loaders[language] : undefined;
  const text = code.textContent;
  if (!load || text.length > CHARACTERS_MAX) return;
  if (!hljs.getLanguage(language)) hljs.registerLanguage(language, (await load()).default);
  // The highlighter escapes what it is given; it goes through the sanitiser like everything else.
  code.innerHTML = safeHtml(hljs.highlight(text, { language, ignoreIllegals: true }).value);
}
