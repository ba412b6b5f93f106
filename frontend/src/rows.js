// Lists: a click anywhere on a row opens it; rows are walked, chosen and opened from the keyboard.
import { word } from './words.js';

const rows = () => [...document.querySelectorAll('#list table[data-rows] tbody tr')];
const SECOND_CLICK_MS = 280;
let going;
const current = () => document.querySelector('tr[data-current]');

export const walk = (step) => {
  const all = rows();
  if (!all.length) return;
  const now = all.indexOf(current());
  const next = all[Math.max(0, Math.min(all.length - 1, now + step))] ?? all[0];
  current()?.removeAttribute('data-current');
  next.dataset.current = '1';
  next.querySelector('.row-link')?.focus();
  next.scrollIntoView({ block: 'nearest' });
};

export const pick = () => { current()?.querySelector('input[name=pk], input[data-pick]')?.click(); };

const boxes = () => [...document.querySelectorAll('#list input[name=pk]')];
const matching = () => document.querySelector('#bulk-bar input[name=all]');

const showBulk = () => {
  const bar = document.getElementById('bulk-bar');
  if (!bar) return;
  const found = boxes();
  const count = found.filter((box) => box.checked).length;
  bar.hidden = !count;
  if (count < found.length) matching().checked = false;
  const words = matching().checked ? word('All that match') : word('{count} selected', { count });
  const said = bar.querySelector('[data-bulk-count]');
  if (said.textContent !== words) said.textContent = words;
  const more = bar.querySelector('[data-pick-matching]');
  if (more) more.hidden = count < found.length || matching().checked;
  const all = document.querySelector('[data-pick-all]');
  all.checked = count > 0 && count === found.length;
  all.indeterminate = count > 0 && count < found.length;
  found.forEach((box) => box.closest('tr').toggleAttribute('data-picked', box.checked));
};

const pickAll = (on) => { boxes().forEach((box) => { box.checked = on; }); if (!on && matching()) matching().checked = false; };

document.addEventListener('change', (event) => {
  if (event.target.matches('[data-pick-all]')) pickAll(event.target.checked);
  if (event.target.matches('[data-pick-all], input[name=pk]')) { event.stopPropagation(); showBulk(); }
}, true);
document.addEventListener('htmx:after:swap', showBulk);
// What was chosen has been dealt with, and stands in the report.
document.addEventListener('record-changed', (event) => { if (event.target.closest?.('#dialog')) { pickAll(false); showBulk(); } });

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-pick-none]')) { pickAll(false); showBulk(); }
  if (event.target.closest('[data-pick-matching]')) { matching().checked = true; showBulk(); document.querySelector('#bulk-bar [hx-get]')?.focus(); }
  const row = event.target.closest('tr[data-url]');
  clearTimeout(going);
  if (!row?.dataset.url || event.target.closest('a, button, input, label, summary, form, [popover]') || String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) { open(row.dataset.url); return; }
  // A second click opens the cell and not the record, so the first one waits for it where there is a cell to open.
  if (!event.target.closest('td:has(> .cell-edit)')) location.assign(row.dataset.url);
  else if (event.detail < 2) going = setTimeout(() => location.assign(row.dataset.url), SECOND_CLICK_MS);
});
document.addEventListener('focusin', (event) => {
  const row = event.target.closest('#list tbody tr');
  if (!row) return;
  current()?.removeAttribute('data-current');
  row.dataset.current = '1';
});

// Empty inputs stay out of the address, so that a filtered list makes a short link.
document.addEventListener('htmx:config:request', (event) => {
  const { ctx } = event.detail;
  if (!event.target.matches?.('.list-tools')) return;
  const { body } = ctx.request;
  for (const [name, value] of [...body]) if (value === '') body.delete(name);
  const columns = body.getAll('columns').join(',');
  body.delete('columns');
  if (columns && columns !== document.getElementById('list-columns')?.dataset.usual) body.set('columns', columns);
});

// A table that is wider than its place is scrolled with the arrow keys too.
const reachTables = () => document.querySelectorAll('.table-wrap').forEach((wrap) => {
  const wide = wrap.scrollWidth > wrap.clientWidth;
  if (!wide) { wrap.removeAttribute('tabindex'); wrap.removeAttribute('role'); return; }
  wrap.tabIndex = 0;
  wrap.setAttribute('role', 'group');
  wrap.setAttribute('aria-label', wrap.querySelector('caption')?.textContent || document.title);
});
addEventListener('load', reachTables);
addEventListener('resize', reachTables);
document.addEventListener('htmx:after:swap', reachTables);

// A reload that waited while somebody filtered asks for what the list shows by then, not for what it showed when the news came.
document.addEventListener('htmx:before:request', (event) => {
  const { sourceElement, request } = event.detail.ctx;
  if (sourceElement.id === 'list') request.action = sourceElement.getAttribute('hx-get');
});
