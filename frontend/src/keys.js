import { tinykeys } from 'tinykeys';
import { openPalette } from './palette.js';
import { pick, walk } from './rows.js';

// Single keys can be switched off (WCAG 2.1.4): speech users would trigger them by talking.
const STORE = 'single-keys';
const wanted = () => localStorage.getItem(STORE) !== 'off';
const typing = (event) => event.target.matches?.('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]');
const inDialog = () => document.querySelector('dialog[open]');

const single = (action) => (event) => {
  if (!wanted() || typing(event) || inDialog() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (action(event) !== false) event.preventDefault();
};

tinykeys(window, { '$mod+k': (event) => { event.preventDefault(); openPalette(); } }, { ignore: (event) => event.repeat || event.isComposing });

document.addEventListener('keydown', single((event) => {
  if (event.key === 'j') return walk(1);
  if (event.key === 'k') return walk(-1);
  // Where a list is what the page is for, the arrows walk it; elsewhere they scroll.
  if (/^Arrow(Down|Up)$/.test(event.key) && document.querySelector('[data-arrows]')) return walk(event.key === 'ArrowDown' ? 1 : -1);
  if (event.key === 'x') return pick();
  if (event.key === '/') return document.getElementById('list-q')?.select();
  if (event.key === '?') return document.getElementById('shortcuts')?.showModal();
  if (!/^[a-z]$/.test(event.key)) return false;
  const target = document.querySelector(`[data-key="${event.key}"]`);
  if (!target) return false;
  target.click();
  return true;
}));

const box = document.getElementById('single-keys');
if (box) {
  box.checked = wanted();
  box.addEventListener('change', () => localStorage.setItem(STORE, box.checked ? 'on' : 'off'));
}
