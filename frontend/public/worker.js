// The service worker: takes what is pushed while no page is open, shows it, and opens its page. It keeps nothing and stands between no page
// and the server. No part of the built script: its address never changes, and it may watch over the whole site (see core/pages/devices.py).
const home = (path) => {
  const url = new URL(path || '/', self.location.origin);
  return url.origin === self.location.origin ? url.href : self.location.origin;
};

const read = (data) => {
  try { return data.json(); } catch { return {}; }
};

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

// What has the same tag takes the place of what is shown already, without another sound.
self.addEventListener('push', (event) => {
  const { title = 'Enfilade', body = '', tag = 'enfilade', path = '/', lang = '' } = event.data ? read(event.data) : {};
  event.waitUntil(self.registration.showNotification(title, { body, tag, lang, icon: '/static/dist/icon-192.png', data: { path } }));
});

// Some browsers lead no page elsewhere that they did not open themselves; there a new one is opened.
const show = async (url) => {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const open = pages.find((page) => page.url === url) ?? pages.find((page) => page.visibilityState === 'hidden') ?? pages[0];
  if (!open) return self.clients.openWindow(url);
  const page = open.url === url ? open : await open.navigate(url).catch(() => null);
  return page ? page.focus() : self.clients.openWindow(url);
};

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(show(home(event.notification.data?.path)));
});
