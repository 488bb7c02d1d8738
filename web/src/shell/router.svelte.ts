/**
 * The address decides what is shown; everything that can be gone back from is in the history. Addresses
 * live behind `#`, so that any file server can hand out the app, and an invite link works without one.
 */
import { parse, type Route } from './route';

export { parse, type Route, type RouteName } from './route';

let current = $state.raw(parse(location.hash));

function read(): void {
  const next = parse(location.hash);
  if (next.path !== current.path) current = next;
}
addEventListener('popstate', read);
addEventListener('hashchange', read);

/** Where the reader is. Reading a field in a component is subscribing to it. */
export const route: Readonly<Route> = {
  get name() {
    return current.name;
  },
  get params() {
    return current.params;
  },
  get query() {
    return current.query;
  },
  get path() {
    return current.path;
  },
};

/** What an entry of the history remembers. */
export interface Entry {
  /** The entry before this one is the same page without the panel: closing it is going back. */
  panel?: boolean;
  /** The app itself led here, so there is an entry of it to go back to. */
  inside?: boolean;
}

/** Goes to a path such as `/r/…` (or an `href.…()`); with `replace` in place of the entry there is. */
export function go(path: string, options: { replace?: boolean; entry?: Entry } = {}): void {
  const hash = path.startsWith('#') ? path : `#${path}`;
  if (hash === location.hash) return;
  if (options.replace) history.replaceState(options.entry ?? history.state, '', hash);
  else history.pushState({ inside: true, ...options.entry } satisfies Entry, '', hash);
  read();
}

/** One page back if the app led here, else to `otherwise`: never out of the app. */
export function back(otherwise = '/'): void {
  if ((history.state as Entry | null)?.inside) history.back();
  else go(otherwise, { replace: true });
}

const room = (roomId: string) => `#/r/${encodeURIComponent(roomId)}`;

/** Addresses for links; they begin with `#`. */
export const href = {
  start: () => '#/',
  room,
  message: (roomId: string, messageId: string) => `${room(roomId)}/m/${encodeURIComponent(messageId)}`,
  thread: (roomId: string, rootId: string) => `${room(roomId)}/t/${encodeURIComponent(rootId)}`,
  search: (query: Record<string, string> = {}) => {
    const text = new URLSearchParams(query).toString();
    return text ? `#/search?${text}` : '#/search';
  },
  notifications: () => '#/notifications',
  browse: () => '#/browse',
  moderation: () => '#/moderation',
  settings: (page?: string) => (page ? `#/settings/${page}` : '#/settings'),
  invite: (code: string) => `#/invite/${encodeURIComponent(code)}`,
  signIn: () => '#/sign-in',
  register: () => '#/register',
};

/** The same as an address one can send to somebody. */
export const absolute = (hash: string): string => `${location.origin}${location.pathname}${hash}`;
