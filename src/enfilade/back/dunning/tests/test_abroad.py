"""Reminders of invoices in foreign currencies: a letter for each currency, with its fee and interest in it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from enfilade.back.billing.commands import InvoiceLineIn as Line
from enfilade.back.billing.commands import draft_invoice, issue_invoice
from enfilade.back.billing.models import Invoice
from enfilade.back.billing.statements import statement_pdf
from enfilade.back.billing.tests.test_pages import client_of, pdf_text
from enfilade.back.dunning.commands import propose_reminders, send_reminder
from enfilade.back.dunning.models import DunningLevel, Notice, Reminder
from enfilade.back.dunning.queries import late_invoices
from enfilade.base.money.models import Rate
from enfilade.core.scope import scope
from enfilade.core.verify import verify_all

from .late import LateShop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> LateShop:
    """Levels; a euro is 0.35 Kuwaiti dinars."""
    made = LateShop()
    rate(made, "KWD", "0.35")
    return made


def rate(shop: LateShop, currency: str, value: str) -> None:
    with scope(shop.company.pk):
        Rate.objects.create(company=shop.company, base="EUR", quote=currency, on=shop.ctx.today, rate=Decimal(value), source="central bank")


def sell(shop: LateShop, price: int, currency: str) -> Invoice:
    """Due in 14 days, with tax at 19 %."""
    line = Line(description="Advice", unit_price=price, tax_class="standard")
    return issue_invoice(shop.ctx, invoice=draft_invoice(shop.ctx, party=shop.party, lines=[line], currency=currency), on=shop.ctx.today)


def bring_to(shop: LateShop, level: int, day: int) -> list[Reminder]:
    """Send the levels before one; then what is proposed of it."""
    for number, after in ((1, 21), (2, 35), (3, 49)):
        if number == level:
            break
        for one in propose_reminders(shop.after(after)):
            send_reminder(shop.after(after), reminder=one, by_mail=False)
    return propose_reminders(shop.after(day))


def test_one_letter_for_each_currency(shop: LateShop) -> None:
    """119.00 dinars and 119.00 euro: two letters, each asks for its own sum; the fee is converted, interest is of what is owed."""
    home, abroad = sell(shop, 10_000, "EUR"), sell(shop, 100_000, "KWD")
    euros, dinars = bring_to(shop, 2, 35)
    assert (euros.currency, euros.owed_minor, euros.fee_minor, euros.interest_minor) == ("", 11_900, 250, 43)
    # 2.50 euro at 0.35; 119.000 at 6.27 % for 21 days.
    assert (dinars.currency, dinars.owed_minor, dinars.fee_minor, dinars.interest_minor) == ("KWD", 119_000, 875, 429)
    assert [n.invoice_id for n in shop.all(Notice, reminder=dinars)] == [abroad.pk]
    text = pdf_text(client_of(shop.ctx), f"/dunning/reminders/{dinars.pk}/pdf/")
    assert all(part in text for part in ("119.000", "0.875", "0.429", "120.304", "KWD"))
    assert "€" not in text
    listed = client_of(shop.ctx).get("/dunning/reminders/").content.decode()
    assert "KWD" in listed
    sent = send_reminder(shop.after(35), reminder=dinars, by_mail=False)
    assert (sent.state, shop.fresh(home).open_minor) == ("sent", 11_900)


def test_fee_and_interest_are_billed_in_the_currency_of_the_letter(shop: LateShop) -> None:
    """An invoice over both, in dinars, with its worth in the books; the whole house proves itself."""
    sell(shop, 100_000, "KWD")
    with scope(shop.company.pk):
        DunningLevel.objects.visible_to(shop.ctx).filter(number=2).update(charged=True)
    [reminder] = bring_to(shop, 2, 35)
    sent = send_reminder(shop.after(35), reminder=reminder, by_mail=False)
    billed = shop.fresh(sent.fee_invoice)
    assert (billed.currency, billed.total_minor, billed.worth_minor) == ("KWD", 1_304, 373)
    with scope(shop.company.pk):
        assert [f for f in verify_all(shop.after(35)) if f.code != "unsealed"] == []
        assert statement_pdf(shop.after(35), shop.party, shop.ctx.today, shop.after(35).today)


def test_the_minimum_of_a_level_is_what_is_owed_by_its_worth(shop: LateShop) -> None:
    """3.50 dinars are 10 euro: below a minimum of 11, above one of 9."""
    sell(shop, 3_500, "KWD")
    for minimum, found in ((1_300, 0), (1_100, 1)):
        with scope(shop.company.pk):
            DunningLevel.objects.visible_to(shop.ctx).update(minimum_minor=minimum)
        try:
            made = propose_reminders(shop.after(21))
        except Exception:  # noqa: BLE001 - nobody is late enough
            made = []
        assert len(made) == found


def test_without_a_rate_a_fee_waits_and_the_report_says_so(shop: LateShop) -> None:
    """Francs that are billed at a rate of their own: the first level has no fee; the second waits for a rate."""
    line = Line(description="Advice", unit_price=10_000, tax_class="standard")
    draft = draft_invoice(shop.ctx, party=shop.party, lines=[line], currency="CHF", rate=Decimal("0.95"))
    issue_invoice(shop.ctx, invoice=draft, on=shop.ctx.today)
    [first] = propose_reminders(shop.after(21))
    send_reminder(shop.after(21), reminder=first, by_mail=False)
    with scope(shop.company.pk):
        [late] = late_invoices(shop.ctx, shop.after(35).today)
    assert (late.level, late.why) == (None, "It is in CHF, and no rate of it is known: record one, so that the fee can be asked for in it.")
    rate(shop, "CHF", "0.95")
    [second] = propose_reminders(shop.after(35))
    assert (second.fee_minor, second.currency) == (238, "CHF")


def test_a_reminder_is_in_one_currency_whoever_writes(shop: LateShop) -> None:
    """An invoice of another currency gets into no letter, and a letter changes to no other."""
    home = sell(shop, 10_000, "EUR")
    sell(shop, 100_000, "KWD")
    _, dinars = propose_reminders(shop.after(21))
    notice = shop.all(Notice, reminder=dinars)[0]
    notice.pk, notice.invoice, notice.level_number = None, home, 3
    for currency in ("KWD", ""):
        notice.currency, notice._state.adding = currency, True
        with pytest.raises(DatabaseError, match="invoices of one currency"), scope(shop.company.pk), transaction.atomic():
            notice.save()
    with pytest.raises(DatabaseError, match="never changes its currency"), scope(shop.company.pk):
        Reminder.objects.filter(pk=dinars.pk).update(currency="USD")
