// The frame: theme, rail, key names. Everything listens on the document, so swapped parts need no set-up.
import { word } from './words.js';

const root = document.documentElement;
const THEMES = ['system', 'light', 'dark'];

const nameTheme = () => document.querySelectorAll('[data-theme-name]').forEach((spot) => { spot.textContent = root.dataset.theme; });

const setTheme = (theme) => {
  root.dataset.theme = theme;
  document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax`;
  root.dispatchEvent(new Event('theme'));
  nameTheme();
};

const openRail = (anchor) => {
  root.dataset.rail = 'open';
  document.getElementById('stage').inert = true;
  document.getElementById(anchor)?.scrollIntoView({ block: 'start' });
  document.querySelector('.rail-close')?.focus();
};

const closeRail = () => {
  if (root.dataset.rail !== 'open') return;
  delete root.dataset.rail;
  document.getElementById('stage').inert = false;
  document.querySelector('[data-rail="open"]')?.focus();
};

document.addEventListener('click', (event) => {
  const { target } = event;
  if (target.closest('[data-theme-toggle]')) setTheme(THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length]);
  const rail = target.closest('[data-rail]');
  if (rail) (rail.dataset.rail === 'open' ? openRail(rail.dataset.railTo) : closeRail());
  const copy = target.closest('[data-copy]');
  if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => document.dispatchEvent(new CustomEvent('toast', { detail: { text: word('Copied'), tone: 'ok' } })));
});

document.addEventListener('keydown', (event) => { if (event.key === 'Escape') closeRail(); });

// The rail stays where it was from page to page, and always shows the present entry.
const nav = document.querySelector('.rail-nav');
if (nav) {
  nav.scrollTop = Number(sessionStorage.getItem('rail-top')) || 0;
  // Only the rail is scrolled: scrollIntoView would move the page under it as well.
  const here = nav.querySelector('[aria-current]')?.getBoundingClientRect();
  const seen = nav.getBoundingClientRect();
  if (here && here.top < seen.top + 64) nav.scrollTop -= seen.top + 64 - here.top;
  else if (here) nav.scrollTop += Math.max(0, here.bottom + 12 - Math.min(seen.bottom, innerHeight));
  addEventListener('pagehide', () => sessionStorage.setItem('rail-top', String(nav.scrollTop)));
}

// Apple keyboards call the key differently; the printed shortcut follows.
if (/Mac|iP(hone|ad)/.test(navigator.platform)) {
  document.querySelectorAll('[data-mod-key]').forEach((key) => { key.textContent = `⌘ ${key.dataset.modKey}`; });
}
nameTheme();
