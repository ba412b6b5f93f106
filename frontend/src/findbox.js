import { place } from './menus.js';
import { word } from './words.js';

// What boxes that find something while one types have in common: asking, the list below, its keys. Whoever extends it says what is looked
// for (`query`) and what happens to a choice (`choose`).
export class FindBox extends HTMLElement {
  connectedCallback() {
    if (this.input) return;
    this.input = this.querySelector('[role=combobox]');
    this.list = this.querySelector('[role=listbox]');
    this.active = -1;
    this.input.addEventListener('input', () => this.later());
    this.input.addEventListener('click', () => this.list.matches(':popover-open') || this.search());
    this.input.addEventListener('keydown', (event) => this.key(event));
    this.input.addEventListener('blur', () => setTimeout(() => this.leave(), 150));
    this.list.addEventListener('pointerdown', (event) => event.preventDefault());
    this.list.addEventListener('click', (event) => this.pick(event.target.closest('[role=option]')));
    this.begin();
  }

  begin() {}

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(), 140);
  }

  async search() {
    this.request?.abort();
    this.request = new AbortController();
    const url = new URL(this.dataset.searchUrl, location.href);
    const query = this.query;
    url.searchParams.set('q', query);
    try {
      const response = await fetch(url, { signal: this.request.signal, headers: { Accept: 'application/json' } });
      this.draw(response.ok ? await response.json() : [], query);
    } catch (error) {
      if (error.name !== 'AbortError') this.draw([], query);
    }
  }

  draw(found, query) {
    this.drawn = query;
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
      // What is shown may answer what was typed before: then the new answer is awaited.
      if (this.drawn === this.query) this.pick(this.list.querySelectorAll('[role=option]')[this.active]);
      else this.search();
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  pick(option) {
    if (!option) return;
    if (option.dataset.create !== undefined) this.create(option.dataset.create);
    else this.choose(option.dataset.id, option.dataset.label);
    this.close();
  }

  leave() { this.close(); }

  close() {
    if (this.list.matches(':popover-open')) this.list.hidePopover();
    this.input.setAttribute('aria-expanded', 'false');
    this.active = -1;
    this.input.removeAttribute('aria-activedescendant');
  }
}
