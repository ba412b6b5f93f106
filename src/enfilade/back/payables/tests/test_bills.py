"""Bills: what comes in, what is refused with which sentence, how it is posted, and what the tables hold against whoever writes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection

from enfilade.back.payables.commands import (
    BillLineIn,
    approve_bill,
    change_bill,
    confirm_account,
    discard_bill,
    enter_account,
    say_what_for,
    use_credit,
    void_bill,
)
from enfilade.back.payables.models import Bill, SupplierAccount, SupplierTerms
from enfilade.core.command import run_raw
from enfilade.core.context import Held, Refusal
from enfilade.core.models import Role
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race

from .office import LAB_IBAN, Office

pytestmark = pytest.mark.django_db(transaction=True)


def code_of(run: Any) -> str:
    """The code with which something is refused."""
    with pytest.raises(Refusal) as no:
        run()
    return no.value.code


def test_an_electronic_invoice_fits_in(office: Office) -> None:
    """As an EN 16931 invoice says it: nets, categories and rates, totals that were rounded elsewhere, an IBAN that nobody knows yet."""
    lines = [
        {"net": "100.03", "tax_category": "S", "tax_rate": "19", "description": "Crown"},
        {"net": "50.00", "tax_category": "S", "tax_rate": "7"},
        {"net": "20.00", "tax_category": "E", "tax_rate": "0"},
    ]
    raw = {
        "supplier": office.lab.pk, "number": "2026/0815", "billed_on": office.today, "due_on": office.days(30), "currency": "EUR",
        "lines": lines, "total": "192.55", "iban": "DE02 1203 0000 0000 2020 51", "reference": "RF18539007547034",
    }  # fmt: skip
    bill: Bill = run_raw(office.ctx, "payables.enter_bill", raw)
    assert (bill.net_minor, bill.tax_minor, bill.total_minor, bill.state) == (17_003, 2_252, 19_255, "draft")
    with scope(office.company.pk):
        account = SupplierAccount.objects.visible_to(office.ctx).get(supplier=office.lab)
        assert [line.tax_minor for line in bill.lines.order_by("pk")] == [1_902, 350, 0]
    assert (account.iban, account.bic, account.state) == (LAB_IBAN, "BYLADEM1001", "entered")
    assert code_of(lambda: approve_bill(office.ctx, bill=bill, on=office.today)) == "what_for"
    say_what_for(office.ctx, bill=bill, account=office.goods)
    assert approve_bill(office.ctx, bill=bill, on=office.today).state == "open"
    assert office.balances("goods", "tax_input", "tax_input_reduced", "payable") == [17_003, 1_902, 350, -19_255]
    raw |= {"number": "2", "lines": [{"net": "10.00"}], "total": "15.00"}
    assert code_of(lambda: run_raw(office.ctx, "payables.enter_bill", raw)) == "total_differs"
    foreign = [{"net": "10.00", "tax_category": "S", "tax_rate": "21"}]
    assert code_of(lambda: run_raw(office.ctx, "payables.enter_bill", raw | {"total": None, "lines": foreign})) == "unknown_rate"
    assert (
        code_of(lambda: run_raw(office.ctx, "payables.enter_bill", raw | {"total": None, "iban": "DE03120300000000202051"})) == "bad_iban"
    )


def test_a_bill_comes_once(office: Office) -> None:
    first = office.bill("INV 77-a")
    with pytest.raises(Refusal, match=r"INV 77-a of Dentallabor Süd was entered on .* already") as no:
        office.bill("inv77A", gross=500)
    assert no.value.code == "bill_known"
    with pytest.raises(Refusal, match=r"has a bill over €119\.00 of .* already: INV 77-a") as no:
        office.bill("INV 78", billed_on=office.today - timedelta(days=9), although_similar=False)
    assert (no.value.code, no.value.hints[0]["fill"]) == ("maybe_known", {"although_similar": True})
    assert office.bill("INV 79", billed_on=office.today - timedelta(days=11), although_similar=False).state == "draft"
    assert office.bill("INV 77-a", supplier=office.landlord, although_similar=False).state == "draft"
    discard_bill(office.ctx, bill=first, reason="Not ours.")
    assert office.bill("INV 77-a").state == "draft"
    found = race(4, lambda _: office.bill("AT ONCE"))
    assert sorted(type(one).__name__ for one in found) == ["Bill", "Refusal", "Refusal", "Refusal"]


def test_terms_say_what_a_bill_does_not(office: Office) -> None:
    """Due date, discount, tax that is not deducted, and what it was for come from the agreement with the supplier."""
    with scope(office.company.pk):
        SupplierTerms.objects.create(
            company=office.company, supplier=office.landlord, account=office.rent, term_days=30, discount_percent=2, discount_days=10,
            deductible_percent=0, tax_class="standard",
        )  # fmt: skip
    bill = office.approved("M-1", 119_000, supplier=office.landlord, lines=[BillLineIn(gross=119_000)])
    assert (bill.due_on, bill.discount_until, bill.discount_minor) == (office.days(30), office.days(10), 2_380)
    assert office.balances("rent", "tax_input", "payable") == [119_000, 0, -119_000]


def test_the_customer_owes_the_tax(office: Office) -> None:
    """Reverse charge: the supplier charges none, we owe it and deduct it, half of it here."""
    line = BillLineIn(account=office.goods, net=10_000, tax_category="AE", deductible_percent=Decimal(50))
    office.approved("RC-1", lines=[line])
    assert office.balances("goods", "tax_input_reverse", "tax_output_reverse", "payable") == [10_950, 950, -1_900, -10_000]


def test_credit_notes_and_void(office: Office) -> None:
    bill, note = office.approved("R-1", 11_900), office.approved("G-1", 2_380, kind="credit_note")
    assert note.number == f"BC-{office.today.year}-00001"
    assert office.balances("goods", "tax_input", "payable") == [8_000, 1_520, -9_520]
    other = office.approved("G-2", 500, kind="credit_note", supplier=office.landlord)
    assert code_of(lambda: use_credit(office.ctx, bill=bill, credit=other, on=office.today)) == "settlement_of_one_supplier"
    assert code_of(lambda: use_credit(office.ctx, bill=bill, credit=note, amount=2_381, on=office.today)) == "too_much"
    use_credit(office.ctx, bill=bill, credit=note, on=office.today)
    assert [(r.state, r.open_minor) for r in map(office.fresh, (bill, note))] == [("part_paid", 9_520), ("paid", 0)]
    assert code_of(lambda: void_bill(office.ctx, bill=bill, on=office.today, reason="No.")) == "partly_settled"
    void_bill(office.ctx, bill=other, on=office.today, reason="Not ours.")
    assert (office.fresh(other).state, office.balance("payable")) == ("void", -9_520)
    wrong = office.bill("R-9", 100)
    line = [BillLineIn(account=office.goods, gross=200)]
    changed = change_bill(office.ctx, bill=wrong, lines=line, number="R-10", billed_on=office.today, due_on=office.today, total=200)
    assert (changed.total_minor, changed.supplier_number) == (200, "R-10")


def test_large_bills_wait_at_the_door(office: Office) -> None:
    Role.objects.get_or_create(company=office.company, code="boss", defaults={"name": "Boss", "permissions": ["*"]})
    rule = {
        "command": "payables.approve_bill", "fact": "total", "op": ">", "value": "1000", "verdict": "hold", "release_role": "boss",
        "sentence": "A bill of {supplier} over {total}.", "active": True,
    }  # fmt: skip
    run_raw(office.ctx, "doors.add_doorrule", rule)
    small, large = office.bill("S", 100_000), office.bill("L", 100_001)
    assert approve_bill(office.ctx, bill=small, on=office.today).state == "open"
    with pytest.raises(Held, match=r"A bill of Dentallabor Süd over 1000\.01") as waits:
        approve_bill(office.ctx, bill=large, on=office.today)
    run_raw(office.boss, "doors.release_held", {"held": waits.value.held.pk})
    assert office.fresh(large).approved_by_id == office.ctx.user.pk


def test_an_account_needs_two_people(office: Office) -> None:
    account = enter_account(office.ctx, supplier=office.lab, iban=LAB_IBAN.lower())
    assert code_of(lambda: confirm_account(office.ctx, account=account, evidence="Myself.")) == "own_account"
    assert code_of(lambda: enter_account(office.boss, supplier=office.lab, iban=LAB_IBAN)) == "supplier_account_once"
    for attack in (
        "UPDATE payables_supplieraccount SET state = 'confirmed', confirmed_by_id = entered_by_id, confirmed_at = now()",
        "UPDATE payables_supplieraccount SET iban = 'DE02500105170137075030'",
        "UPDATE payables_supplieraccount SET entered_by_id = entered_by_id + 1",
        "DELETE FROM payables_supplieraccount",
    ):
        assert attacked(office, attack) in {"supplier_account_two_people", "supplier_account_unchanged"}
    reader = make_ctx(office.company, "payables.view_bill")
    assert code_of(lambda: confirm_account(reader, account=account, evidence="I may not.")) == "not_allowed"
    assert confirm_account(office.boss, account=account, evidence="Called.").state == "confirmed"


@pytest.mark.parametrize(
    ("attack", "constraint"),
    [
        ("UPDATE payables_bill SET total_minor = total_minor + 1, net_minor = net_minor + 1", "bill_unchanged"),
        ("UPDATE payables_bill SET iban = 'DE02500105170137075030'", "bill_unchanged"),
        ("UPDATE payables_bill SET number = NULL", "bill_unchanged"),
        ("DELETE FROM payables_bill", "bill_kept"),
        ("UPDATE payables_billline SET account_id = NULL", "bill_line_unchanged"),
        ("DELETE FROM payables_billline", "bill_line_unchanged"),
        (
            """INSERT INTO payables_settlement (company_id, bill_id, credit_id, amount_minor, discount_minor, currency, "on", made_by_id)
               SELECT company_id, id, id, 1, 0, 'EUR', billed_on, entered_by_id FROM payables_bill""",
            "settlement_of_one_supplier",
        ),
    ],
)
def test_hand_written_sql_is_refused(office: Office, attack: str, constraint: str) -> None:
    office.approved()
    assert attacked(office, attack) == constraint


def attacked(office: Office, statement: str) -> str:
    """The constraint that holds against a statement of the application role."""
    with pytest.raises(DatabaseError) as no, scope(office.company.pk), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(no.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]
