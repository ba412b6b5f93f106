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
