// Amounts as people write them: 1.234,56 and 1,234.56 become 1234.56, which is what the server reads, before anything is sent.
const language = document.documentElement.lang || 'en';
const own = Object.fromEntries(new Intl.NumberFormat(language).formatToParts(12345.6).map(({ type, value }) => [type, value]));

// One point or comma before three digits groups thousands, unless the language of the page, or the currency, has its decimals there.
function plain(text, digits) {
  const typed = text.replace(/[\s\u00a0\u202f'’]/g, '');
  if (!/^[-+]?[\d.,]*\d[\d.,]*$/.test(typed)) return text;
  const last = Math.max(typed.lastIndexOf('.'), typed.lastIndexOf(','));
  if (last < 0) return typed;
  const sign = typed[last];
  const alone = !typed.includes(sign === '.' ? ',' : '.');
  const thousands = /^[-+]?[1-9]\d{0,2}.\d{3}$/.test(typed) && sign !== own.decimal && digits !== '3';
  if (alone && (typed.indexOf(sign) !== last || thousands)) return typed.replace(/[.,]/g, '');
  return `${typed.slice(0, last).replace(/[.,]/g, '')}.${typed.slice(last + 1)}`;
}

// Only what somebody typed: what the server wrote into a form is plain already.
function settle(input) {
  if (!('typed' in input.dataset)) return;
  delete input.dataset.typed;
  input.value = plain(input.value, input.dataset.digits);
}
document.addEventListener('input', (event) => { if (event.target.matches('input[data-amount]')) event.target.dataset.typed = ''; }, true);
document.addEventListener('change', (event) => { if (event.target.matches('input[data-amount]')) settle(event.target); }, true);
document.addEventListener('submit', (event) => event.target.querySelectorAll('input[data-amount]').forEach(settle), true);

// The words for so many minor units of a currency. The page says how many decimals that is: a browser may know others.
export const amounts = ({ currency, digits }) => {
  const decimals = { minimumFractionDigits: Number(digits), maximumFractionDigits: Number(digits) };
  const words = new Intl.NumberFormat(language, { style: 'currency', currency, ...decimals });
  return (minor) => words.format(minor / 10 ** digits);
};

// What amounts in one currency come to, in its minor units; what is no amount counts as nothing.
export const sum = (inputs) => inputs.reduce((all, { value, dataset: { digits } }) => all + (Math.round(Number(plain(value, digits)) * 10 ** digits) || 0), 0);
