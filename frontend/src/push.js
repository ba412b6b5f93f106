// Web push: the page of the account switches it on and off for this browser, and every page says once in a session that it is there again.
// One browser shows notifications to one person: when somebody else signs in, its subscription ends.
import { word } from './words.js';

const KEPT = 'enfilade-push';
const ADDRESS = '/account/devices/';
const person = document.body.dataset.person;
const company = document.body.dataset.company;
const possible = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

const kept = () => {
  try { return JSON.parse(localStorage.getItem(KEPT)) ?? {}; } catch { return {}; }
};
const keep = (known) => { if (known) localStorage.setItem(KEPT, JSON.stringify(known)); else localStorage.removeItem(KEPT); };

const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
const digest = async (text) => [...new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const subscription = async () => (await navigator.serviceWorker.getRegistration('/'))?.pushManager.getSubscription();

// A subscription is bound to the key of the house; where that has changed, the old one is of no use.
const subscribe = async (key) => {
  await navigator.serviceWorker.register('/worker.js', { scope: '/' });
  const { pushManager } = await navigator.serviceWorker.ready;
  const before = await pushManager.getSubscription();
  const bound = before?.options.applicationServerKey;
  if (before && bound && String(new Uint8Array(bound)) !== String(bytes(key))) await before.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
};

const send = async (fields) => fetch(ADDRESS, {
  method: 'POST',
  body: new URLSearchParams(fields),
  headers: { Accept: 'application/json', ...JSON.parse(document.body.getAttribute('hx-headers:inherited')) },
});

const told = (found) => {
  const { endpoint, keys } = found.toJSON();
  return { endpoint, p256dh: keys.p256dh, auth: keys.auth };
};

const leave = async (known) => {
  const others = known.companies.filter((one) => one !== company);
  keep(others.length ? { ...known, companies: others } : null);
  if (!others.length) await (await subscription())?.unsubscribe();
};

const renew = async (key) => {
  const known = kept();
  if (!possible || !known.person) return;
  if (known.person !== person) { keep(null); await (await subscription())?.unsubscribe(); return; }
  if (!known.companies.includes(company) || Notification.permission !== 'granted') return;
  const found = await subscribe(key);
  const answer = await send({ do: 'renew', known: known.endpoint, ...told(found) });
  if (answer.ok) keep({ ...known, endpoint: found.endpoint });
  else if (answer.status === 404) await leave(known);
};

const panel = document.querySelector('[data-push]');

const show = (state) => {
  panel.dataset.push = state;
  panel.querySelectorAll('[data-push-when]').forEach((part) => { part.hidden = part.dataset.pushWhen !== state; });
};

const say = (sentence) => {
  const note = panel.querySelector('[data-push-note]');
  note.textContent = sentence;
  note.hidden = !sentence;
};

const look = async () => {
  if (!window.isSecureContext) { show('insecure'); return; }
  // An iPhone or iPad takes notifications only for what lies on its home screen; elsewhere `standalone` is not known.
  if (!possible) { show(navigator.standalone === false ? 'install' : 'unsupported'); return; }
  const found = await subscription();
  const row = found && document.querySelector(`[data-device="${await digest(found.endpoint)}"]`);
  if (row) row.querySelector('[data-push-here]').hidden = false;
  if (row) show('on');
  else show(Notification.permission === 'denied' ? 'denied' : 'off');
};

const switchOn = async (form) => {
  say('');
  form.setAttribute('aria-busy', 'true');
  try {
    if (await Notification.requestPermission() !== 'granted') {
      if (Notification.permission === 'denied') show('denied');
      else say(word('The browser asked, and nothing was allowed. Try again.'));
      return;
    }
    const found = await subscribe(form.dataset.key);
    const answer = await send({ do: 'subscribe', discreet: form.elements.discreet.checked ? 'true' : '', ...told(found) });
    if (!answer.ok) {
      await found.unsubscribe();
      throw new Error((await answer.json().catch(() => ({}))).detail || word('The server did not answer.'));
    }
    const known = kept();
    keep({ person, endpoint: found.endpoint, companies: [...new Set([...known.person === person ? known.companies : [], company])] });
    location.reload();
  } catch (error) {
    say(error.name === 'AbortError' ? word('The push service of this browser does not answer. Try again later.') : error.message);
  } finally {
    form.removeAttribute('aria-busy');
  }
};

if (panel) {
  look();
  panel.addEventListener('submit', (event) => {
    const form = event.target.closest('[data-push-on]');
    if (form) { event.preventDefault(); switchOn(form); }
  });
  // Whoever removes this very browser from the list is not pushed to any more by anybody.
  document.addEventListener('submit', (event) => {
    const row = event.target.closest('[data-device]');
    if (row && event.submitter?.name === 'remove' && !row.querySelector('[data-push-here]').hidden) leave({ companies: [], ...kept() });
  });
}
if (document.body.dataset.pushRenew) renew(document.body.dataset.pushRenew).catch(() => {});
