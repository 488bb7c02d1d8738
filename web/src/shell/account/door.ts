import type { Route } from '../route';

/** Where somebody wanted to go who has to sign in first; a path of this app, never another address. */
export function wanted(route: Route): string {
  if (route.name !== 'sign-in' && route.name !== 'register') return route.path;
  const next = route.query.get('next') ?? '/';
  return next.startsWith('/') ? next : '/';
}

/** The other door, which remembers the same. */
export function doorHref(door: 'sign-in' | 'register', route: Route): string {
  const next = wanted(route);
  return next === '/' ? `#/${door}` : `#/${door}?next=${encodeURIComponent(next)}`;
}

/** Is it an invitation that brought them here? */
export const wantedInvite = (route: Route): boolean => wanted(route).startsWith('/invite/');
