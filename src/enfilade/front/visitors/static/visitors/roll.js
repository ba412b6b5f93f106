// Who is ticked stays in this browser, so that the roll works where the server does not answer. Nothing of it is sent.
const KEPT = 'visitors.roll';
const boxes = [...document.querySelectorAll('[data-roll]')];
const found = document.querySelector('[data-roll-found]');
const kept = () => { try { return new Set(JSON.parse(localStorage.getItem(KEPT) ?? '[]')); } catch { return new Set(); } };
const show = () => { found.textContent = boxes.filter((box) => box.checked).length; };

const ticked = kept();
for (const box of boxes) {
  box.checked = ticked.has(box.dataset.roll);
  box.addEventListener('change', () => {
    localStorage.setItem(KEPT, JSON.stringify(boxes.filter((one) => one.checked).map((one) => one.dataset.roll)));
    show();
  });
}
document.querySelector('[data-roll-clear]').addEventListener('click', () => {
  localStorage.removeItem(KEPT);
  for (const box of boxes) box.checked = false;
  show();
});
document.querySelector('[data-roll-print]').addEventListener('click', () => window.print());
show();
