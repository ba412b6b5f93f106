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
