// A rule of RFC 5545 in parts: every how many days, weeks, months or years, and until when. The text is what is sent; a rule with other
// parts than these stays text.
const PARTS = ['FREQ', 'INTERVAL', 'BYDAY', 'BYMONTHDAY', 'COUNT', 'UNTIL'];

const read = (text) => Object.fromEntries(text.trim().toUpperCase().split(';').filter(Boolean).map((part) => part.split('=')));

class RepeatRule extends HTMLElement {
  connectedCallback() {
    this.text = this.querySelector('input[name]');
    this.parts = this.querySelector('.repeats-parts');
    this.piece = Object.fromEntries([...this.querySelectorAll('[data-part]')].map((one) => [one.dataset.part, one]));
    this.days = [...this.piece.week.querySelectorAll('input')];
    this.parts.addEventListener('change', (event) => { this.write(); if (event.target === this.piece.unit && this.own) this.text.focus(); });
    this.parts.addEventListener('input', () => this.write());
    this.text.addEventListener('change', () => this.show());
    this.show();
  }

  get own() { return this.piece.unit.value === 'other'; }

  // Draw what the text says.
  show() {
    const rule = read(this.text.value);
    const { piece } = this;
    piece.unit.value = this.knows(rule) ? rule.FREQ ?? '' : 'other';
    if (!this.own) {
      piece.every.value = rule.INTERVAL ?? 1;
      piece.day.value = rule.BYMONTHDAY ?? '';
      this.days.forEach((day) => { day.checked = (rule.BYDAY ?? '').split(',').includes(day.value); });
      piece.ends.value = rule.COUNT ? 'COUNT' : rule.UNTIL ? 'UNTIL' : '';
      if (rule.COUNT) piece.count.value = rule.COUNT;
      if (rule.UNTIL) piece.until.value = rule.UNTIL.replace(/^(\d{4})(\d{2})(\d{2}).*/, '$1-$2-$3');
    }
    this.parts.hidden = false;
    this.fold();
  }

  knows(rule) {
    if (!rule.FREQ) return !Object.keys(rule).length && [...this.piece.unit.options].some((one) => !one.value);
    const days = (rule.BYDAY ?? '').split(',').filter(Boolean);
    return Object.keys(rule).every((name) => PARTS.includes(name))
      && [...this.piece.unit.options].some((one) => one.value === rule.FREQ)
      && (!days.length || (rule.FREQ === 'WEEKLY' && days.every((day) => this.days.some((one) => one.value === day))))
      && (!rule.BYMONTHDAY || (rule.FREQ === 'MONTHLY' && rule.BYMONTHDAY === '-1'));
  }

  // Keep out of sight what the chosen unit and end have no use for.
  fold() {
    const { piece, own } = this;
    const unit = piece.unit.value;
    this.text.hidden = !own;
    piece.every.hidden = own || !unit;
    piece.every.previousElementSibling.hidden = piece.every.hidden;
    piece.day.hidden = unit !== 'MONTHLY';
    piece.week.hidden = unit !== 'WEEKLY';
    piece.ends.parentElement.hidden = own || !unit;
    piece.until.hidden = piece.ends.value !== 'UNTIL';
    piece.count.hidden = piece.ends.value !== 'COUNT';
  }

  write() {
    this.fold();
    if (this.own) return;
    const { piece } = this;
    const unit = piece.unit.value;
    const said = [unit && `FREQ=${unit}`];
    if (unit && Number(piece.every.value) > 1) said.push(`INTERVAL=${Math.trunc(piece.every.value)}`);
    const days = this.days.filter((day) => day.checked).map((day) => day.value);
    if (unit === 'WEEKLY' && days.length) said.push(`BYDAY=${days}`);
    if (unit === 'MONTHLY' && piece.day.value) said.push(`BYMONTHDAY=${piece.day.value}`);
    if (unit && piece.ends.value === 'COUNT') said.push(`COUNT=${Math.max(1, Math.trunc(piece.count.value))}`);
    if (unit && piece.ends.value === 'UNTIL' && piece.until.value) said.push(`UNTIL=${piece.until.value.replaceAll('-', '')}`);
    this.text.value = said.filter(Boolean).join(';');
  }
}
customElements.define('repeat-rule', RepeatRule);
