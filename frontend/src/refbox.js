import htmx from 'htmx.org';
import { place } from './menus.js';
import { word } from './words.js';

// A box that finds another record while one types. Hidden inputs carry the ids; the visible input has no name.
class RefBox extends HTMLElement {
  connectedCallback() {
    if (this.input) return;
    this.input = this.querySelector('[role=combobox]');
    this.list = this.querySelector('[role=listbox]');
    this.chosen = this.querySelector('.refbox-chosen');
    this.multiple = 'multiple' in this.dataset;
    this.active = -1;
    this.input.addEventListener('input', () => this.later());
    this.input.addEventListener('click', () => this.list.matches(':popover-open') || this.search());
    this.input.addEventListener('keydown', (event) => this.key(event));
    this.input.addEventListener('blur', () => setTimeout(() => this.leave(), 150));
    this.list.addEventListener('pointerdown', (event) => event.preventDefault());
    this.list.addEventListener('click', (event) => this.pick(event.target.closest('[role=option]')));
    this.chosen.addEventListener('click', (event) => { const chip = event.target.closest('.chip-remove'); if (chip) this.drop(chip.parentElement.dataset.id); });
    if (this.multiple) this.drawChips();
  }

  get fields() { return [...this.chosen.querySelectorAll('input[type=hidden]')]; }

  later() {
    clearTimeout(this.timer);
    if (!this.input.value && !this.multiple) this.clear();
    this.timer = setTimeout(() => this.search(), 140);
  }

  async search() {
    this.request?.abort();
    this.request = new AbortController();
    const url = new URL(this.dataset.searchUrl, location.href);
    const query = this.fields[0]?.dataset.label === this.input.value ? '' : this.input.value.trim();
    url.searchParams.set('q', query);
    try {
      const response = await fetch(url, { signal: this.request.signal, headers: { Accept: 'application/json' } });
      this.draw(response.ok ? await response.json() : [], query);
    } catch (error) {
      if (error.name !== 'AbortError') this.draw([], query);
    }
  }

  draw(found, query) {
    const options = (found.results ?? found).map((one, position) => this.option(one, position));
    if (this.dataset.createUrl) options.push(this.option({ id: '', label: query ? word('Create “{query}”…', { query }) : word('Create a new one…'), create: query }, options.length));
    if (!options.length) options.push(Object.assign(document.createElement('li'), { className: 'refbox-none', textContent: word('Nothing found') }));
    this.list.replaceChildren(...options);
    if (document.activeElement !== this.input) return;
    this.list.style.minWidth = `${this.input.offsetWidth}px`;
    if (!this.list.matches(':popover-open')) this.list.showPopover();
    place(this.list, this.input);
    this.input.setAttribute('aria-expanded', 'true');
    this.move(query && found.length ? 0 : -1);
  }

  option({ id, label, hint, create }, position) {
    const item = document.createElement('li');
    item.id = `${this.input.id}-o${position}`;
    item.setAttribute('role', 'option');
    item.setAttribute('aria-selected', 'false');
    Object.assign(item.dataset, { id, label });
    if (create !== undefined) item.dataset.create = create;
    item.append(Object.assign(document.createElement('span'), { textContent: label }));
    if (hint) item.append(Object.assign(document.createElement('small'), { textContent: hint }));
    return item;
  }

  move(to) {
    const options = [...this.list.querySelectorAll('[role=option]')];
    options[this.active]?.setAttribute('aria-selected', 'false');
    this.active = options.length ? Math.max(-1, Math.min(to, options.length - 1)) : -1;
    const now = options[this.active];
    now?.setAttribute('aria-selected', 'true');
    now?.scrollIntoView({ block: 'nearest' });
    if (now) this.input.setAttribute('aria-activedescendant', now.id); else this.input.removeAttribute('aria-activedescendant');
  }

  key(event) {
    const open = this.list.matches(':popover-open');
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!open) this.search(); else this.move(this.active + (event.key === 'ArrowDown' ? 1 : -1));
    } else if (event.key === 'Enter' && open && this.active >= 0) {
      event.preventDefault();
      event.stopPropagation();
      this.pick(this.list.querySelectorAll('[role=option]')[this.active]);
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === 'Backspace' && this.multiple && !this.input.value) this.drop(this.fields.at(-1)?.value);
  }

  pick(option) {
    if (!option) return;
    if (option.dataset.create !== undefined) this.create(option.dataset.create);
    else this.choose(option.dataset.id, option.dataset.label);
    this.close();
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
    this.close();
    if (!this.multiple) this.input.value = this.fields[0]?.dataset.label ?? '';
  }

  close() {
    if (this.list.matches(':popover-open')) this.list.hidePopover();
    this.input.setAttribute('aria-expanded', 'false');
    this.active = -1;
    this.input.removeAttribute('aria-activedescendant');
  }
}
customElements.define('ref-box', RefBox);
