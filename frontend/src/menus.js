// Native popovers placed beside their button, with arrow keys inside menus; and tabs.
const GAP = 6;

export const place = (popover, anchor) => {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const below = box.bottom + GAP + height <= innerHeight || box.top < height;
  const alignEnd = box.left + width > innerWidth - GAP;
  popover.style.top = `${Math.max(GAP, below ? box.bottom + GAP : box.top - GAP - height)}px`;
  popover.style.left = `${Math.max(GAP, Math.min(alignEnd ? box.right - width : box.left, innerWidth - width - GAP))}px`;
};

const invoker = (popover) => document.querySelector(`[popovertarget="${popover.id}"]`);
const items = (menu) => [...menu.querySelectorAll('.menu-item')];
const focusable = (item) => item.querySelector('input') ?? item;

document.addEventListener('toggle', (event) => {
  const popover = event.target;
  if (!popover.matches?.('.menu, .popcard')) return;
  const button = invoker(popover);
  const open = event.newState === 'open';
  button?.setAttribute('aria-expanded', String(open));
  if (!open) return;
  if (button) place(popover, button);
  popover.dispatchEvent(new Event('panel-open'));
  popover.querySelector('.menu-item, input, a, button')?.focus({ preventScroll: true });
}, true);

document.addEventListener('keydown', (event) => {
  const menu = event.target.closest?.('.menu:popover-open');
  if (!menu || !['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) return;
  const all = items(menu).map(focusable);
  if (!all.length || event.target.matches('input:not([type=radio], [type=checkbox])')) return;
  event.preventDefault();
  const now = all.indexOf(document.activeElement);
  const next = { ArrowDown: (now + 1) % all.length, ArrowUp: (now - 1 + all.length) % all.length, Home: 0, End: all.length - 1 }[event.key];
  all[next].focus();
});

document.addEventListener('click', (event) => {
  const item = event.target.closest('.menu a.menu-item, .menu button.menu-item:not([data-theme-toggle])');
  if (item && item.type !== 'submit') item.closest('[popover]')?.hidePopover();
});

// A swap may have replaced the inline place, and a scroll moves the button away.
const placeOpen = () => document.querySelectorAll('.menu:popover-open, .popcard:popover-open').forEach((popover) => { const button = invoker(popover); if (button) place(popover, button); });
addEventListener('resize', placeOpen);
addEventListener('scroll', (event) => { if (!event.target.closest?.('[popover]')) placeOpen(); }, { capture: true, passive: true });
document.addEventListener('htmx:after:swap', placeOpen);

const selectTab = (tab, focus) => {
  const list = tab.closest('[role=tablist]');
  for (const one of list.querySelectorAll('[role=tab]')) {
    const chosen = one === tab;
    one.setAttribute('aria-selected', String(chosen));
    one.tabIndex = chosen ? 0 : -1;
    const panel = document.getElementById(one.getAttribute('aria-controls'));
    if (panel) panel.hidden = !chosen;
  }
  if (focus) tab.focus();
};

document.addEventListener('click', (event) => { const tab = event.target.closest('[role=tab]'); if (tab) selectTab(tab); });
document.addEventListener('keydown', (event) => {
  const tab = event.target.closest?.('[role=tab]');
  if (!tab || !['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) return;
  const all = [...tab.closest('[role=tablist]').querySelectorAll('[role=tab]')];
  const now = all.indexOf(tab);
  event.preventDefault();
  selectTab({ ArrowLeft: all.at(now - 1), ArrowRight: all[(now + 1) % all.length], Home: all[0], End: all.at(-1) }[event.key], true);
});
