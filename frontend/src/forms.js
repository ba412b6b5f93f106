import { amounts } from './amounts.js';

// Forms: one request at a time, errors get the focus, hints fill fields; file drops and cash counts.
const busy = (form, on) => { if (on) form.dataset.busy = '1'; else delete form.dataset.busy; form.setAttribute('aria-busy', String(on)); };
const guarded = (element) => element?.closest?.('form[data-guard]');

document.addEventListener('submit', (event) => {
  const form = guarded(event.target);
  if (!form) return;
  if (form.dataset.busy) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  if (!form.matches('[hx-post]')) busy(form, true);
}, true);
document.addEventListener('click', (event) => {
  const button = event.target.closest('form[data-busy] button[type=submit]');
  if (button) { event.preventDefault(); event.stopImmediatePropagation(); }
}, true);
document.addEventListener('htmx:before:request', (event) => { const form = guarded(event.target); if (form && event.detail.ctx.request.method === 'POST') busy(form, true); });
document.addEventListener('htmx:finally:request', (event) => { const form = guarded(event.detail?.ctx?.request?.form ?? event.target); if (form) busy(form, false); });
addEventListener('pageshow', () => document.querySelectorAll('form[data-busy]').forEach((form) => busy(form, false)));

document.addEventListener('htmx:after:swap', (event) => {
  const { ctx } = event.detail ?? {};
  if (ctx?.response?.status === 422) document.querySelector('#dialog[open] [aria-invalid="true"], #form [aria-invalid="true"]')?.focus();
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.('form');
  if (!form || event.target.closest('#palette')) return;
  event.preventDefault();
  // With Shift it is shown what would happen, where the form can say so.
  if (event.shiftKey) form.querySelector('button[name=rehearse]')?.click();
  else form.requestSubmit();
});

// A hint such as a free slot carries the inputs it would set.
export const fill = (form, values) => {
  for (const [name, value] of Object.entries(values)) {
    const box = form.querySelector(`ref-box[data-name="${CSS.escape(name)}"]`);
    const input = form.elements.namedItem(name);
    if (box) box.choose(value?.id ?? value, value?.label ?? String(value));
    else if (input?.type === 'checkbox') input.checked = Boolean(value);
    else if (input) { input.value = value; input.dispatchEvent?.(new Event('change', { bubbles: true })); }
  }
};
document.addEventListener('click', (event) => {
  const hint = event.target.closest('[data-fill]');
  if (!hint) return;
  fill(hint.closest('form'), JSON.parse(hint.dataset.fill));
  hint.closest('form').querySelectorAll('[data-fill]').forEach((one) => one.setAttribute('aria-pressed', String(one === hint)));
});

// A page form that was touched asks before it is left.
let dirty = null;
document.addEventListener('input', (event) => { const form = event.target.closest('.form-page'); if (form) dirty = form; });
document.addEventListener('submit', () => { dirty = null; }, true);
addEventListener('beforeunload', (event) => { if (dirty?.isConnected) event.preventDefault(); });

class FileDrop extends HTMLElement {
  connectedCallback() {
    if (this.note) return;
    this.input = this.querySelector('input[type=file]');
    this.note = this.appendChild(document.createElement('output'));
    this.note.className = 'drop-note';
    this.addEventListener('dragover', (event) => { event.preventDefault(); this.dataset.over = '1'; });
    this.addEventListener('dragleave', () => delete this.dataset.over);
    this.addEventListener('drop', (event) => {
      event.preventDefault();
      delete this.dataset.over;
      this.input.files = event.dataTransfer.files;
      this.input.dispatchEvent(new Event('change', { bubbles: true }));
    });
    this.input.addEventListener('change', () => {
      this.note.textContent = [...this.input.files].map((file) => file.name).join(', ');
      if ('autosend' in this.input.dataset && this.input.files.length) this.input.form.requestSubmit();
    });
  }
}
customElements.define('file-drop', FileDrop);

class CashCount extends HTMLElement {
  connectedCallback() {
    const show = amounts(this.dataset);
    this.addEventListener('input', () => {
      let sum = 0;
      for (const input of this.querySelectorAll('input[data-minor]')) {
        const minor = Math.max(0, Math.trunc(Number(input.value) || 0)) * Number(input.dataset.minor);
        input.closest('tr').querySelector('[data-row-total]').textContent = show(minor);
        sum += minor;
      }
      this.querySelector('[data-total]').textContent = show(sum);
      this.dispatchEvent(new CustomEvent('counted', { bubbles: true, detail: { minor: sum } }));
    });
    // Enter goes to the next denomination, as on a till.
    this.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return;
      const all = [...this.querySelectorAll('input[data-minor]')];
      event.preventDefault();
      all[all.indexOf(event.target) + 1]?.select();
    });
  }
}
customElements.define('cash-count', CashCount);

// What is ticked, and how much that is together.
class PickedSum extends HTMLElement {
  connectedCallback() {
    const show = amounts(this.dataset);
    const add = () => {
      const picked = [...this.querySelectorAll('input[data-pick]:checked')];
      const total = this.querySelector('[data-total]');
      // Where there is nothing to pick, or nobody who may, there is no sum either.
      if (total) total.textContent = show(picked.reduce((sum, box) => sum + Number(box.dataset.minor), 0));
      this.querySelectorAll('button[type=submit]').forEach((button) => { button.disabled = !picked.length; });
    };
    this.addEventListener('change', add);
    add();
  }
}
customElements.define('picked-sum', PickedSum);

// Touch pad: the keys type into another input as a keyboard would.
class NumberPad extends HTMLElement {
  connectedCallback() {
    this.addEventListener('click', (event) => {
      const key = event.target.closest('[data-digit]')?.dataset.digit;
      const input = document.getElementById(this.dataset.for);
      if (!key || !input) return;
      input.value = key === 'back' ? input.value.slice(0, -1) : input.value + key;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    });
  }
}
customElements.define('number-pad', NumberPad);

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-print]')) print();
  const login = event.target.closest('[data-demo-login]');
  if (!login) return;
  document.getElementById('email').value = login.dataset.demoLogin;
  const password = document.getElementById('password');
  if (login.dataset.demoPassword) { password.value = login.dataset.demoPassword; password.form.requestSubmit(); } else password.focus();
});
