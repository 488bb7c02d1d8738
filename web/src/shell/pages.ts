import type { Component } from 'svelte';
import type { Route } from './route';

// Each is a chunk of its own, fetched when it is first shown.
const load = {
  room: () => import('../conversation/RoomPage.svelte'),
  search: () => import('../finders/SearchPage.svelte'),
  notifications: () => import('../finders/NotificationsPage.svelte'),
  moderation: () => import('../finders/ModerationPage.svelte'),
  start: () => import('./pages/StartPage.svelte'),
  browse: () => import('./pages/BrowsePage.svelte'),
  invite: () => import('./pages/InvitePage.svelte'),
  settings: () => import('./settings/SettingsPage.svelte'),
  unknown: () => import('./pages/UnknownPage.svelte'),
};

export interface Page {
  /** Changes when it is another page: the next is made afresh and gets the focus. */
  key: string;
  // The props are the page's own business; Route says what they are.
  load: () => Promise<{ default: Component<any> }>;
  props: Record<string, unknown>;
}

/** What to show for an address. */
export function pages({ name, params }: Pick<Route, 'name' | 'params'>): Page {
  switch (name) {
    case 'room':
      return { key: `room ${params.roomId}`, load: load.room, props: { ...params } };
    case 'invite':
      return { key: `invite ${params.code}`, load: load.invite, props: { code: params.code } };
    case 'settings':
      return { key: 'settings', load: load.settings, props: { page: params.page } };
    case 'sign-in':
    case 'register':
      return { key: 'start', load: load.start, props: {} };
    default:
      return { key: name, load: load[name], props: {} };
  }
}

/** Says new messages to those who listen, and shows them on the desktop; always there. */
pages.announcer = () => import('../finders/Announcer.svelte') as Promise<{ default: Component<any> }>;
