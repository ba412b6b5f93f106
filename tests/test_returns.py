"""Returns from documents: every box by hand, frozen when filed, corrected and never changed, settled to nothing; sums tie to the ledger."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from enfilade.back.billing.commands import InvoicePart, allocate_payment, receive_payment
from enfilade.back.billing.untaxed import money_not_taxed
from enfilade.back.tax.commands import file_return, pay_return, prepare_return, settle_return
from enfilade.back.tax.forms import FORMS, filled, form_named
from enfilade.back.tax.models import TaxReturn, TaxReturnBox
from enfilade.back.tax.parts import TaxedPart, by_account, taxed_parts
from enfilade.back.tax.queries import moved_in_ledger
from enfilade.back.tax.reports import recapitulative, return_lines, return_sheet, tax_proof
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.files import open_file
from enfilade.core.scope import scope

from .business import YEAR, Business

pytestmark = pytest.mark.django_db(transaction=True)
MARCH = date(YEAR, 3, 1)


def boxes(business: Business, made: TaxReturn) -> dict[str, int]:
    """What a return says, without the boxes that say nothing."""
    with scope(business.company.pk):
        rows = TaxReturnBox.objects.visible_to(business.ctx).filter(tax_return=made)
        return {row.code: row.amount_minor for row in rows if row.amount_minor}


def asked(business: Business, run: Any, **inputs: Any) -> Any:
    """A report."""
    with scope(business.company.pk, read_only=True):
        return run(business.ctx, **inputs)


def march(business: Business) -> None:
    """A month: sales at 19 % and 7 %, exempt and untaxed ones, purchases, a service from France, another month beside it."""
    business.sale(date(YEAR, 3, 3), 100_050)
    business.sale(date(YEAR, 3, 4), 20_000, "reduced")
    business.sale(date(YEAR, 3, 5), 30_000, "exempt")
    business.bill(date(YEAR, 3, 6), 40_000)
    business.bill(date(YEAR, 3, 7), 5_000, tax_class="reduced")
    business.bill(date(YEAR, 3, 8), 10_000, supplier=business.abroad, tax_category="AE", tax_class="standard")
    business.sale(date(YEAR, 4, 1), 99_900)


def test_a_month_from_its_documents_to_the_bank() -> None:
    """Prepared, filed, settled, paid; afterwards the accounts of tax hold nothing of the month."""
    business = Business()
    march(business)
    made = prepare_return(business.ctx, on=date(YEAR, 3, 17))
    # 1000.50 without its cents at 19 % is 190.00, 200.00 at 7 % is 14.00; 100.00 from France at 19 % is owed and deducted; 76.00 + 3.50.
    assert boxes(business, made) == {
        "81": 100_000, "86": 20_000, "48": 30_000, "46": 10_000, "47": 1_900, "66": 7_950, "67": 1_900, "83": 19_000 + 1_400 - 7_950,
    }  # fmt: skip
    filed = file_return(business.ctx, tax_return=made, on=date(YEAR, 4, 9), reference="et1234")
    with scope(business.company.pk), open_file(filed.file) as content:
        data = content.read()
    assert hashlib.sha256(data).hexdigest() == filed.sha256
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    assert sum(float(r["amount"]) for r in rows if r["box"] == "66" and r["document"]) == 79.5
    settled = settle_return(business.ctx, tax_return=filed, on=date(YEAR, 4, 9))
    assert business.balance("tax_settlement") == -12_450
    assert [business.balance(f"tax_{p}") for p in ("input", "input_reduced", "output_reduced", "output_reverse")] == [0] * 4
    # April's invoice is all that is left: 999.00 at 19 %; ten cents of March were left off by the form.
    assert business.balance("tax_output") == -18_981
    assert business.balance("rounding") == -10
    paid = pay_return(business.ctx, tax_return=settled, on=date(YEAR, 4, 10))
    assert (paid.state, business.balance("tax_settlement"), business.balance("bank")) == ("paid", 0, -12_450)
    assert asked(business, tax_proof, from_on=MARCH, to_on=date(YEAR, 3, 31))["difference_minor"] == 0


def test_what_comes_in_after_it_was_filed_is_a_difference_and_a_correction() -> None:
    """The filed figures stay, the sheet shows what changed, the correction settles only that."""
    business = Business()
    march(business)
    made = file_return(business.ctx, tax_return=prepare_return(business.ctx, on=MARCH), on=date(YEAR, 4, 9))
    settle_return(business.ctx, tax_return=made, on=date(YEAR, 4, 9))
    with pytest.raises(Refusal) as no:
        prepare_return(business.ctx, on=MARCH)
    assert no.value.code == "nothing_changed"
    business.sale(date(YEAR, 3, 31), 10_000)
    sheet = asked(business, return_sheet, tax_return=made)
    assert {r["box"]: r["difference_minor"] for r in sheet["rows"] if r["difference_minor"]} == {"81": 10_000, "83": 1_900}
    assert {r["box"]: r["said"] for r in sheet["rows"]}["81"] == "1000"
    again = prepare_return(business.ctx, on=MARCH)
    assert (again.version, again.corrects_id, boxes(business, made)["81"], boxes(business, again)["81"]) == (2, made.pk, 100_000, 110_000)
    again = file_return(business.ctx, tax_return=again, on=date(YEAR, 5, 9))
    settle_return(business.ctx, tax_return=again, on=date(YEAR, 5, 9))
    assert (business.balance("tax_settlement"), business.balance("tax_output")) == (-12_450 - 1_900, -18_981)
    with pytest.raises(IntegrityError, match="does not change"), scope(business.company.pk), connection.cursor() as cursor:
        cursor.execute("UPDATE tax_taxreturn SET payable_minor = 1 WHERE id = %s", [made.pk])
    with pytest.raises(IntegrityError, match="do not change"), scope(business.company.pk), connection.cursor() as cursor:
        cursor.execute("UPDATE tax_taxreturnbox SET amount_minor = 1 WHERE tax_return_id = %s", [made.pk])


def test_what_is_refused() -> None:
    """A period that runs, a return that is stale, two lengths of period over one day, a form in another currency."""
    business = Business()
    march(business)
    running = prepare_return(business.ctx, on=business.ctx.today)
    stale = prepare_return(business.ctx, on=MARCH)
    business.sale(date(YEAR, 3, 30), 100_00)
    run_raw(business.ctx, "tax.add_taxsetting", {"valid_from": f"{YEAR}-01-01", "basis": "accrual", "interval": "quarter"})
    wrong = [
        ("period_runs", lambda: file_return(business.ctx, tax_return=running, on=business.ctx.today)),
        ("figures_changed", lambda: file_return(business.ctx, tax_return=stale, on=business.ctx.today)),
        ("before_end", lambda: file_return(business.ctx, tax_return=stale, on=date(YEAR, 3, 31))),
        ("tax_return_one_a_day", lambda: prepare_return(business.ctx, on=date(YEAR, 2, 1))),
        ("other_currency", lambda: prepare_return(business.ctx, on=MARCH, form="uk_vat")),
        ("not_prepared", lambda: settle_return(business.ctx, tax_return=stale, on=business.ctx.today)),
    ]
    for code, run in wrong[:-1]:
        with pytest.raises(Refusal) as no:
            run()
        assert no.value.code == code
    with pytest.raises(Refusal):
        wrong[-1][1]()


def test_where_tax_is_owed_when_it_is_paid() -> None:
    """Parts of payments sum to the tax of the invoice, whatever they are; what is not paid is not declared."""
    business = Business()
    run_raw(business.ctx, "tax.add_taxsetting", {"valid_from": f"{YEAR}-01-01", "basis": "cash", "interval": "month"})
    invoice = business.sale(date(YEAR, 2, 3), 10_001)
    assert invoice.total_minor == 11_901
    business.receipt(invoice, date(YEAR, 3, 4), 3_333)
    business.receipt(invoice, date(YEAR, 3, 5), 3_333)
    business.receipt(invoice, date(YEAR, 4, 5), 5_235)
    with scope(business.company.pk):
        months = [
            taxed_parts(business.ctx, date(YEAR, m, 1), date(YEAR, m, 28), cash=True) for m in (2, 3, 4)
        ]  # fmt: skip
    assert [(sum(p.base_minor for p in m), sum(p.owed_minor for p in m)) for m in months] == [(0, 0), (5_602, 1_064), (4_399, 836)]
    assert boxes(business, prepare_return(business.ctx, on=MARCH)) == {"81": 5_600, "83": 1_064}


def test_money_on_account_is_taxed_when_it_comes_in() -> None:
    """238.00 on account in February are 38.00 of tax at 19 %; 119.00 of them settle an invoice in March: taxed with it, untaxed on account.

    The rest goes back in April. Source: § 13 (1) no. 1 a sentence 4, § 20 UStG.
    """
    business = Business()
    run_raw(business.ctx, "tax.add_taxsetting", {"valid_from": f"{YEAR}-01-01", "basis": "cash", "interval": "month"})
    paid = receive_payment(business.at(date(YEAR, 2, 3)), party=business.customer, method="transfer", amount=23_800, on=date(YEAR, 2, 3))
    invoice = business.sale(date(YEAR, 3, 3), 10_000)
    part = InvoicePart(invoice=invoice, amount=11_900)
    allocate_payment(business.at(date(YEAR, 3, 4)), payment=paid, invoices=[part], on=date(YEAR, 3, 4))
    given = {"payment": paid.pk, "on": f"{YEAR}-04-05", "reason": "Too much", "amount": "119.00"}
    run_raw(business.at(date(YEAR, 4, 5)), "billing.refund_payment", given)
    with scope(business.company.pk):
        months = [taxed_parts(business.ctx, date(YEAR, m, 1), date(YEAR, m, 28), cash=True) for m in (2, 3, 4)]
    assert [[(p.base_minor, p.owed_minor) for p in m] for m in months] == [
        [(20_000, 3_800)], [(10_000, 1_900), (-10_000, -1_900)], [(-10_000, -1_900)],
    ]  # fmt: skip
    assert boxes(business, prepare_return(business.ctx, on=date(YEAR, 2, 1))) == {"81": 20_000, "83": 3_800}
    run_raw(
        business.ctx, "tax.add_taxsetting", {"valid_from": f"{YEAR}-02-01", "basis": "cash", "interval": "month", "advance_class": "exempt"}
    )
    assert boxes(business, prepare_return(business.ctx, on=date(YEAR, 2, 1))) == {"48": 23_800}


def test_every_figure_leads_to_its_documents() -> None:
    """Each box that sums documents is the sum of its lines; each line has an address."""
    business = Business()
    march(business)
    made = prepare_return(business.ctx, on=MARCH)
    lines = asked(business, return_lines, tax_return=made, box="66")
    assert [(r["on"], r["base_minor"], r["amount_minor"]) for r in lines["rows"]] == [
        (date(YEAR, 3, 6), 40_000, 7_600), (date(YEAR, 3, 7), 5_000, 350),
    ]  # fmt: skip
    assert all(r["url"].startswith("/payables/bills/") for r in lines["rows"])
    assert lines["totals"] == {"amount_minor": 7_950, "currency": "EUR"}
    assert asked(business, recapitulative, from_on=MARCH, to_on=date(YEAR, 3, 31))["rows"] == []


def test_forms_are_whole() -> None:
    """Each form has its sum, names only boxes above, and the nine boxes of the United Kingdom are reckoned as its notice says."""
    for code in FORMS:
        form = form_named(code)
        codes = [box.code for box in form.boxes]
        assert len(set(codes)) == len(codes)
        assert form.payable in codes or (form.by and not form.payable)
        assert form.source
    parts = [
        TaxedPart("a:1", "1", MARCH, "A", "", "GB", True, "S", 2000, 100_099, 20_020, "tax_output"),
        TaxedPart("a:2", "2", MARCH, "B", "", "GB", False, "S", 2000, 50_000, 0, "", 10_000, "tax_input"),
        TaxedPart("a:3", "3", MARCH, "C", "", "US", False, "AE", 2000, 10_000, 2_000, "tax_output_reverse", 2_000, "tax_input_reverse"),
    ]
    found = {box.code: box.amount_minor for box in filled(form_named("uk_vat"), parts, "GB", MARCH)}
    assert found == {
        "1": 22_020, "2": 0, "3": 22_020, "4": 12_000, "5": 10_020, "6": 110_000, "7": 60_000, "8": 0, "9": 0,
    }  # fmt: skip


KINDS = st.sampled_from(["standard", "reduced", "exempt", "bill", "reverse", "credit", "lost", "back"])
EVENTS = st.lists(st.tuples(KINDS, st.integers(1, 500_000), st.integers(1, 28)), min_size=1, max_size=7)


@settings(max_examples=6, deadline=None)
@given(EVENTS)
def test_documents_of_any_month_sum_to_the_accounts_of_tax(events: list[tuple[str, int, int]]) -> None:
    """Whatever is billed and bought: by account, what the parts say is what the ledger moved."""
    business = Business()
    for kind, amount, day in events:
        on = date(YEAR, 3, day)
        if kind == "bill":
            business.bill(on, amount)
        elif kind == "reverse":
            business.bill(on, amount, supplier=business.abroad, tax_category="AE", tax_class="standard")
        elif kind == "credit":
            invoice = business.sale(on, amount)
            run_raw(business.at(on), "billing.credit_invoice", {"invoice": invoice.pk, "on": on.isoformat(), "reason": "Wrong"})
        elif kind in {"lost", "back"}:
            made = run_raw(business.at(on), "billing.write_off", {
                "invoice": business.sale(on, amount).pk, "kind": "bad_debt", "on": on.isoformat(), "reason": "Insolvent",
            })  # fmt: skip
            if kind == "back":
                run_raw(business.at(on), "billing.reverse_write_off", {"write_off": made.pk, "on": on.isoformat(), "reason": "Paid"})
        else:
            business.sale(on, amount, kind)
    with scope(business.company.pk):
        said = {k: v for k, v in by_account(taxed_parts(business.ctx, MARCH, date(YEAR, 3, 31))).items() if v}
        moved = {k: v for k, v in moved_in_ledger(business.ctx, MARCH, date(YEAR, 3, 31)).items() if v}
    assert said == moved


def test_money_on_account_without_tax_is_told_before_the_return_is_filed() -> None:
    """300.00 on 10 March, 119.00 of it settled an invoice in April: 300.00 at the end of March, 181.00 at that of April; by cash never."""
    business = Business()
    payment = receive_payment(business.at(date(YEAR, 3, 10)), party=business.customer, amount=30_000, method="transfer")
    invoice = business.sale(date(YEAR, 4, 5), 10_000)
    allocate_payment(business.at(date(YEAR, 4, 6)), payment=payment, invoices=[InvoicePart(invoice, 11_900)], on=date(YEAR, 4, 6))
    made = prepare_return(business.ctx, on=MARCH)
    assert [note for note in asked(business, return_sheet, tax_return=made)["notes"] if "300.00" in note]
    assert [row["amount_minor"] for row in asked(business, money_not_taxed, on=date(YEAR, 3, 31))["rows"]] == [30_000]
    april = asked(business, money_not_taxed, on=date(YEAR, 4, 30))
    assert [(row["on"], row["amount_minor"], row["url"]) for row in april["rows"]] == [
        (date(YEAR, 3, 10), 18_100, f"/billing/payments/{payment.pk}/")
    ]
    client = Client()
    client.force_login(business.ctx.user, backend="django.contrib.auth.backends.ModelBackend")
    assert b"money_not_taxed/?on=2025-03-31" in client.get(f"/tax/tax-returns/{made.pk}/").content
    run_raw(business.ctx, "tax.add_taxsetting", {"valid_from": f"{YEAR}-01-01", "basis": "cash", "interval": "month"})
    assert asked(business, money_not_taxed, on=date(YEAR, 4, 30))["rows"] == []
