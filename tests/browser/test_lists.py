"""Lists in Chromium: rows chosen with keys and mouse, one dialog for all of them, what became of each."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .conftest import Desk, House


def open_cases(house: House, login: str, number: int) -> None:
    """Cases that wait in a queue."""
    for n in range(number):
        house.do(login, "work.open_case", kind="task", title=f"Order gloves of size {n}")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("house", [0], indirect=True)
def test_many_rows_at_once(house: House, desk_of: Callable[..., Desk]) -> None:
    """Ticked by keyboard, tried, run; the list behind the dialog shows the new states."""
    from enfilade.base.work.models import Case

    open_cases(house, "owner", 3)
    desk = desk_of("owner")
    page = desk.go("/work/cases/?q=gloves&sort=number")
    expect(page.locator("#list tbody tr")).to_have_count(3)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    bar = page.get_by_role("region", name="Chosen rows")
    expect(bar).to_contain_text("2 selected")
    desk.check_access()
    desk.shot("list-chosen")
    bar.get_by_role("button", name="Close").click()
    expect(desk.dialog.get_by_role("heading", name="Close")).to_be_visible()
    expect(desk.dialog).to_contain_text("2 cases")
    desk.dialog.get_by_role("button", name="Show what would happen").click()
    expect(desk.dialog.get_by_role("region", name="What would happen")).to_contain_text("2 done")
    desk.shot("list-many")
    desk.check_access()
    desk.dialog.get_by_role("button", name="Close: 2 cases").click()
    expect(desk.dialog.locator(".bulk-sums")).to_contain_text("2 done")
    desk.shot("list-report")
    with house.reading() as ctx:
        found = Case.objects.visible_to(ctx).filter(title__contains="gloves").order_by("pk").values_list("state", flat=True)
        assert list(found) == ["closed", "closed", "open"]
    page.keyboard.press("Escape")
    expect(page.locator("#list tbody tr").filter(has_text="Closed")).to_have_count(2)
    expect(bar).to_be_hidden()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("house", [0], indirect=True)
def test_filters_columns_and_views(house: House, desk_of: Callable[..., Desk]) -> None:
    """Several values and a range by ticks and clicks, a column more, all of it kept under a name for people in a role."""
    open_cases(house, "owner", 3)
    desk = desk_of("owner")
    page = desk.go("/work/cases/")
    chip = page.get_by_role("button", name="State", exact=False).first
    chip.click()
    page.get_by_role("checkbox", name="Open", exact=True).check()
    page.wait_for_url("**state=open**")
    page.get_by_role("checkbox", name="Waiting", exact=True).check()
    page.wait_for_url("**state=waiting**")
    expect(page.locator("#list tbody tr")).to_have_count(3)
    desk.shot("list-filter", looks=((1440, "light"), (390, "dark")))
    page.keyboard.press("Escape")
    expect(chip).to_be_focused()
    page.get_by_role("button", name="Due", exact=False).first.click()
    desk.shot("list-filter-dates", looks=((1440, "light"), (390, "dark")))
    desk.check_access()
    page.get_by_role("link", name="This month", exact=True).click()
    page.wait_for_url("**due_at_from=month**")
    assert "state=open&state=waiting" in page.url
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("checkbox", name="Topic", exact=True).check()
    page.wait_for_url("**columns=**")
    desk.shot("list-columns", looks=((1440, "light"), (390, "dark")))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More for this list").click()
    page.get_by_role("menuitem", name="Save this view").click()
    desk.dialog.get_by_label("Name").fill("Due this month")
    desk.dialog.get_by_role("checkbox", name="Reception").check()
    desk.shot("list-save-view", looks=((1440, "light"), (390, "dark")))
    desk.check_access()
    desk.dialog.get_by_role("button", name="Save view").click()
    tab = page.get_by_role("navigation", name="Saved views").get_by_role("link", name="Due this month")
    expect(tab).to_have_attribute("aria-current", "true")
    desk.shot("list-view", looks=((1440, "light"), (390, "dark")))
    seen = desk_of("desk").go("/work/cases/")
    seen.get_by_role("navigation", name="Saved views").get_by_role("link", name="Due this month").click()
    seen.wait_for_url("**due_at_from=month**")
    assert "columns=" in seen.url


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("house", [0], indirect=True)
def test_board_calendar_chart_and_paper(house: House, desk_of: Callable[..., Desk]) -> None:
    """Cards are moved with the mouse and with keys, by the commands of the state table; every look keeps the filters."""
    from enfilade.base.work.models import Case

    open_cases(house, "owner", 3)
    desk = desk_of("owner")
    page = desk.go("/work/cases/?topic_empty=true&q=gloves")
    page.get_by_role("navigation", name="Ways to look at this list").get_by_role("link", name="Board").click()
    page.wait_for_url("**look=board**")
    page.locator("html[data-live=on]").wait_for(state="attached")
    waiting = page.get_by_role("region", name="Open", exact=True)
    expect(waiting.locator(".ticket")).to_have_count(3)
    desk.check_access()
    desk.shot("list-board")
    waiting.locator(".ticket").first.hover(position={"x": 20, "y": 20})
    page.mouse.down()
    # A browser says where something is dragged to when the mouse moves there a second time.
    page.get_by_role("region", name="In work").hover()
    page.get_by_role("region", name="In work").hover(position={"x": 30, "y": 30})
    page.mouse.up()
    expect(page.get_by_role("region", name="In work").locator(".ticket")).to_have_count(1)
    waiting.locator(".ticket h3 a").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("m")
    menu = page.locator(".menu:popover-open")
    expect(menu.get_by_role("menuitem").first).to_be_focused()
    menu.get_by_role("menuitem", name="Close closed").press("Enter")
    expect(desk.dialog.get_by_role("heading", name="Close")).to_be_visible()
    desk.dialog.get_by_role("button", name="Close").last.click()
    expect(page.get_by_role("region", name="Closed").locator(".ticket")).to_have_count(1)
    with house.reading() as ctx:
        found = Case.objects.visible_to(ctx).filter(title__contains="gloves").values_list("state", flat=True)
        assert sorted(found) == ["accepted", "closed", "open"]
    for look, words in (("Calendar", "Order gloves"), ("Chart", "In work")):
        page.get_by_role("navigation", name="Ways to look at this list").get_by_role("link", name=look).click()
        page.wait_for_url(f"**look={look.lower()}**")
        page.locator("html[data-live=on]").wait_for(state="attached")
        expect(page.locator("#list")).to_contain_text(words)
        assert "q=gloves" in page.url
        desk.check_access()
        desk.shot(f"list-{look.lower()}")
    page = desk.go("/work/cases/?q=gloves&group=state&totals=1")
    expect(page.locator(".group-row")).to_have_count(3)
    desk.check_access()
    desk.shot("list-groups")
    page = desk.go("/work/cases/?q=gloves&look=print")
    page.emulate_media(media="print")
    expect(page.locator(".rail")).to_be_hidden()
    expect(page.locator(".paper tbody tr")).to_have_count(3)
    page.emulate_media(media="screen")
    desk.shot("list-paper", looks=((1440, "light"),))
