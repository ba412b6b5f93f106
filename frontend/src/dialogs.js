// Dialogs fill by htmx (target #dialog-body or #subdialog-body), open when filled, and close on the event "dialog-close".
import { word } from './words.js';

const bodies = { 'dialog-body': 'dialog', 'subdialog-body': 'subdialog' };

const openDialog = (dialog) => {
  if (!dialog || dialog.open) return;
  document.querySelectorAll('[popover]:popover-open').forEach((popover) => popover.hidePopover());
  delete dialog.dataset.dirty;
  dialog.showModal();
};

const closeTop = () => {
  const open = [...document.querySelectorAll('dialog[open]')];
  open.at(-1)?.close();
};

document.addEventListener('htmx:after:swap', (event) => {
  const dialog = document.getElementById(bodies[event.detail?.ctx?.target?.id]);
  const opening = dialog && !dialog.open;
  openDialog(dialog);
  // After a refusal the hands want to be at what would be possible, else at what was wrong; in a fresh dialog in the first field,
  // at a value that is shown once on that value.
  const first = dialog?.querySelector('.hint-list :is(button, a)') ?? dialog?.querySelector('[aria-invalid="true"], [autofocus]')
    ?? dialog?.querySelector('[data-shown-once]')
    ?? (opening ? dialog.querySelector('.sheet-main :is(input:not([type=hidden], [type=file]), select, textarea)') : null);
  first?.focus();
  // The sentence stands below its field, and what would be possible below its refusal: both are shown whole.
  first?.closest('.field, .callout')?.scrollIntoView({ block: 'nearest' });
});

document.addEventListener('dialog-close', closeTop);
document.addEventListener('close', (event) => {
  if (event.target.matches?.('#dialog, #subdialog')) event.target.querySelector('.sheet-body').replaceChildren();
}, true);

document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-open]');
  if (opener) openDialog(document.getElementById(opener.dataset.open));
  if (event.target.closest('[data-close]')) event.target.closest('dialog')?.close();
  if (event.target.matches('dialog#palette, dialog#shortcuts')) event.target.close();
});

// What was typed is not thrown away by one press of Escape.
document.addEventListener('input', (event) => { const dialog = event.target.closest('#dialog, #subdialog'); if (dialog) dialog.dataset.dirty = '1'; });
document.addEventListener('cancel', (event) => {
  const dialog = event.target;
  if (!dialog.matches?.('#dialog, #subdialog') || !dialog.dataset.dirty) return;
  event.preventDefault();
  delete dialog.dataset.dirty;
  document.dispatchEvent(new CustomEvent('toast', { detail: { text: word('Press Escape again to discard what you typed.'), tone: 'info' } }));
}, true);
