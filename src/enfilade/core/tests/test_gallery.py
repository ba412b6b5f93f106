"""Every page and component in a real browser: accessible, within its width, and usable from the keyboard."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from enfilade.core.ui.gallery import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.urls("enfilade.core.tests.gallery_urls")]

FRAGMENTS = {"timeline", "dialog", "rehearsal", "notifications"}
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}


@pytest.fixture(params=[("light", 1440), ("dark", 360)], ids=lambda mode: f"{mode[0]}-{mode[1]}")
def page_in_mode(request: pytest.FixtureRequest, browser: Browser, live_server: Any) -> Iterator[Page]:
    """A page in one theme and width."""
    theme, width = request.param
    context = browser.new_context(base_url=live_server.url, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A page on a desk's screen; what goes wrong in scripts fails the test."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert problems == []


def test_pages_are_accessible_and_fit(page_in_mode: Page) -> None:
    """No finding of WCAG 2.2 AA, and nothing sticks out sideways, on every page of the showcase."""
    found = []
    for name in PAGES.keys() - FRAGMENTS:
        page_in_mode.goto(f"/_gallery/{name}/" if name else "/_gallery/")
        page_in_mode.wait_for_function("document.fonts.status === 'loaded'")
        findings = Axe().run(page_in_mode, options=RULES).response["violations"]
        found += [f"{name}: {one['id']} {one['nodes'][0]['html'][:160]}" for one in findings]
        if page_in_mode.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{name}: wider than the window")
    assert found == []


def open_record(desk: Page) -> None:
    """Go to the sample record and wait until htmx has taken its buttons over."""
    desk.goto("/_gallery/detail/")
    desk.wait_for_selector("#record[data-htmx-powered]")


def test_a_command_opens_rehearses_and_runs(desk: Page) -> None:
    open_record(desk)
    desk.keyboard.press("h")
    dialog = desk.locator("#dialog")
    expect(dialog.get_by_role("heading", name="Hand over")).to_be_visible()
    box = dialog.get_by_role("combobox", name="Hand over to")
    box.fill("grace")
    expect(dialog.get_by_role("option").first).to_have_text("Grace O’Malley1984")
    box.press("Enter")
    expect(dialog.locator("input[name=to]")).to_have_value("3")
    dialog.get_by_role("button", name="Show what would happen").click()
    expect(dialog.locator(".rehearsal")).to_contain_text("would wait at the door for the owner")
    dialog.get_by_role("button", name="Hand over", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(desk.locator(".toast")).to_contain_text("Saved <b>once</b>")


def test_what_was_typed_survives_one_escape(desk: Page) -> None:
    open_record(desk)
    desk.keyboard.press("h")
    desk.locator("#dialog textarea").fill("She called twice.")
    desk.keyboard.press("Escape")
    expect(desk.locator("#dialog")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("#dialog")).to_be_hidden()


def test_the_palette_runs_commands(desk: Page) -> None:
    open_record(desk)
    desk.keyboard.press("Control+k")
    expect(desk.get_by_role("option", name="Book a visit")).to_be_visible()
    desk.keyboard.type("book")
    expect(desk.locator("#palette [role=option]")).to_have_count(1)
    desk.keyboard.press("Enter")
    expect(desk.locator("#dialog")).to_be_visible()


def test_a_list_is_walked_chosen_and_searched(desk: Page) -> None:
    desk.goto("/_gallery/list/")
    desk.wait_for_selector("#list-tools[data-htmx-powered]")
    for key in "jxjx":
        desk.keyboard.press(key)
    expect(desk.locator("#bulk-bar")).to_contain_text("2 selected")
    with desk.expect_request(lambda request: request.url.endswith("/_gallery/dialog/?pk=0&pk=1")):
        desk.get_by_role("button", name="Remind").click()
    expect(desk.locator("#dialog")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("/")
    desk.keyboard.type("ada")
    desk.wait_for_url("**/_gallery/list/?q=ada&state=waiting")
    expect(desk.locator("#list-q")).to_be_focused()


def test_an_open_filter_stays_where_it_is(desk: Page) -> None:
    desk.goto("/_gallery/list/")
    desk.wait_for_selector("#list-tools[data-htmx-powered]")
    desk.get_by_role("button", name="State").click()
    before = desk.locator("#filter-state").bounding_box()
    with desk.expect_response("**/_gallery/list/?state=waiting&state=done"):
        desk.locator("#filter-state").get_by_text("Done").click()
    desk.wait_for_timeout(100)
    assert desk.locator("#filter-state").bounding_box() == before


def test_lines_grow_by_enter_and_hints_fill(desk: Page) -> None:
    desk.goto("/_gallery/form/")
    rows = desk.locator(".lines-table tbody tr")
    rows.last.locator("input").first.press("Enter")
    expect(rows).to_have_count(3)
    expect(rows.last.locator("input").first).to_have_attribute("name", "lines-2-service")
    expect(rows.last.locator("input").first).to_be_focused()
    desk.get_by_role("button", name="10:30").click()
    expect(desk.locator("#id_at")).to_have_value("10:30")
    desk.evaluate("window.onbeforeunload = null")


def test_cash_is_added_up_while_it_is_counted(desk: Page) -> None:
    desk.goto("/_gallery/")
    desk.locator("cash-count input").nth(1).fill("3")
    expect(desk.locator("cash-count [data-total]")).to_have_text("€190.00")


def test_without_scripts_everything_is_still_reachable(browser: Browser, live_server: Any) -> None:
    """Commands are links to the same form as a page, filters are a plain form."""
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/_gallery/list/")
    assert page.locator("#list-tools").get_attribute("method") == "get"
    page.goto("/_gallery/detail/")
    assert page.get_by_role("link", name="Accept").get_attribute("href") == "/_gallery/dialog/"
    context.close()
