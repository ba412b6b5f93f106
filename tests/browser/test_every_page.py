"""Every page of the owner's menu: it answers, fits a phone, keeps nobody out, and its scripts have nothing to complain about."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Desk

LOOKS_DIFFERENT = ("color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block")
# How far the page, or anything in it that does not scroll by itself, reaches beyond the right edge.
BEYOND = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# The menu is longer than most pages, and axe looks at whatever stands in the document before it judges a part of it. Taken out, it still
# counts for what only the whole document shows: ids that it has, and the page as well.
WITHOUT_MENU = """() => {
  const menu = [...document.querySelectorAll('.office')];
  const ids = menu.flatMap((one) => [one, ...one.querySelectorAll('[id]')]).map((one) => one.id);
  const twice = ids.filter((id) => document.querySelectorAll(`[id="${id}"]`).length > 1);
  menu.forEach((one) => one.remove());
  return twice;
}"""
FEWEST_PAGES = 40
# A part is a test, so that every worker has some of them to the end.
PARTS = 4


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_of_the_menu_can_be_worked_with(part: int, desk_of: Callable[..., Desk]) -> None:
    owner = desk_of("owner")
    page = owner.go("/reception/desk/")
    links = page.get_by_role("navigation", name="Departments").get_by_role("link", include_hidden=True)
    menu = [link.get_attribute("href") or "" for link in links.all()]
    assert len(menu) >= FEWEST_PAGES
    # The frame is the same around every page, so it is looked at once.
    faults = owner.access_faults()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(BEYOND) <= 0
    for address in menu[part::PARTS]:
        faults += faults_of(owner, address)
    assert faults == []


def faults_of(desk: Desk, address: str) -> list[str]:
    """What is wrong with one page, wide and light, then narrow and dark."""
    page, name = desk.page, address.strip("/").replace("/", "-")
    page.set_viewport_size({"width": 1440, "height": 900})
    answer = page.goto(address)
    page.locator("html[data-live=on]").wait_for(state="attached")
    status = answer.status if answer is not None else 0
    found = [] if status == 200 else [f"{address}: HTTP {status}"]
    desk.picture(f"page-{name}-1440-light")
    found += [f"{address}: the menu has an element {twice} too" for twice in page.evaluate(WITHOUT_MENU)]
    found += desk.access_faults(within="#main")
    page.set_viewport_size({"width": 390, "height": 844})
    desk.dress("dark")
    desk.picture(f"page-{name}-390-dark")
    beyond = page.evaluate(BEYOND)
    found += [f"{address}: {beyond} px too wide for a phone"] if beyond > 0 else []
    return found + desk.access_faults(LOOKS_DIFFERENT, within="#main")
