// Cells of a list that are changed in place. Arrow keys go from the name of a row to its cells, Enter or a double click opens one, Enter saves,
// Esc leaves it as it was, Tab saves and opens the next one. While one is open the list stays as it is, and is read anew afterwards.
import { word } from './words.js';

const list = () => document.getElementById('list');
const buttons = (row) => [...row.querySelectorAll('.cell-edit')];
const openForm = () => document.querySelector('#list .cell-form');
let missed = false;

const say = (text) => document.dispatchEvent(new CustomEvent('toast', { detail: { text, tone: 'bad' } }));
const ask = async (url, options = {}) => {
  const answer = await fetch(url, { ...options, headers: { 'HX-Request': 'true', Accept: 'text/html' } });
  if (answer.headers.has('HX-Redirect')) location.assign(answer.headers.get('HX-Redirect'));
  return answer;
};
const address = (cell) => `${cell.closest('tr').dataset.url}cells/${cell.querySelector('.cell-edit').dataset.cell}/${location.search}`;

// What the list shows while a cell is open is what was there when it was opened.
const hold = (event) => { if (event.target.id === 'list' && openForm()) { missed = true; event.preventDefault(); } };
document.addEventListener('htmx:before:request', hold);
document.addEventListener('htmx:before:swap', hold);
const release = () => { if (missed) { missed = false; document.body.dispatchEvent(new CustomEvent('record-changed')); } };

const fieldOf = (form) => form.querySelector(':is(input:not([type=hidden]), select, textarea)');
const draw = (cell, html) => {
  cell.querySelector('.cell-form')?.remove();
  cell.insertAdjacentHTML('beforeend', html);
  cell.dataset.open = '1';
  const form = cell.querySelector('.cell-form');
  const field = fieldOf(form);
  form.was = JSON.stringify([...new FormData(form)].filter(([name]) => !name.startsWith('_')));
  field?.focus();
  if (field?.matches('input:not([type=checkbox], [type=date])')) field.select();
};

const close = (cell, focus = true) => {
  cell.querySelector('.cell-form')?.remove();
  delete cell.dataset.open;
  if (focus) cell.querySelector('.cell-edit')?.focus();
  release();
};

const isSame = (form) => form.was === JSON.stringify([...new FormData(form)].filter(([name]) => !name.startsWith('_')));

const open = async (cell) => {
  const before = openForm();
  if (before && !(isSame(before) || await save(before))) return;
  if (before?.isConnected) close(before.closest('td'), false);
  if (!cell.isConnected || cell.dataset.open) return;
  try {
    const answer = await ask(address(cell));
    if (answer.status === 200 && !openForm()) draw(cell, await answer.text());
    else if (answer.status !== 204) say(word('This can’t be changed here any more. Load the list again.'));
  } catch { say(word('The server did not answer. Check the connection and try again.')); }
};

// The row's cells come back as they are now; false where the change was refused and stands open with its sentence.
const save = async (form) => {
  if (form.dataset.busy) return false;
  const cell = form.closest('td');
  const row = cell.parentElement;
  const name = cell.querySelector('.cell-edit').dataset.cell;
  form.dataset.busy = '1';
  try {
    const answer = await ask(address(cell), { method: 'POST', body: new FormData(form) });
    const html = await answer.text();
    if (!answer.ok && html.includes('class="cell-form"')) { draw(cell, html); return false; }
    if (!answer.ok) { say(word('This was not saved. Load the page again.')); return false; }
    const cells = document.createElement('template');
    cells.innerHTML = html;
    const told = JSON.parse(answer.headers.get('HX-Trigger') ?? '{}');
    if (told.toast) document.dispatchEvent(new CustomEvent('toast', { detail: told.toast }));
    if (answer.status === 200) { row.querySelectorAll('td:not(.pick)').forEach((one) => one.remove()); row.append(cells.content); }
    if (answer.status === 204 && !answer.headers.has('HX-Redirect')) row.remove();
    row.querySelector(`[data-cell="${CSS.escape(name)}"]`)?.focus();
    missed = true;
    return true;
  } catch {
    say(word('The server did not answer. Check the connection and save again; nothing happens twice.'));
    return false;
  } finally { delete form.dataset.busy; }
};

const leave = (form) => close(form.closest('td'));

const next = async (form, step) => {
  const row = form.closest('tr');
  const name = form.closest('td').querySelector('.cell-edit').dataset.cell;
  if (isSame(form)) leave(form); else if (!await save(form)) return;
  const all = [...list().querySelectorAll('.cell-edit')];
  const here = all.findIndex((one) => one.dataset.cell === name && one.closest('tr') === row);
  const target = all[here + step];
  if (target) open(target.closest('td')); else release();
};

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('.cell-edit');
  if (button) open(button.closest('td'));
  if (event.target.closest?.('[data-cell-leave]')) leave(event.target.closest('form'));
});
document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.matches?.('.cell-form')) return;
  event.preventDefault();
  if (isSame(form) && !form.querySelector('[aria-invalid]')) leave(form); else if (await save(form)) release();
});
document.addEventListener('keydown', (event) => {
  const form = event.target.closest?.('.cell-form');
  if (form) {
    if (event.key === 'Escape' && !event.defaultPrevented) { event.preventDefault(); leave(form); }
    if (event.key === 'Enter' && event.target.matches('select, textarea, input[type=checkbox]') && !event.shiftKey) { event.preventDefault(); form.requestSubmit(); }
    if (event.key === 'Tab' && !event.target.closest('.cell-ends')) { event.preventDefault(); next(form, event.shiftKey ? -1 : 1); }
    return;
  }
  const place = event.target.closest?.('#list .row-link, #list .cell-edit');
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!place || !step || event.ctrlKey || event.metaKey || event.altKey) return;
  const row = place.closest('tr');
  let target;
  if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
    const stops = [row.querySelector('.row-link'), ...buttons(row)].filter(Boolean);
    target = stops[stops.indexOf(place) + step];
  } else if (place.matches('.cell-edit')) {
    const column = [...list().querySelectorAll(`[data-cell="${CSS.escape(place.dataset.cell)}"]`)];
    target = column[column.indexOf(place) + step];
  }
  if (!target) return;
  event.preventDefault();
  target.focus();
});
document.addEventListener('dblclick', (event) => {
  const cell = event.target.closest?.('#list td:has(> .cell-edit)');
  if (cell && !event.target.closest('a, button, input, .cell-form')) { event.preventDefault(); getSelection().removeAllRanges(); open(cell); }
});
