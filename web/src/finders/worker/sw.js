/*
 * The service worker: keeps the app's files, so that it starts without a network, and shows what is pushed. What the API
 * answers is no affair of its; the app keeps that itself. The build writes version, list of files and words in.
 */
const version = '__VERSION__';
const files = __FILES__;
const words = __WORDS__;
const cacheName = `parlance-${version}`;

addEventListener('install', (event) => {
  // `reload`: whatever the browser has kept of the last version does not count.
  const fresh = files.map((file) => new Request(file, { cache: file.startsWith('/assets/') ? 'default' : 'reload' }));
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(fresh)));
});

// The last version before this one stays: a page of it may be open in another tab, and needs its parts.
addEventListener('activate', (event) => {
  const others = caches.keys().then((names) => names.filter((name) => name.startsWith('parlance-') && name !== cacheName).slice(0, -1));
  event.waitUntil(others.then((names) => Promise.all(names.map((name) => caches.delete(name)))).then(() => clients.claim()));
});

addEventListener('message', (event) => {
  if (event.data === 'take over') event.waitUntil(skipWaiting());
});

async function kept(request, path) {
  const cache = await caches.open(cacheName);
  // Assets are named by their content, so any version's will do.
  const found = (await cache.match(path)) ?? (path.startsWith('/assets/') ? await caches.match(path) : undefined);
  if (found) return found;
  const answer = await fetch(request);
  // What is asked for once (emoji, a language of code) is there the next time.
  if (answer.ok && path.startsWith('/assets/')) await cache.put(path, answer.clone());
  return answer;
}

addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  const path = url.pathname === '/index.html' ? '/' : url.pathname;
  if (files.includes(path) || path.startsWith('/assets/')) event.respondWith(kept(request, path));
});

addEventListener('push', (event) => {
  event.waitUntil(notify(event.data?.json()));
});

/** What comes is the sockets' event; docs/api.md, Web Push. */
async function notify(message) {
  if (message?.type !== 'notification') return;
  const { notification: notice, unread_count: unread } = message.data;
  if (await inFocus(notice.room_id)) return;
  const tag = notice.type === 'direct_message' ? notice.room_id : notice.id;
  const shown = await registration.getNotifications({ tag });
  // An open tab was faster, or it comes twice.
  if (shown.some(({ data }) => data?.id === notice.id)) return;
  const { room, language } = await known(notice.room_id).catch(() => ({}));
  const invited = notice.type === 'room_invite';
  const values = { name: notice.actor.display_name, count: notice.count, room: room?.name ?? (invited ? notice.content : undefined) };
  const place = `#/r/${encodeURIComponent(notice.room_id)}`;
  await registration.showNotification(sentence(notice.type, values, language), {
    tag,
    body: invited ? '' : notice.content,
    icon: '/icon-192.png',
    badge: '/badge-96.png',
    renotify: true,
    data: {
      id: notice.id,
      room: notice.room_id,
      seq: notice.seq,
      path: (notice.message_id ? `${place}/m/${encodeURIComponent(notice.message_id)}` : place).slice(1),
    },
  });
  await navigator.setAppBadge?.(unread).catch(() => undefined);
}

/** Is somebody looking at the room? The pages know; one that does not answer (signed out, frozen) shows nothing. */
async function inFocus(room) {
  const open = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  const asked = open
    .filter((page) => page.visibilityState === 'visible')
    .map(
      (page) =>
        new Promise((answered) => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = ({ data }) => answered(data === true);
          page.postMessage({ looking: room }, [port2]);
          setTimeout(() => answered(false), 1000);
        }),
    );
  return (await Promise.all(asked)).includes(true);
}

/** What the app keeps of its user (src/model/cache.ts) and no push says: a room's name, and the language. */
async function known(room) {
  const done = (request) => new Promise((ok, no) => ((request.onsuccess = () => ok(request.result)), (request.onerror = () => no(request.error))));
  const own = (await indexedDB.databases()).find(({ name }) => /^parlance-(?!outbox-)/.test(name));
  if (!own) return {};
  const opening = indexedDB.open(own.name);
  // Gone since: making it anew is not for here.
  opening.onupgradeneeded = () => opening.transaction.abort();
  const database = await done(opening);
  try {
    const all = database.transaction(['rooms', 'facts']);
    const [kept, language] = await Promise.all([done(all.objectStore('rooms').get(room)), done(all.objectStore('facts').get('language'))]);
    return { room: kept, language };
  } finally {
    database.close();
  }
}

/** As `sentence` of src/finders/notice.ts. */
function sentence(type, values, language = navigator.language.slice(0, 2)) {
  const own = words[language] ?? words.en;
  const text = own[{ mention: 'mention', reply: 'reply', direct_message: 'direct', room_invite: 'invite' }[type]] ?? '{name}';
  const count = new Intl.PluralRules(language).select(values.count);
  return (text[count] ?? text.other ?? text).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? own.room);
}

addEventListener('pushsubscriptionchange', (event) => {
  const options = event.oldSubscription?.options;
  const again = event.newSubscription ?? (options && registration.pushManager.subscribe(options));
  // Only a page can tell the server: an open one now, else the next that starts.
  const told = Promise.resolve(again).then(() => clients.matchAll({ type: 'window', includeUncontrolled: true }));
  event.waitUntil(told.then((open) => open.forEach((page) => page.postMessage({ subscribed: true }))));
});

addEventListener('notificationclick', (event) => {
  event.notification.close();
  const path = event.notification.data?.path ?? '/';
  event.waitUntil(
    clients.matchAll({ type: 'window', includeUncontrolled: true }).then(async (open) => {
      const tab = open.find((one) => one.focused) ?? open[0];
      if (!tab) return clients.openWindow(`/#${path}`);
      // Where it may not come to the front, it leads there all the same.
      await tab.focus().catch(() => undefined);
      tab.postMessage({ go: path });
    }),
  );
});
