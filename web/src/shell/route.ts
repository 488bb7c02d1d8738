/** What an address means; nothing here touches the window. */
export type RouteName =
  | 'start'
  | 'room'
  | 'search'
  | 'notifications'
  | 'browse'
  | 'moderation'
  | 'settings'
  | 'invite'
  | 'sign-in'
  | 'register'
  | 'unknown';

export interface Route {
  name: RouteName;
  /** What stands in the path: `roomId`, `messageId`, `threadId`, `page`, `code`. */
  params: Partial<Record<'roomId' | 'messageId' | 'threadId' | 'page' | 'code', string>>;
  query: URLSearchParams;
  /** The path with its query, as `go` takes it. */
  path: string;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Reads an address, with or without its `#`. */
export function parse(hash: string): Route {
  const path = hash.replace(/^#/, '') || '/';
  const [way = '/', search = ''] = path.split(/\?(.*)/s);
  const query = new URLSearchParams(search);
  const [first = '', second, third, fourth] = way.split('/').filter(Boolean).map(decoded);
  const route = (name: RouteName, params: Route['params'] = {}): Route => ({ name, params, query, path });
  switch (first) {
    case '':
      return route('start');
    case 'r':
      if (!second) return route('start');
      if (third === 'm' && fourth) return route('room', { roomId: second, messageId: fourth });
      if (third === 't' && fourth) return route('room', { roomId: second, threadId: fourth });
      return route('room', { roomId: second });
    case 'search':
    case 'notifications':
    case 'browse':
    case 'moderation':
    case 'sign-in':
    case 'register':
      return route(first);
    case 'settings':
      return route('settings', second ? { page: second } : {});
    case 'invite':
      return second ? route('invite', { code: second }) : route('start');
    default:
      return route('unknown');
  }
}
