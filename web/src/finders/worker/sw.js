/*
 * The service worker: keeps the app's files, so that it starts without a network. What the API answers is no
 * affair of its; the app keeps that itself. The build writes the version and the list of files in.
 */
const version = '__VERSION__';
const files = __FILES__;
const cacheName = `parlance-${version}`;

addEventListener('install', (event) => {
  // `reload`: whatever the browser has kept of the last version does not count.
  const fresh = files.map((file) => new Request(file, { cache: file.startsWith('/assets/') ? 'default' : 'reload' }));
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(fresh)));
});

addEventListener('activate', (event) => {
  const others = caches.keys().then((names) => names.filter((name) => name.startsWith('parlance-') && name !== cacheName));
  event.waitUntil(others.then((names) => Promise.all(names.map((name) => caches.delete(name)))).then(() => clients.claim()));
});

addEventListener('message', (event) => {
  if (event.data === 'take over') event.waitUntil(skipWaiting());
});

async function kept(request, path) {
  const cache = await caches.open(cacheName);
  const found = await cache.match(path);
  if (found) return found;
  const answer = await fetch(request);
  // Named by their content: what is asked for once (emoji, a language of code) is there the next time.
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

addEventListener('notificationclick', (event) => {
  event.notification.close();
  const path = event.notification.data?.path ?? '/';
  event.waitUntil(
    clients.matchAll({ type: 'window', includeUncontrolled: true }).then(async (open) => {
      const tab = open.find((one) => one.focused) ?? open[0];
      if (!tab) return clients.openWindow(`/#${path}`);
      await tab.focus();
      tab.postMessage({ go: path });
    }),
  );
});
