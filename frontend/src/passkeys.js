// Passkeys: a form with data-passkey="create" or "get" asks the server what to ask for, the browser for the key, and sends its answer.
import { word } from './words.js';

const usable = typeof PublicKeyCredential !== 'undefined' && 'parseCreationOptionsFromJSON' in PublicKeyCredential;
// A passkey belongs to a name; a bare address has none.
const named = !/^[\d.]+$|^\[/.test(location.hostname);

const say = (form, sentence) => {
  const note = form.querySelector('[data-passkey-note]');
  note.textContent = sentence;
  note.hidden = !sentence;
};

const ask = async (form) => {
  const answer = await fetch(form.dataset.options, { method: 'POST', body: new FormData(form), headers: { Accept: 'application/json' } });
  const found = await answer.json();
  if (found.confirm) { location.assign(found.confirm); return null; }
  if (!answer.ok) throw new Error(found.detail || word('The server did not answer.'));
  return form.dataset.passkey === 'create'
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(found.publicKey) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(found.publicKey) });
};

const SENTENCES = {
  NotAllowedError: word('Nothing was chosen, or it took too long. Try again.'),
  InvalidStateError: word('This device is registered already.'),
  SecurityError: word('This address can not have passkeys.'),
};

document.addEventListener('submit', async (event) => {
  const form = event.target.closest('form[data-passkey]');
  if (!form || form.elements.credential.value) return;
  event.preventDefault();
  if (!usable) { say(form, word('This browser has no passkeys.')); return; }
  if (!named) { say(form, location.href.startsWith('http://127.') ? word('Passkeys need a name instead of an address: open this site as localhost.') : word('Passkeys need a name instead of an address: open this site under its host name.')); return; }
  say(form, '');
  form.setAttribute('aria-busy', 'true');
  try {
    const credential = await ask(form);
    if (!credential) return;
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch (error) {
    say(form, SENTENCES[error.name] || error.message);
  } finally {
    form.removeAttribute('aria-busy');
  }
}, true);
