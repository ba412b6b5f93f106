"""Forms of the office in Chromium: their buttons send them, and what a form says while one types is asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Response, expect

from .conftest import Desk, House


def posted(answer: Response) -> bool:
    """Whether a page sent a form."""
    return answer.request.method == "POST"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("house", [0], indirect=True)
def test_a_form_is_sent_whatever_its_inputs_are_called(house: House, desk_of: Callable[..., Desk]) -> None:
    """A return is prepared by its button, although one of its inputs is called as forms are in scripts."""
    page = desk_of("books").go("/tax/do/prepare_return/")
    with page.expect_response(posted) as sent:
        page.get_by_role("button", name="Prepare a return").click()
    assert sent.value.status == 204
    page.wait_for_url("**/tax/tax-returns/*/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Umsatzsteuer")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("house", [0], indirect=True)
def test_the_policy_speaks_while_one_types(house: House, desk_of: Callable[..., Desk]) -> None:
    """On a phone: an amount without a receipt is told so before anything is saved; what is folded away opens by key."""
    house.do("books", "expenses.load_categories")
    page = desk_of("desk", width=390, height=844).go("/expenses/do/add_expense/")
    page.get_by_label("Category").click()
    page.keyboard.type("Office")
    page.get_by_role("option", name="Office").first.click()
    with page.expect_response(lambda answer: "/expenses/check/" in answer.url):
        page.get_by_label("Amount").fill("13.00")
        page.keyboard.press("Tab")
    expect(page.get_by_text("receipt is needed")).to_be_visible()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("house", [0], indirect=True)
def test_departments_fold_and_columns_that_are_seldom_wanted_too(house: House, desk_of: Callable[..., Desk]) -> None:
    """One department is open, the one at hand; keys open another. A draft shows all columns of its lines when asked to."""
    page = desk_of("owner").go("/billing/do/draft_invoice/")
    expect(page.get_by_label("Another tax 1", exact=True)).to_be_hidden()
    page.get_by_label("More columns").check()
    expect(page.get_by_label("Another tax 1", exact=True)).to_be_visible()
    page.goto("/billing/invoices/")
    menu = page.get_by_role("navigation", name="Departments")
    expect(menu.get_by_role("link", name="Invoices", exact=True)).to_be_visible()
    menu.locator("summary", has_text="Banking").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="Reconcile")).to_be_visible()
    expect(menu.get_by_role("link", name="Invoices", exact=True)).to_be_hidden()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("house", [0], indirect=True)
def test_how_often_is_picked_in_words(house: House, desk_of: Callable[..., Desk]) -> None:
    """By keys: every second week on Mondays, ten times; a rule of one's own is text, and is drawn again where its parts are known."""
    page = desk_of("books").go("/ledger/do/repeat_template/")
    text = page.locator("input[name=rule]")
    expect(text).to_be_hidden()
    page.get_by_label("Every how many").fill("2")
    page.get_by_label("Of what").select_option("weeks")
    page.get_by_label("Mon", exact=True).check()
    page.get_by_label("Until when").select_option("a number of times")
    page.get_by_label("How many times").fill("10")
    expect(text).to_have_value("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;COUNT=10")
    page.get_by_label("Of what").select_option("by a rule of one's own")
    expect(text).to_be_focused()
    text.fill("FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20271231")
    page.keyboard.press("Tab")
    expect(page.get_by_label("On which day of the month")).to_have_value("-1")
    expect(page.get_by_label("Last day")).to_have_value("2027-12-31")
    expect(text).to_be_hidden()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("house", [0], indirect=True)
def test_a_journal_entry_is_typed_by_keyboard(house: House, desk_of: Callable[..., Desk]) -> None:
    """Accounts by number or by name, amounts as Germans and as Britons write them, the sums below; then it is posted."""
    page = desk_of("books").go("/ledger/do/post_journal/")
    page.get_by_label("What for").fill("Bank charges")
    page.get_by_label("Account 1", exact=True).click()
    page.keyboard.type("4970")
    expect(page.get_by_role("option", name="4970")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Bank charges and card fees").last).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type("1.234,50")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Debit 1")).to_have_value("1234.50")
    page.keyboard.press("Enter")
    page.keyboard.type("bank acc")
    expect(page.get_by_role("option", name="1200")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Account 2", exact=True)).to_have_value("1200")
    expect(page.locator("tfoot")).to_contain_text("€1,234.50")
    page.get_by_label("Credit 2").fill("1,234.50")
    expect(page.locator("tfoot")).to_have_text("Sum€1,234.50€1,234.50")
    with page.expect_response(posted) as sent:
        page.keyboard.press("Control+Enter")
    assert sent.value.status in {200, 204}
    page.wait_for_url("**/books/entries/*/")
