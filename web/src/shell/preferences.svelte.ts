/**
 * What somebody set for this browser: kept in localStorage, the same in all its tabs at once. What
 * belongs to the account (profile, privacy) is on the server. `public/theme.js` reads the same entry
 * before the first paint.
 */
const key = 'parlance.preferences';

export interface Preferences {
  theme: 'system' | 'light' | 'dark';
  density: 'comfortable' | 'compact';
  /** Enter sends and Shift+Enter breaks the line, or Enter breaks it and Ctrl/⌘+Enter sends. */
  enterSends: boolean;
  /** Desktop notifications are wanted (the browser must have agreed as well). */
  desktopNotifications: boolean;
  /** A sound with each of them. */
  sound: boolean;
  /** Shortcuts of a single key (`r`, `e`, `?`, `/`): some speech input and some hands hit them by accident. */
  singleKeys: boolean;
  /** What the announcer says of new messages in the open room. */
  announce: 'all' | 'count' | 'off';
  /** What the list of rooms shows. */
  roomFilter: 'all' | 'unread';
}

const defaults: Preferences = {
  theme: 'system',
  density: 'comfortable',
  enterSends: true,
  desktopNotifications: false,
  sound: false,
  singleKeys: true,
  announce: 'all',
  roomFilter: 'all',
};

function stored(): Partial<Preferences> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** The preferences; assigning to one keeps it. Import and read it anywhere. */
export const preferences: Preferences = $state({ ...defaults, ...stored() });

const systemDark = matchMedia('(prefers-color-scheme: dark)');

function show(): void {
  const dark = preferences.theme === 'dark' || (preferences.theme === 'system' && systemDark.matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  document.documentElement.dataset.density = preferences.density;
  document.querySelector('meta[name=theme-color]')?.setAttribute('content', dark ? '#121117' : '#f5f4fa');
}

$effect.root(() => {
  $effect(() => {
    show();
    const text = JSON.stringify(preferences);
    try {
      if (localStorage.getItem(key) !== text) localStorage.setItem(key, text);
    } catch {
      // Storage is full or forbidden: it holds until the page is left.
    }
  });
});
systemDark.addEventListener('change', show);
window.addEventListener('storage', (event) => {
  if (event.key === key) Object.assign(preferences, defaults, stored());
});
