// Short notes at the corner, from Django messages and from the HX-Trigger event "toast" {text, tone, url, label}.
// Texts go in as text, never as HTML: they may quote what a person typed.
import { word } from './words.js';

const TONES = { success: 'ok', warning: 'warn', error: 'bad', info: 'info', debug: 'info' };
const SECONDS = { ok: 5, info: 6, warn: 10, bad: 20 };
const region = document.getElementById('toasts');

export const toast = ({ text, value, tone = 'ok', url, label }) => {
  if (!region || !(text ?? value)) return;
  const note = document.createElement('div');
  note.className = 'toast';
  note.dataset.tone = TONES[tone] ?? tone;
  note.setAttribute('role', note.dataset.tone === 'bad' ? 'alert' : 'status');
  const words = document.createElement('p');
  words.textContent = text ?? value;
  note.append(words);
  if (url) {
    const link = document.createElement('a');
    link.href = url;
    link.textContent = label ?? word('Open');
    note.append(link);
  }
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'icon-btn';
  close.setAttribute('aria-label', word('Dismiss'));
  close.textContent = '×';
  close.addEventListener('click', () => note.remove());
  note.append(close);
  region.append(note);
  let timer;
  const start = () => { timer = setTimeout(() => note.remove(), 1000 * (SECONDS[note.dataset.tone] ?? 6)); };
  const stop = () => clearTimeout(timer);
  note.addEventListener('mouseenter', stop);
  note.addEventListener('focusin', stop);
  note.addEventListener('mouseleave', start);
  note.addEventListener('focusout', start);
  start();
};

document.addEventListener('toast', (event) => toast(event.detail));
region?.querySelectorAll('.toast-seed').forEach((seed) => {
  seed.remove();
  toast({ text: seed.textContent, tone: seed.dataset.tone.split(' ').pop() });
});

// A request that got no answer has an unknown outcome; the form keeps its key, so sending again is safe.
document.addEventListener('htmx:error', (event) => {
  if (event.detail?.ctx && !event.detail.ctx.response) toast({ text: word('The server did not answer. Check the connection and send again; nothing happens twice.'), tone: 'bad' });
});
