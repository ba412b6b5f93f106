"""A receptionist who reads German, and pages that are written from right to left."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .conftest import Desk, House

TURNED = ("/reception/desk/", "/party/parties/", "/appointments/board/", "/account/security/", "/billing/invoices/")
# What hangs out of the window on either side, by what it is; what scrolls in a box of its own may.
HANGS_OUT = """() => {
  document.documentElement.dir = 'rtl';
  const root = document.scrollingElement;
  return root.scrollWidth > root.clientWidth + 1 ? `${root.scrollWidth} of ${root.clientWidth} px` : '';
}"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("house", [0], indirect=True)
def test_somebody_reads_german(house: House, desk_of: Callable[..., Desk]) -> None:
    """She chooses it herself; pages, scripts, figures, refusals and Ctrl-K follow, and nobody else's do."""
    desk = desk_of("desk")
    page = desk.go("/account/language/")
    page.get_by_label("I read").select_option("de")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1, name="Sprache")).to_be_visible()
    desk.check_access()
    desk.shot("german-language")
    page = desk.go("/reception/desk/")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("heading", name="Antwortbuch")).to_be_visible()
    desk.check_access()
    desk.shot("german-desk")
    page.keyboard.press("Control+k")
    page.keyboard.type("qqqqqq")
    expect(page.get_by_text("Nichts gefunden")).to_be_visible()
    page.keyboard.press("Escape")
    for address in ("/party/parties/", "/work/my/", "/appointments/board/"):
        desk.go(address)
        desk.shot(f"german{address.replace('/', '-').rstrip('-')}")
    desk.go("/billing/drawer/")
    desk.shot("german-drawer")
    page.locator("a[href='/billing/do/open_drawer/']").first.click()
    desk.dialog.locator("[name=float_amount]").fill("many")
    page.keyboard.press("Control+Enter")
    expect(desk.dialog.locator(".errorlist")).to_be_visible()
    desk.shot("german-refused")
    expect(desk_of("desk2").go("/reception/desk/").get_by_role("heading", name="Answer book")).to_be_visible()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("house", [0], indirect=True)
def test_from_right_to_left_nothing_breaks(house: House, desk_of: Callable[..., Desk]) -> None:
    """Turned round, no page hangs out of its window, at either width."""
    desk = desk_of("owner")
    wrong = []
    for width in (1440, 390):
        desk.page.set_viewport_size({"width": width, "height": 900})
        for address in TURNED:
            desk.go(address)
            if fault := desk.page.evaluate(HANGS_OUT):
                wrong.append(f"{address} at {width}: {fault}")
            desk.picture(f"turned{address.replace('/', '-')}{width}")
    assert wrong == []
