import { FindBox } from './findbox.js';

// A text that names records by their codes: whoever knows the code types it, whoever does not finds it by its name. Several codes stand
// with blanks between; the one where the cursor ends is looked for.
class CodeBox extends FindBox {
  begin() {
    this.name = this.querySelector('.codebox-name');
    this.input.addEventListener('input', () => { this.name.textContent = ''; });
  }

  get typed() { return 'several' in this.dataset ? this.input.value.split(/\s+/) : [this.input.value.trim()]; }

  get query() { return this.typed.at(-1); }

  choose(code, label) {
    this.input.value = [...this.typed.slice(0, -1), code].join(' ');
    this.name.textContent = label.replace(code, '').trim();
    this.input.removeAttribute('aria-invalid');
    this.input.dispatchEvent(new Event('change', { bubbles: true }));
  }
}
customElements.define('code-box', CodeBox);
