"""Reminders: proposed, held, sent, dropped; a level once for an invoice, whoever writes."""

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from pypdf import PdfReader

from enfilade.back.billing.commands import TermsPart, divide_terms, take_payment
from enfilade.back.billing.models import Invoice
from enfilade.back.billing.tests.test_pages import client_of, pdf_text
from enfilade.back.dunning.commands import begin_dunning, drop_reminder, hold_invoice, lift_hold, propose_reminders, send_reminder
from enfilade.back.dunning.models import DunningLevel, Notice, Reminder
from enfilade.back.dunning.queries import Late, late_invoices
from enfilade.base.message.jobs import empty_outbox_of_company
from enfilade.base.party.commands import add_contact_point
from enfilade.core.access import house_context
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.models import EventEntry
from enfilade.core.resource.hooks import report_named
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .late import LateShop

pytestmark = pytest.mark.django_db(transaction=True)


def said(code: str, run: Any, *args: Any, **inputs: Any) -> Refusal:
    """The refusal of a call that is refused with this code."""
    with pytest.raises(Refusal) as no:
        run(*args, **inputs)
    assert no.value.code == code
    return no.value


def test_a_customer_is_reminded_level_by_level(shop: LateShop) -> None:
    """Nothing until seven days after due; then each level once, in her language, with fee and interest; the last one is told to others."""
    run_raw(shop.ctx, "message.add_mailbox", {"address": "office@linden.example", "name": "Linden"})
    add_contact_point(shop.ctx, party=shop.party, kind="email", value="ada@post.example")
    run_raw(shop.ctx, "party.change_party", {"party": shop.party.pk, "language": "de"})
    invoice = shop.invoice()
    said("nobody_late", propose_reminders, shop.after(20))
    [first] = propose_reminders(shop.after(21))
    assert (first.level.number, first.owed_minor, first.fee_minor, first.interest_minor) == (1, 17_380, 0, 0)
    said("nobody_late", propose_reminders, shop.after(40))
    first = send_reminder(shop.after(21), reminder=first)
    assert first.number == f"M-{shop.after(21).today.year}-00001"
    said("already_sent", send_reminder, shop.after(21), reminder=first)
    [second] = propose_reminders(shop.after(35))
    # 173.80 at 6.27 % for 21 days.
    assert (second.level.number, second.fee_minor, second.interest_minor) == (2, 250, 63)
    second = send_reminder(shop.after(35), reminder=second)
    [third] = propose_reminders(shop.after(49))
    send_reminder(shop.after(49), reminder=third, by_mail=False)
    said("nobody_late", propose_reminders, shop.after(58))
    with scope(shop.company.pk):
        reached = EventEntry.objects.filter(name="dunning.LastLevelReached").count()
        [row] = report_named("dunning.late").build(shop.after(58))["rows"]
    assert (reached, row["reached"], row["why"]) == (1, 3, "The last level was sent.")
    empty_outbox_of_company(replace(house_context(shop.company), now=shop.after(60).now))
    assert [m.subject for m in mail.outbox] == [
        f"Zahlungserinnerung {first.number} von {shop.company.name}",
        f"Mahnung {second.number} von {shop.company.name}",
    ]
    text = PdfReader(io.BytesIO(mail.outbox[1].attachments[0][1])).pages[0].extract_text()
    assert all(word in text for word in (str(invoice.number), "Verzugszinsen", "176,93", "Zu zahlen"))
    assert "Letzte Mahnung" in pdf_text(client_of(shop.ctx), f"/dunning/reminders/{third.pk}/pdf/")
    take_payment(shop.after(59), invoice=invoice, method="card", amount=17_380)
    with scope(shop.company.pk):
        assert report_named("dunning.late").build(shop.after(60))["rows"] == []


def test_what_is_held_or_promised_is_left_out_and_what_was_paid_meanwhile_is_taken_out(shop: LateShop) -> None:
    """One letter for the others; a promise ends by itself, a dispute by somebody."""
    disputed, promised, paid, owed = (shop.invoice() for _ in range(4))
    hold = hold_invoice(shop.ctx, invoice=disputed, kind="disputed", reason="Crown broke")
    said("no_day", hold_invoice, shop.ctx, invoice=promised, kind="promised", reason="x")
    hold_invoice(shop.ctx, invoice=promised, kind="promised", reason="Wages come", until=shop.after(30).today)
    said("dunning_hold_once", hold_invoice, shop.ctx, invoice=promised, kind="held", reason="x")
    [letter] = propose_reminders(shop.after(25))
    assert [n.invoice_id for n in shop.all(Notice)] == [paid.pk, owed.pk]
    take_payment(shop.after(25), invoice=paid, method="card", amount=17_380)
    sent = send_reminder(shop.after(25), reminder=letter, by_mail=False)
    assert (sent.owed_minor, [n.standing for n in shop.all(Notice)]) == (17_380, [False, True])
    [later] = propose_reminders(shop.after(31))
    assert [n.invoice_id for n in shop.all(Notice, reminder=later)] == [promised.pk]
    take_payment(shop.after(31), invoice=promised, method="card", amount=17_380)
    said("nothing_left", send_reminder, shop.after(31), reminder=later, by_mail=False)
    assert drop_reminder(shop.after(31), reminder=later, reason="Paid").state == "dropped"
    hold_invoice(shop.ctx, invoice=owed, kind="held", reason="x")
    lift_hold(shop.ctx, hold=hold)
    said("already_lifted", lift_hold, shop.ctx, hold=hold)
    [again] = propose_reminders(shop.after(31))
    assert [n.invoice_id for n in shop.all(Notice, reminder=again)] == [disputed.pk]


