import htmx from 'htmx.org';
import { amounts, sum } from './amounts.js';

// Line items: add and remove rows without leaving the keyboard. Field names follow "<name>-<number>-<column>".
class LineItems extends HTMLElement {
  connectedCallback() {
    if (this.ready) return;
    this.ready = true;
    this.body = this.querySelector('tbody');
    this.next = Number(this.dataset.next) || this.body.rows.length;
    this.addEventListener('click', (event) => {
      if (event.target.closest('[data-add]')) this.add();
      const remove = event.target.closest('[data-remove]');
      if (remove) this.remove_(remove.closest('tr'));
    });
    this.addEventListener('keydown', (event) => this.key(event));
    ['input', 'change'].forEach((kind) => this.addEventListener(kind, () => this.sum()));
    if (!this.body.rows.length) this.add(false);
    this.sum();
  }

  // The foot says what the columns come to, as long as all lines are in one currency.
  sum() {
    const foreign = [...this.body.querySelectorAll('input[name$="-currency"]')].some((input) => input.value);
    for (const cell of this.querySelectorAll('tfoot [data-sum]')) {
      const inputs = [...this.body.rows].map((row) => row.cells[cell.cellIndex].querySelector('input[data-amount]')).filter(Boolean);
      cell.textContent = foreign || !inputs.length ? '' : amounts(inputs[0].dataset)(sum(inputs));
    }
  }

  add(focus = true) {
    const html = this.querySelector('template').innerHTML.replaceAll('__prefix__', String(this.next)).replaceAll('__number__', String(this.body.rows.length + 1));
    this.next += 1;
    const holder = document.createElement('template');
    holder.innerHTML = html;
    const row = holder.content.querySelector('tr');
    this.body.append(row);
    htmx.process(row);
    if (focus) row.querySelector('input:not([type=hidden]), select, textarea')?.focus();
  }

  remove_(row) {
    const near = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    if (!this.body.rows.length) this.add();
    else near?.querySelector('input:not([type=hidden]), select')?.focus();
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }

  key(event) {
    const row = event.target.closest('tbody tr');
    if (!row || event.defaultPrevented) return;
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && !event.target.matches('textarea, button')) {
      event.preventDefault();
      const column = event.target.closest('td').cellIndex;
      if (!row.nextElementSibling) this.add();
      else row.nextElementSibling.cells[column]?.querySelector('input:not([type=hidden]), select')?.focus();
    } else if (event.key === 'Delete' && event.ctrlKey) {
      event.preventDefault();
      this.remove_(row);
    }
  }
}
customElements.define('line-items', LineItems);
