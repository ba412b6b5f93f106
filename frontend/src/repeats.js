// A rule of RFC 5545 in parts: every how many days, weeks, months or years, and until when. The text is what is sent; a rule with other
// parts than these stays text.
const PARTS = ['FREQ', 'INTERVAL', 'BYDAY', 'BYMONTHDAY', 'COUNT', 'UNTIL'];

const read = (text) => Object.fromEntries(text.trim().toUpperCase().split(';').filter(Boolean).map((part) => part.split('=')));

class RepeatRule extends HTMLElement {
  connectedCallback() {
    this.text = this.querySelector('input[name]');
    this.parts = this.querySelector('.repeats-parts');
    this.part = Object.fromEntries([...this.querySelectorAll('[data-part]')].map((one) => [one.dataset.part, one]));
    this.days = [...this.part.week.querySelectorAll('input')];
    this.parts.addEventListener('change', (event) => { this.write(); if (event.target === this.part.unit && this.own) this.text.focus(); });
    this.parts.addEventListener('input', () => this.write());
    this.text.addEventListener('change', () => this.show());
    this.show();
  }

  get own() { return this.part.unit.value === 'other'; }

  // Draw what the text says.
  show() {
    const rule = read(this.text.value);
    const { part } = this;
    part.unit.value = this.knows(rule) ? rule.FREQ ?? '' : 'other';
    if (!this.own) {
      part.every.value = rule.INTERVAL ?? 1;
      part.day.value = rule.BYMONTHDAY ?? '';
      this.days.forEach((day) => { day.checked = (rule.BYDAY ?? '').split(',').includes(day.value); });
      part.ends.value = rule.COUNT ? 'COUNT' : rule.UNTIL ? 'UNTIL' : '';
      if (rule.COUNT) part.count.value = rule.COUNT;
      if (rule.UNTIL) part.until.value = rule.UNTIL.replace(/^(\d{4})(\d{2})(\d{2}).*/, '$1-$2-$3');
    }
    this.parts.hidden = false;
    this.fold();
  }

  knows(rule) {
    if (!rule.FREQ) return !Object.keys(rule).length && [...this.part.unit.options].some((one) => !one.value);
    const days = (rule.BYDAY ?? '').split(',').filter(Boolean);
    return Object.keys(rule).every((name) => PARTS.includes(name))
      && [...this.part.unit.options].some((one) => one.value === rule.FREQ)
      && (!days.length || (rule.FREQ === 'WEEKLY' && days.every((day) => this.days.some((one) => one.value === day))))
      && (!rule.BYMONTHDAY || (rule.FREQ === 'MONTHLY' && rule.BYMONTHDAY === '-1'));
  }

  // Keep out of sight what the chosen unit and end have no use for.
  fold() {
    const { part, own } = this;
    const unit = part.unit.value;
    this.text.hidden = !own;
    part.every.hidden = own || !unit;
    part.every.previousElementSibling.hidden = part.every.hidden;
    part.day.hidden = unit !== 'MONTHLY';
    part.week.hidden = unit !== 'WEEKLY';
    part.ends.parentElement.hidden = own || !unit;
    part.until.hidden = part.ends.value !== 'UNTIL';
    part.count.hidden = part.ends.value !== 'COUNT';
  }

  write() {
    this.fold();
    if (this.own) return;
    const { part } = this;
    const unit = part.unit.value;
    const said = [unit && `FREQ=${unit}`];
    if (unit && Number(part.every.value) > 1) said.push(`INTERVAL=${Math.trunc(part.every.value)}`);
    const days = this.days.filter((day) => day.checked).map((day) => day.value);
    if (unit === 'WEEKLY' && days.length) said.push(`BYDAY=${days}`);
    if (unit === 'MONTHLY' && part.day.value) said.push(`BYMONTHDAY=${part.day.value}`);
    if (unit && part.ends.value === 'COUNT') said.push(`COUNT=${Math.max(1, Math.trunc(part.count.value))}`);
    if (unit && part.ends.value === 'UNTIL' && part.until.value) said.push(`UNTIL=${part.until.value.replaceAll('-', '')}`);
    this.text.value = said.filter(Boolean).join(';');
  }
}
customElements.define('repeat-rule', RepeatRule);