def test_a_fee_is_billed_where_the_level_says_so(shop: LateShop) -> None:
    """By an invoice without tax, and interest from then on only for the days after; below the minimum nobody is asked."""
    shop.invoice()
    first, second, third = shop.all(DunningLevel)
    with scope(shop.company.pk):
        DunningLevel.objects.visible_to(shop.ctx).filter(pk=first.pk).update(minimum_minor=50_000)
        DunningLevel.objects.visible_to(shop.ctx).filter(pk=second.pk).update(charged=True)
        DunningLevel.objects.visible_to(shop.ctx).filter(pk=third.pk).update(charged=True)
    said("nobody_late", propose_reminders, shop.after(40))
    shop.invoice()
    shop.invoice()
    for days in (40, 41):
        [letter] = propose_reminders(shop.after(days))
        letter = send_reminder(shop.after(days), reminder=letter, by_mail=False)
    # Three times 173.80 at 6.27 % for 27 days is 0.81 each, and a fee of 2.50.
    assert (letter.fee_invoice.total_minor, letter.fee_invoice.tax_minor, letter.interest_minor) == (493, 0, 243)
    [last] = propose_reminders(shop.after(50))
    assert (last.level.number, last.interest_minor) == (3, 81)
    said("has_levels", begin_dunning, shop.ctx)


@pytest.mark.races
def test_twenty_people_propose_and_send_once(shop: LateShop) -> None:
    """A letter each for two customers, and each goes out once."""
    shop.invoice()
    later = shop.after(25)
    found = race(20, lambda i: propose_reminders(later))
    assert sum(isinstance(f, list) for f in found) == 1, [f for f in found if not isinstance(f, list)][:3]
    assert {f.code for f in found if isinstance(f, Refusal)} <= {"nobody_late", "notice_level_once", "reminder_proposed_once"}
    [letter] = shop.all(Reminder)
    found = race(20, lambda i: send_reminder(later, reminder=letter.pk, by_mail=False))
    assert sum(isinstance(f, Reminder) for f in found) == 1
    assert {f.code for f in found if isinstance(f, Refusal)} == {"already_sent"}


def late_on(shop: LateShop, days: int) -> list[Late]:
    """Who is late some days later."""
    with scope(shop.company.pk):
        return late_invoices(shop.after(days), shop.after(days).today)


def test_only_the_instalments_that_are_late_are_asked_for_and_each_begins_at_the_first_level(shop: LateShop) -> None:
    """40 percent after 14 days, 60 after 60: the letter asks for what is due; once that is paid, the next one begins anew."""
    terms = run_raw(shop.ctx, "billing.add_paymentterms", {"name": "Two parts", "term_days": 14, "standard": True})
    divide_terms(shop.ctx, terms=terms, parts=[TermsPart(Decimal(40), 14), TermsPart(Decimal(60), 60)])
    invoice = shop.invoice()
    said("nobody_late", propose_reminders, shop.after(20))
    [first] = propose_reminders(shop.after(25))
    assert (first.level.number, first.owed_minor) == (1, 6_952)
    send_reminder(shop.after(25), reminder=first, by_mail=False)
    [row] = late_on(shop, 70)
    assert (row.late_minor, len(row.parts), row.days_late, row.reached, row.level and row.level.number) == (17_380, 2, 56, 1, 2)
    take_payment(shop.ctx, invoice=invoice, method="card", amount=6_952)
    [row] = late_on(shop, 70)
    assert (row.late_minor, row.days_late, row.reached, row.level and row.level.number) == (10_428, 10, 0, 1)


AGAIN = """INSERT INTO dunning_notice
    (company_id, reminder_id, invoice_id, level_number, due_on, days_late, open_minor, interest_minor, standing)
    SELECT company_id, reminder_id, invoice_id, level_number, due_on, 1, 1, 0, true FROM dunning_notice"""


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("UPDATE dunning_reminder SET owed_minor = 1", "reminder_unchanged"),
        ("UPDATE dunning_notice SET standing = false", "notice_unchanged"),
        ("DELETE FROM dunning_notice", "notice_unchanged"),
        (AGAIN, "notice_level_once"),
    ],
)
def test_what_was_sent_stays(shop: LateShop, sql: str, name: str) -> None:
    """Against a script at midnight as well."""
    shop.invoice()
    [letter] = propose_reminders(shop.after(25))
    send_reminder(shop.after(25), reminder=letter, by_mail=False)
    with pytest.raises(DatabaseError) as no, scope(shop.company.pk), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert no.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]
    assert shop.all(Invoice)[0].state == "issued"
