import htmx from 'htmx.org';
import { word } from './words.js';

// Ctrl-K: records, pages and commands from /palette/?q=, a JSON list of {group, label, hint, url, kind}.
const dialog = document.getElementById('palette');
const input = document.getElementById('palette-input');
const list = document.getElementById('palette-list');
let active = 0;
let request;
let timer;

const options = () => [...list.querySelectorAll('[role=option]')];

const mark = (to) => {
  const all = options();
  if (!all.length) { input.removeAttribute('aria-activedescendant'); return; }
  active = (to + all.length) % all.length;
  all.forEach((one, position) => one.setAttribute('aria-selected', String(position === active)));
  input.setAttribute('aria-activedescendant', all[active].id);
  all[active].scrollIntoView({ block: 'nearest' });
};

const draw = (found, none) => {
  list.replaceChildren();
  let group;
  let holder = list;
  found.forEach((item, position) => {
    if (item.group !== group) {
      group = item.group;
      holder = document.createElement('div');
      holder.setAttribute('role', 'group');
      holder.setAttribute('aria-label', group);
      holder.append(Object.assign(document.createElement('p'), { className: 'palette-group', textContent: group, ariaHidden: 'true' }));
      list.append(holder);
    }
    const option = document.createElement('div');
    option.id = `palette-${position}`;
    option.className = 'palette-item';
    option.setAttribute('role', 'option');
    Object.assign(option.dataset, { url: item.url, kind: item.kind });
    const icon = dialog.querySelector(`template[data-icon="${CSS.escape(item.kind ?? 'page')}"]`);
    if (icon) option.append(icon.content.cloneNode(true));
    option.append(Object.assign(document.createElement('span'), { textContent: item.label }));
    if (item.hint) option.append(Object.assign(document.createElement('small'), { textContent: item.hint }));
    if (item.shortcut) option.append(Object.assign(document.createElement('kbd'), { className: 'kbd', textContent: item.shortcut.toUpperCase() }));
    holder.append(option);
  });
  if (!found.length) list.append(Object.assign(document.createElement('p'), { className: 'palette-none', textContent: none }));
  mark(0);
};

const search = async () => {
  request?.abort();
  request = new AbortController();
  const url = new URL(dialog.dataset.url, location.href);
  url.searchParams.set('q', input.value.trim());
  try {
    const response = await fetch(url, { signal: request.signal, headers: { Accept: 'application/json' } });
    const found = response.ok ? await response.json() : null;
    draw(found?.results ?? found ?? [], found ? word('Nothing found. Try fewer letters.') : word('The search does not answer just now.'));
  } catch (error) { if (error.name !== 'AbortError') draw([], word('The search does not answer just now.')); }
};

const run = (option, elsewhere) => {
  if (!option) return;
  const { url, kind } = option.dataset;
  if (elsewhere) { open(url); return; }
  dialog.close();
  if (kind === 'command') htmx.ajax('GET', url, { target: '#dialog-body', swap: 'innerHTML' });
  else location.assign(url);
};

export const openPalette = () => { if (dialog && !dialog.open) dialog.showModal(); };

if (dialog) {
  // The last words are chosen in the moment of opening. The event `toggle` comes later: by then somebody quick has typed, and would type over it.
  let opening = false;
  dialog.addEventListener('beforetoggle', (event) => { opening = event.newState === 'open'; });
  input.addEventListener('focus', () => { if (opening) input.select(); opening = false; });
  dialog.addEventListener('toggle', (event) => { if (event.newState === 'open') search(); });
  input.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(search, 110); });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); mark(active + (event.key === 'ArrowDown' ? 1 : -1)); }
    if (event.key === 'Enter') { event.preventDefault(); run(options()[active], event.ctrlKey || event.metaKey); }
  });
  list.addEventListener('click', (event) => run(event.target.closest('[role=option]'), event.ctrlKey || event.metaKey));
  list.addEventListener('pointermove', (event) => { const option = event.target.closest('[role=option]'); if (option && options()[active] !== option) mark(options().indexOf(option)); });
}
