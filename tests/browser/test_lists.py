"""Lists in Chromium: rows chosen with keys and mouse, one dialog for all of them, what became of each."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from .conftest import NEWS, SLOW_ANSWER_MS, Desk, House


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
    # What was tried says the same; only what stands in its place is what was done.
    expect(desk.dialog.get_by_role("region", name="What would happen")).to_have_count(0)
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
def test_a_filter_outlasts_the_news(house: House, desk_of: Callable[..., Desk]) -> None:
    """The list reloads while somebody filters, in either order: the filter stands, and the news are in it."""
    open_cases(house, "owner", 3)
    page = desk_of("owner").go("/work/cases/?q=gloves")
    rows, search, held = page.locator("#list tbody tr"), page.get_by_role("searchbox", name="Search Cases"), list[Route]()
    page.route("**/work/cases/?**", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/work/cases/?**"):
        page.evaluate(NEWS)
    search.fill("size 1")
    expect(rows).to_have_count(1)
    held[0].continue_()
    page.wait_for_timeout(SLOW_ANSWER_MS)
    expect(rows).to_have_count(1)

    held.clear()
    with page.expect_request("**/work/cases/?**"):
        search.fill("gloves")
    open_cases(house, "owner", 1)
    page.evaluate(NEWS)
    page.wait_for_timeout(SLOW_ANSWER_MS)
    held[0].continue_()
    expect(rows).to_have_count(4)


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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("house", [0], indirect=True)
def test_cells_are_changed_in_place(house: House, desk_of: Callable[..., Desk]) -> None:
    """By keys, by a double click and on a phone; a refusal and a colleague's change are said at the cell."""
    from enfilade.base.work.models import Case

    def titles() -> list[str]:
        with house.reading() as ctx:
            found = Case.objects.visible_to(ctx).filter(number__in=numbers).order_by("pk")
            return [f"{c.title}/{c.priority}" for c in found]

    open_cases(house, "owner", 3)
    with house.reading() as ctx:
        cases = list(Case.objects.visible_to(ctx).filter(title__contains="gloves").order_by("pk"))
    numbers = [c.number for c in cases]
    desk = desk_of("owner")
    page = desk.go("/work/cases/?q=gloves&sort=number&columns=number,title,priority,topic,state")
    page.locator("html[data-live=on]").wait_for(state="attached")
    form = page.locator(".cell-form")
    # By keys: the first row, its first cell, a new title, and on to the next cell.
    page.keyboard.press("j")
    page.keyboard.press("ArrowRight")
    desk.check_access()
    page.keyboard.press("Enter")
    expect(form.get_by_role("textbox", name="Title")).to_be_focused()
    desk.check_access()
    desk.shot("cell-open", looks=((1440, "light"), (1440, "dark")))
    form.get_by_role("textbox", name="Title").fill("Order masks")
    page.keyboard.press("Tab")
    expect(form.get_by_role("combobox", name="Priority")).to_be_focused()
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)
    assert titles()[0].startswith("Order masks/")
    # The list is read anew, and what no longer matches is gone.
    expect(page.locator("#list tbody tr")).to_have_count(2)
    # A double click opens the cell and not the record; nothing may not be a title.
    row = page.locator("#list tbody tr").first
    row.locator("td", has_text="Order gloves").dblclick(position={"x": 60, "y": 10})
    box = form.get_by_role("textbox", name="Title")
    box.fill("")
    page.keyboard.press("Enter")
    expect(form).to_contain_text("Title is required.")
    expect(box).to_be_focused()
    desk.check_access()
    # A colleague was faster.
    house.do("owner", "work.change_case", case=cases[1].pk, title="Order gloves and masks")
    box.fill("Order gloves in blue")
    page.keyboard.press("Enter")
    expect(form).to_contain_text("Somebody has changed this to “Order gloves and masks” meanwhile.")
    expect(box).to_have_value("Order gloves in blue")
    desk.shot("cell-refused", looks=((1440, "light"), (390, "dark")))
    page.keyboard.press("Enter")
    expect(form).to_have_count(0)
    assert titles()[1].startswith("Order gloves in blue/")
    # On a phone.
    phone = desk_of("owner", width=390, height=800)
    page = phone.go("/work/cases/?q=gloves&sort=number&columns=number,title,priority,topic,state")
    page.locator("html[data-live=on]").wait_for(state="attached")
    phone.shot("cell-phone", looks=((390, "light"), (390, "dark")))
    page.get_by_role("button", name="Edit Priority of", exact=False).first.click()
    page.locator(".cell-form").get_by_role("combobox", name="Priority").select_option(label="High")
    phone.check_access()
    phone.shot("cell-phone-open", looks=((390, "light"), (390, "dark")))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".cell-form")).to_have_count(0)
    assert titles()[1] == "Order gloves in blue/high"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("house", [0], indirect=True)
def test_a_file_is_taken_in_and_back(house: House, desk_of: Callable[..., Desk]) -> None:
    """From the file to the undo: columns that are guessed and mended, what would happen, what came of it, and nothing left of it."""
    from enfilade.base.item.models import Item

    def codes() -> list[str]:
        with house.reading() as ctx:
            return list(Item.objects.visible_to(ctx).filter(code__startswith="ZZ").order_by("code").values_list("code", flat=True))

    table = "code;name;Betrag;kind\nZZ1;Floss;2,50;product\nZZ2;Brush;4,00;product\nZZ3;;1,00;product\n"
    desk = desk_of("owner")
    page = desk.go("/item/items/")
    page.get_by_role("button", name="More for this list").click()
    page.get_by_role("menuitem", name="Import").click()
    page.locator("#import-file").set_input_files({"name": "prices.csv", "mimeType": "text/csv", "buffer": table.encode()})
    desk.check_access()
    page.get_by_role("button", name="Check the file").click()
    check = page.locator("#import-check")
    expect(check.get_by_role("region", name="Problems")).to_contain_text("Name is required.")
    # A heading that nobody knows is left out until somebody says what it is.
    column = page.get_by_role("combobox", name="Betrag becomes")
    expect(column).to_have_value("")
    expect(check).to_contain_text("This column is not known")
    column.select_option(label="Price")
    expect(check).not_to_contain_text("This column is not known")
    desk.check_access()
    desk.shot("import-check")
    assert codes() == []
    page.get_by_role("button", name="Import 3 rows").click()
    page.wait_for_url("**/import/*/")
    made = page.locator("#import-progress")
    expect(made).to_contain_text("Get the 1 row that was left out")
    assert codes() == ["ZZ1", "ZZ2"]
    with house.reading() as ctx:
        assert Item.objects.visible_to(ctx).get(code="ZZ1").price_minor == 250
    desk.check_access()
    desk.shot("import-result")
    made.get_by_role("link", name="Take back").click()
    desk.dialog.get_by_role("button", name="Take back").last.click()
    page.wait_for_load_state()
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.reload()
    expect(page.locator("#import-progress")).to_contain_text("What this import made is gone")
    assert codes() == []
