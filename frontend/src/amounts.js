// Amounts as people write them: 1.234,56 and 1,234.56 become 1234.56, which is what the server reads, before anything is sent.
const language = document.documentElement.lang || 'en';
const own = Object.fromEntries(new Intl.NumberFormat(language).formatToParts(12345.6).map(({ type, value }) => [type, value]));
const money = (currency) => new Intl.NumberFormat(language, { style: 'currency', currency });
const digits = (currency) => money(currency || 'EUR').resolvedOptions().maximumFractionDigits;

// One point or comma before three digits groups thousands, unless the language of the page, or the currency, has its decimals there.
export function plain(text, currency) {
  const typed = text.replace(/[\s\u00a0\u202f'’]/g, '');
  if (!/^[-+]?[\d.,]*\d[\d.,]*$/.test(typed)) return text;
  const last = Math.max(typed.lastIndexOf('.'), typed.lastIndexOf(','));
  if (last < 0) return typed;
  const sign = typed[last];
  const alone = !typed.includes(sign === '.' ? ',' : '.');
  const thousands = /^[-+]?[1-9]\d{0,2}.\d{3}$/.test(typed) && sign !== own.decimal && digits(currency) !== 3;
  if (alone && (typed.indexOf(sign) !== last || thousands)) return typed.replace(/[.,]/g, '');
  return `${typed.slice(0, last).replace(/[.,]/g, '')}.${typed.slice(last + 1)}`;
}

// Only what somebody typed: what the server wrote into a form is plain already.
function settle(input) {
  if (!('typed' in input.dataset)) return;
  delete input.dataset.typed;
  input.value = plain(input.value, input.dataset.currency);
}
document.addEventListener('input', (event) => { if (event.target.matches('input[data-amount]')) event.target.dataset.typed = ''; }, true);
document.addEventListener('change', (event) => { if (event.target.matches('input[data-amount]')) settle(event.target); }, true);
document.addEventListener('submit', (event) => event.target.querySelectorAll('input[data-amount]').forEach(settle), true);

// The words for so many minor units of a currency.
export const amounts = (currency) => (minor) => money(currency).format(minor / 10 ** digits(currency));

// The sum of amounts in a currency, in its minor units; what is no amount counts as nothing.
export const sum = (inputs, currency) => inputs.reduce((all, { value }) => all + (Math.round(Number(plain(value, currency)) * 10 ** digits(currency)) || 0), 0);
