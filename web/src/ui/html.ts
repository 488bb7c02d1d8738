/**
 * The only way HTML gets into the page: what the server says is safe, sanitised a second time, as a
 * `TrustedHTML` of the policy `parlance`, which the CSP's `trusted-types` names. Nobody else gets at the policy.
 */
import DOMPurify, { type Config } from 'dompurify';

// DOMPurify parses through this policy too: it is for its hands only, hence the identity.
// TypeScript's DOM does not know trusted types yet.
interface Factory {
  createPolicy(name: string, rules: { createHTML(html: string): string; createScriptURL(url: string): string }): object;
}
const policy = (globalThis as { trustedTypes?: Factory }).trustedTypes?.createPolicy('parlance', {
  createHTML: (html: string) => html,
  createScriptURL: () => {
    throw new TypeError('Parlance loads no script by address');
  },
});

/** Just what `docs/api.md` says that `content_html` and `snippet_html` hold. */
const config: Config = {
  ALLOWED_TAGS: [
    ...['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'em', 'strong', 'del', 'blockquote', 'ul', 'ol', 'li', 'pre', 'code'],
    ...['table', 'thead', 'tbody', 'tr', 'th', 'td', 'input', 'a', 'span', 'mark'],
  ],
  ALLOWED_ATTR: ['href', 'class', 'start', 'type', 'checked', 'disabled', 'data-user-id', 'data-all', 'target', 'rel'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  // What is no address need not look like one: else ids of mentions and checkboxes of task lists are lost.
  ADD_URI_SAFE_ATTR: ['start', 'type', 'data-user-id', 'data-all'],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
  RETURN_TRUSTED_TYPE: policy !== undefined,
  ...(policy ? { TRUSTED_TYPES_POLICY: policy as unknown as NonNullable<Config['TRUSTED_TYPES_POLICY']> } : {}),
};

DOMPurify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName === 'A') {
    node.setAttribute('target', '_blank');
    node.setAttribute('rel', 'noopener noreferrer nofollow ugc');
  }
  // A form's other inputs would be somebody else's form in the middle of a message.
  if (node.tagName === 'INPUT' && (node.getAttribute('type') !== 'checkbox' || !node.hasAttribute('disabled'))) node.remove();
});

/**
 * `content_html` or `snippet_html`, ready for `{@html}`. Null or undefined is nothing. Typed as a
 * string because Svelte's `{@html}` asks for one; it is a `TrustedHTML` wherever there is such a thing.
 */
export function safeHtml(html: string | null | undefined): string {
  return html ? (DOMPurify.sanitize(html, config) as unknown as string) : '';
}
