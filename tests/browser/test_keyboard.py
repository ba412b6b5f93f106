"""The receptionist's way through a call, a list and a dialog without a mouse; and where the focus is can always be seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from .conftest import AT_REST, NEWS, SLOW_ANSWER_MS, Desk, House

TABS = 25
# The element with the focus, or something close around it, has an outline; and it is not outside of what can be seen.
IS_SEEN = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return '';
  let drawn = false;
  for (let part = here, far = 0; part && far < 4; part = part.parentElement, far += 1) {
    const style = getComputedStyle(part);
    drawn ||= style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
    if (part === here) drawn ||= style.boxShadow.includes('inset') || style.boxShadow.includes('0px 0px 0px 3px');
  }
  const box = here.getBoundingClientRect();
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return drawn && inside ? '' : `${drawn ? 'out of sight' : 'no outline'}: ${here.outerHTML.slice(0, 140)}`;
}"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("house", [0], indirect=True)
def test_the_desk_needs_no_mouse(house: House, desk_of: Callable[..., Desk]) -> None:
    desk = desk_of("desk")
    log_a_call_with_two_keys(house, desk)
    turn_the_book_while_it_reloads(desk)
    find_with_the_palette(house, desk)
    walk_a_list(desk)
    open_and_leave_a_dialog(desk)
    for address in ("/reception/desk/", "/party/parties/", "/appointments/board/"):
        see_the_focus(desk, address)


def log_a_call_with_two_keys(house: House, desk: Desk) -> None:
    """A digit opens the answer, Enter logs that it settled the matter; nobody had to open a contact first."""
    from enfilade.front.reception.models import Call

    page = desk.go("/reception/desk/")
    entry = page.locator("#desk-book button").first
    question = entry.locator("strong").inner_text()
    page.keyboard.press("1")
    expect(page.get_by_role("heading", name=question)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Contacts today").get_by_text(f"Answered from the book: {question}")).to_be_visible()
    with house.reading() as ctx:
        call = Call.objects.visible_to(ctx).select_related("answer_version__answer").get()
        assert (call.state, call.outcome, call.answer_version.answer.question) == ("ended", "answered", question)


def turn_the_book_while_it_reloads(desk: Desk) -> None:
    """News reach the book while somebody turns to the employees' part: what was asked for last stays, whichever answer is slower."""
    page = desk.go("/reception/desk/")
    held: list[Route] = []
    page.route("**/reception/desk/book/**", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/reception/desk/book/**"):
        page.evaluate(NEWS)
    page.keyboard.press("e")
    entry = page.locator("#desk-book button", has_text="When is pay day?")
    expect(entry).to_be_visible()
    held[0].continue_()
    page.wait_for_timeout(SLOW_ANSWER_MS)
    expect(entry).to_be_visible()


def find_with_the_palette(house: House, desk: Desk) -> None:
    """Ctrl-K finds a patient and opens the record; Ctrl-K finds a command and opens its dialog."""
    from enfilade.base.party.models import Party

    with house.reading() as ctx:
        name = Party.objects.visible_to(ctx).filter(party_roles__role="patient").order_by("pk").values_list("name", flat=True)[0]
    page = desk.page
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search records and commands")).to_be_focused()
    page.keyboard.type(name)
    expect(page.get_by_role("option", selected=True)).to_contain_text(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    page.locator("html[data-live=on]").wait_for(state="attached")
    # Quicker than anybody types: not a letter is lost in the moment of opening.
    page.evaluate("document.querySelector('[data-open=palette]').click(); document.execCommand('insertText', false, 'open a ')")
    page.keyboard.type("drawer")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Open a drawer")
    page.keyboard.press("Enter")
    expect(desk.dialog.get_by_role("heading", name="Open a drawer")).to_be_visible()
    page.keyboard.press("Escape")
    expect(desk.dialog).to_have_count(0)


def walk_a_list(desk: Desk) -> None:
    """J and K go from row to row, Enter opens one, C begins a new one."""
    page = desk.go("/party/parties/")
    names = page.locator("#list .row-link")
    first, second = names.nth(0), names.nth(1)
    page.keyboard.press("j")
    expect(first).to_be_focused()
    page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("k")
    expect(first).to_be_focused()
    address = first.get_attribute("href") or ""
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")
    desk.go("/party/parties/")
    page.keyboard.press("c")
    page.wait_for_url("**/party/parties/new/")


def open_and_leave_a_dialog(desk: Desk) -> None:
    """The first field has the focus; Escape asks before typed words are lost; afterwards the focus is where it was."""
    page = desk.go("/appointments/board/")
    opener = page.get_by_role("link", name="Book a visit")
    opener.first.focus()
    page.keyboard.press("Enter")
    field = desk.dialog.get_by_label("Patient")
    expect(field).to_be_focused()
    desk.dialog.get_by_label("Note").fill("Came by bicycle")
    page.keyboard.press("Escape")
    desk.told("Press Escape again to discard what you typed.")
    expect(desk.dialog).to_have_count(1)
    page.keyboard.press("Escape")
    expect(desk.dialog).to_have_count(0)
    expect(opener.first).to_be_focused()


def see_the_focus(desk: Desk, address: str) -> None:
    """From the top of a page through its controls: each shows that it has the focus."""
    page = desk.go(address)
    page.locator("#main").focus()
    hidden = []
    for _ in range(TABS):
        page.keyboard.press("Tab")
        page.evaluate(AT_REST)
        hidden.append(page.evaluate(IS_SEEN))
    assert [one for one in hidden if one] == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("house", [0], indirect=True)
def test_a_week_is_filled_in_by_keyboard(house: House, desk_of: Callable[..., Desk]) -> None:
    """From cell to cell, minutes typed, the timer stopped: no mouse, and the sums follow."""
    case = house.do("desk", "work.open_case", kind="task", title="Order gloves", owner=house.people["desk"].user.pk)
    house.do("desk", "work.start_timer", case=case.pk)
    desk = desk_of("desk")
    page = desk.go("/work/week/")
    desk.check_access()
    today = page.locator("th[aria-current=date]").inner_text()
    page.get_by_role("link", name=f"Record time for {case}, {today}").focus()
    page.keyboard.press("Enter")
    minutes = desk.dialog.get_by_label("Minutes")
    expect(minutes).to_be_focused()
    page.keyboard.type("95")
    page.keyboard.press("Control+Enter")
    expect(page.locator("tfoot td").last).to_have_text("1 h 35 min")
    desk.shot("my-week")
    page.keyboard.press("s")
    expect(desk.dialog.get_by_role("button", name="Stop timer")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator("tfoot td").last).to_have_text("1 h 36 min")
    expect(page.locator("#my-week [role=status]")).to_have_count(0)
    desk.go(f"/work/cases/{case.pk}/")
    expect(page.get_by_text("1 h 36 min").first).to_be_visible()
    desk.shot("case-time")
