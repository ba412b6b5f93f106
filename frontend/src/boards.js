// Boards of lists: a card is dragged to where one of its commands leads; arrow keys go from card to card, M opens what can be done with one.
const cards = (column) => [...column.querySelectorAll('.ticket')];
const columns = () => [...document.querySelectorAll('[data-board] .column')];
const moves = (card, state) => [...card.querySelectorAll('[data-to]')].filter((one) => !state || one.dataset.to === state);
let dragged;

document.addEventListener('dragstart', (event) => {
  const card = event.target.closest?.('[data-board] .ticket[draggable]');
  if (!card) return;
  dragged = card;
  event.dataTransfer.effectAllowed = 'move';
  event.dataTransfer.setData('text/plain', card.id);
  columns().forEach((column) => { if (moves(card, column.dataset.state).length) column.dataset.drop = 'open'; });
});

document.addEventListener('dragover', (event) => {
  const column = dragged && event.target.closest?.('.column[data-drop]');
  if (!column) return;
  event.preventDefault();
  columns().forEach((one) => { if (one.dataset.drop) one.dataset.drop = one === column ? 'over' : 'open'; });
});

const endDrag = () => { columns().forEach((column) => delete column.dataset.drop); dragged = null; };
document.addEventListener('dragend', endDrag);

// One command leads there: it runs, or asks for its inputs. Several do: the menu of the card offers just those.
document.addEventListener('drop', (event) => {
  const column = dragged && event.target.closest?.('.column[data-drop]');
  if (!column) return;
  event.preventDefault();
  const card = dragged;
  const found = moves(card, column.dataset.state);
  endDrag();
  if (found.length === 1) { found[0].click(); return; }
  moves(card).forEach((one) => { one.hidden = one.dataset.to !== column.dataset.state; });
  card.querySelector('.menu').showPopover();
});
document.addEventListener('toggle', (event) => {
  if (event.newState === 'closed' && event.target.matches?.('[data-board] .menu')) event.target.querySelectorAll('[data-to]').forEach((one) => { one.hidden = false; });
}, true);
document.addEventListener('click', (event) => { event.target.closest?.('[data-board] [data-to]')?.closest('.menu').hidePopover(); });

document.addEventListener('keydown', (event) => {
  const card = event.target.closest?.('[data-board] .ticket');
  if (!card || event.target.closest('.menu') || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'm') { card.querySelector('.ticket-move')?.click(); return; }
  const column = card.closest('.column');
  const place = cards(column).indexOf(card);
  let next;
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') next = cards(column)[place + (event.key === 'ArrowDown' ? 1 : -1)];
  if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
    const filled = columns().filter((one) => cards(one).length);
    const beside = filled[filled.indexOf(column) + (event.key === 'ArrowRight' ? 1 : -1)];
    next = beside && (cards(beside)[place] ?? cards(beside).at(-1));
  }
  if (!next) return;
  event.preventDefault();
  next.querySelector('h3 a').focus();
});

document.addEventListener('click', (event) => { if (event.target.closest?.('[data-print]')) print(); });
