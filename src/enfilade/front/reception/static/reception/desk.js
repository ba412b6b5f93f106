// The keys of the desk. Letters click what carries data-key (the house's keys.js does that); digits open answers; Enter is the
// browser's own, on the button that has the focus. All of it obeys the switch for single keys.
const desk = document.getElementById('desk');
const stage = document.getElementById('desk-answer');
const form = document.getElementById('desk-number');
const field = form.elements.namedItem('number');
const who = document.getElementById('desk-who');

const wanted = () => localStorage.getItem('single-keys') !== 'off';
const typing = (target) => target.matches?.('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]');
const inDialog = () => document.querySelector('dialog[open]');
const strip = () => document.getElementById('desk-strip');
const figures = (text) => (text.match(/\d/g) ?? []).length;
const isName = (text) => /\p{L}/u.test(text) || figures(text) < 3;

const closeAnswer = () => {
  if (!stage.firstElementChild) return false;
  stage.replaceChildren();
  (strip().querySelector('[data-settle]') ?? strip()).focus({ preventScroll: true });
  return true;
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || inDialog()) return;
  if (event.key === 'Escape') {
    if (typing(event.target)) event.target.blur();
    else closeAnswer();
    return;
  }
  if (!wanted() || typing(event.target) || !/^[1-9]$/.test(event.key)) return;
  const item = desk.querySelector(`[data-digit="${event.key}"]`);
  if (!item) return;
  event.preventDefault();
  item.click();
});

desk.addEventListener('click', (event) => {
  const goal = event.target.closest('[data-desk-focus]');
  if (goal) { const input = document.getElementById(goal.dataset.deskFocus); input.focus(); input.select(); }
  if (event.target.closest('[data-desk-close]')) closeAnswer();
  const toggle = event.target.closest('[data-desk-toggle]');
  if (toggle) {
    const radios = [...document.querySelectorAll(`input[name="${toggle.dataset.deskToggle}"]`)];
    const next = radios[(radios.findIndex((radio) => radio.checked) + 1) % radios.length];
    next.checked = true;
    next.dispatchEvent(new Event('change', { bubbles: true }));
  }
});

// Enter in the number field: a name means the first one found, else a caller of that name; figures mean the number.
form.addEventListener('submit', (event) => {
  const text = field.value.trim();
  const first = who.querySelector('.desk-candidate');
  const name = form.elements.namedItem('caller_name');
  name.value = '';
  if (!text || !isName(text)) return;
  if (first) {
    event.preventDefault();
    event.stopImmediatePropagation();
    first.click();
    return;
  }
  name.value = text;
  field.value = '';
}, true);

const clearNumber = () => {
  field.value = '';
  form.elements.namedItem('caller_name').value = '';
  form.elements.namedItem('_key').value = crypto.randomUUID();
  form.querySelector('input[name=channel]').checked = true;
  who.replaceChildren();
};

// A number pasted anywhere on the page begins a contact.
document.addEventListener('paste', (event) => {
  const text = event.clipboardData?.getData('text') ?? '';
  if (typing(event.target) || inDialog() || figures(text) < 3 || text.length > 60) return;
  event.preventDefault();
  field.value = text.trim();
  field.focus();
  field.dispatchEvent(new Event('input', { bubbles: true }));
});

// A command of this page went through: its part of the page has done its work.
document.body.addEventListener('record-changed', (event) => {
  const source = event.target;
  if (form.contains(source) || who.contains(source)) { clearNumber(); field.blur(); }
  if (stage.contains(source)) closeAnswer();
});

let known = strip().dataset.call;
document.addEventListener('htmx:after:swap', (event) => {
  const id = event.detail?.ctx?.target?.id;
  // The answer to a question that is over: the field was sent while the search was still under way.
  if (id === 'desk-who' && !field.value) who.replaceChildren();
  if (id === 'desk-answer') {
    stage.querySelector('[data-desk-first]')?.focus({ preventScroll: true });
    stage.scrollIntoView({ block: 'nearest' });
  }
  if (id !== 'desk-strip' || strip().dataset.call === known) return;
  known = strip().dataset.call;
  const open = stage.querySelector('[data-answer]');
  if (open) document.getElementById(`book-${open.dataset.answer}`)?.click();
  else if (!inDialog() && !typing(document.activeElement)) (strip().querySelector('[data-settle]') ?? strip()).focus({ preventScroll: true });
});
