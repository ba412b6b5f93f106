"""The bank, by keyboard: a file is taken, a line is chosen and accepted, another is posted; seen in four looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from enfilade.back.banking.models import StatementLine
from enfilade.back.banking.tests.desk import IBAN, Move, camt
from enfilade.back.billing.queries import open_invoices
from enfilade.base.books.models import Account
from enfilade.base.books.queries import totals_on
from enfilade.base.item.models import Item
from enfilade.base.party.models import Party

from .conftest import Desk, House

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_morning_with_the_bank(house: House, desk_of: Callable[..., Desk], tmp_path: Path) -> None:
    owner = "books"
    with house.reading() as ctx:
        payer, item = Party.objects.visible_to(ctx).order_by("pk")[5].pk, Item.objects.visible_to(ctx).order_by("pk")[0].pk
    draft = house.do("books", "billing.draft_invoice", party=payer, lines=[{"item": item, "quantity": "1"}])
    house.do("books", "billing.issue_invoice", invoice=draft.pk, on=draft.due_on or date.today())  # noqa: DTZ011 - the day of the machine
    with house.reading() as ctx:
        like = Account.objects.visible_to(ctx).filter(purposes__purpose="bank").get()
        today = ctx.today
        key, owed, person = like.pk, open_invoices(ctx), ctx.user.pk
        cost = Account.objects.visible_to(ctx).filter(book=like.book, kind="expense", heading=False).order_by("code").first()
        assert cost is not None
        opening = sum(t.balance_minor for t in totals_on(ctx, like.book, today - timedelta(days=1), [key]))
    desk = desk_of(owner)
    desk.go("/banking/reconcile/")
    expect(desk.page.get_by_text("No bank account is known yet")).to_be_visible()
    desk.check_access()
    raw = {"name": "House bank", "number": IBAN, "currency": "EUR", "account": key, "owner": person, "active": True}
    house.do(owner, "banking.add_bankaccount", **raw)
    moves = [Move(today, "-4.90", name="Bank", iban="", purpose="Entgelt"), Move(today, "12.00", name="Nobody", purpose="?")]
    total = opening / 100 + 7.10
    for invoice in owed[:2]:
        moves.append(Move(today, f"{invoice.open_minor / 100:.2f}", name=invoice.party.name, purpose=f"{invoice.number} danke"))
        total += invoice.open_minor / 100
    file = tmp_path / "auszug.xml"
    file.write_bytes(camt(f"{opening / 100:.2f}", f"{total:.2f}", moves, today))
    desk.go("/banking/reconcile/")
    desk.page.keyboard.press("i")
    desk.dialog.locator("input[type=file]").set_input_files(str(file))
    desk.dialog.get_by_role("button", name="Take a bank file").click()
    expect(desk.page.locator("#list tbody tr")).to_have_count(len(moves))
    desk.check_access()
    desk.shot("reconcile")
    # The third line pays an invoice: walk to it, choose it, accept.
    for _ in range(2):
        desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_text("The text names")).to_be_visible()
    desk.shot("reconcile-chosen")
    desk.page.keyboard.press("a")
    expect(desk.page.locator("#list tbody tr")).to_have_count(len(moves) - 1)
    with house.reading() as ctx:
        assert owed[0].pk not in {i.pk for i in open_invoices(ctx)}
    desk.go("/banking/reconcile/")
    desk.page.keyboard.press("p")
    expect(desk.dialog).to_be_visible()
    desk.shot("reconcile-post")
    with house.reading() as ctx:
        fee = StatementLine.objects.visible_to(ctx).get(amount_minor=-490)
    house.do(owner, "banking.post_line", line=fee.pk, account=cost.pk)
    desk.go(f"/banking/reports/reconciliation/?bank_account={fee.bank_account_id}")
    expect(desk.page.get_by_text("The difference is zero, as expected.")).to_be_visible()
    desk.shot("reconciliation")
    desk.check_access()
    assert desk.faults == []
