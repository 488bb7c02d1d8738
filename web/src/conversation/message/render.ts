/**
 * A message that the server has not rendered yet, by the server's rules: HTML is shown as typed, a
 * picture is a link, a line break is a break. Loaded with the first message that is sent.
 */
import { Marked } from 'marked';
import type { CompactUser } from '../../model/contract';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign);
const ALL = /^(?:all|channel|here|everyone)$/i;

let named: ReadonlyMap<string, CompactUser> = new Map();

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }) => escape(text),
    image: ({ href, text }) => `<a href="${escape(href)}">${escape(text || href)}</a>`,
  },
  extensions: [
    {
      name: 'mention',
      level: 'inline',
      start: (source) => source.match(/(?<![\w@./])@\w/)?.index,
      tokenizer(source) {
        const name = /^@(\w{3,20})(?!\w)/.exec(source)?.[1];
        if (!name || (!ALL.test(name) && !named.has(name.toLowerCase()))) return undefined;
        return { type: 'mention', raw: `@${name}`, name };
      },
      renderer: (token) => {
        const name = String(token['name']);
        const user = named.get(name.toLowerCase());
        const data = user ? `data-user-id="${escape(user.id)}"` : 'data-all="true"';
        return `<span class="mention" ${data}>@${escape(name)}</span>`;
      },
    },
  ],
});

/** HTML as the server will make it; it still goes through `safeHtml`. `people` are those whose names are known here. */
export function render(content: string, people: Iterable<CompactUser>): string {
  named = new Map(Array.from(people, (user) => [user.username.toLowerCase(), user]));
  return marked.parse(content, { async: false });
}
