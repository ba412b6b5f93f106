import htmx from 'htmx.org';
import { FindBox } from './findbox.js';
import { word } from './words.js';

// A box that finds another record while one types. Hidden inputs carry the ids; the visible input has no name.
class RefBox extends FindBox {
  begin() {
    this.chosen = this.querySelector('.refbox-chosen');
    this.multiple = 'multiple' in this.dataset;
    this.chosen.addEventListener('click', (event) => { const chip = event.target.closest('.chip-remove'); if (chip) this.drop(chip.parentElement.dataset.id); });
    if (this.multiple) this.drawChips();
  }

  get fields() { return [...this.chosen.querySelectorAll('input[type=hidden]')]; }

  get query() { return this.fields[0]?.dataset.label === this.input.value ? '' : this.input.value.trim(); }

  later() {
    if (!this.input.value && !this.multiple) this.clear();
    super.later();
  }

  key(event) {
    super.key(event);
    if (event.key === 'Backspace' && this.multiple && !this.input.value) this.drop(this.fields.at(-1)?.value);
  }

  choose(id, label) {
    if (!this.multiple) this.fields.forEach((field) => field.remove());
    if (!this.fields.some((field) => field.value === String(id))) {
      const field = Object.assign(document.createElement('input'), { type: 'hidden', name: this.dataset.name, value: id });
      field.dataset.label = label;
      this.chosen.append(field);
    }
    this.input.value = this.multiple ? '' : label;
    if (this.multiple) this.drawChips();
    this.changed();
  }

  drop(id) { this.fields.find((field) => field.value === id)?.remove(); this.drawChips(); this.changed(); }

  clear() { if (this.fields.length) { this.fields.forEach((field) => field.remove()); this.changed(); } }

  changed() { this.input.removeAttribute('aria-invalid'); this.dispatchEvent(new Event('change', { bubbles: true })); }

  drawChips() {
    this.chosen.querySelectorAll('.refbox-chip').forEach((chip) => chip.remove());
    for (const field of this.fields) {
      const chip = Object.assign(document.createElement('span'), { className: 'refbox-chip', textContent: field.dataset.label });
      chip.dataset.id = field.value;
      const remove = Object.assign(document.createElement('button'), { type: 'button', className: 'chip-remove', textContent: '×' });
      remove.setAttribute('aria-label', word('Remove {label}', { label: field.dataset.label }));
      chip.append(remove);
      this.chosen.append(chip);
    }
  }

  // The new record is made in a dialog above this one and comes back by the event ref-created {id, label}.
  create(name) {
    const url = new URL(this.dataset.createUrl, location.href);
    if (name) url.searchParams.set('name', name);
    const target = document.getElementById('dialog').open ? '#subdialog-body' : '#dialog-body';
    document.addEventListener('ref-created', (event) => this.choose(event.detail.id, event.detail.label), { once: true });
    htmx.ajax('GET', url.pathname + url.search, { target, swap: 'innerHTML' });
  }

  leave() {
    super.leave();
    if (!this.multiple) this.input.value = this.fields[0]?.dataset.label ?? '';
  }
}
customElements.define('ref-box', RefBox);
