"""Tax on imports: paid at the border, or declared with the return."""

from __future__ import annotations

from datetime import date

import pytest

from enfilade.back.payables.commands import BillLineIn, approve_bill, enter_bill
from enfilade.back.tax.forms import filled, form_named
from enfilade.back.tax.parts import by_account, taxed_parts
from enfilade.back.tax.reports import tax_proof
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.scope import scope

from .office import Office

pytestmark = pytest.mark.django_db(transaction=True)


def test_import_tax_is_deducted_as_it_stands_on_the_notice(office: Office) -> None:
    """The customs take 190.00 of tax and 25.00 of duty: 190.00 in box 62 of the German return, none in box 66; the duty is cost."""
    ctx, on = office.ctx, office.today
    lines = [
        BillLineIn(account=office.goods, gross=19_000, tax_class="import_tax"),
        BillLineIn(account=office.goods, net=2_500, tax_category="O"),
    ]
    bill = enter_bill(ctx, supplier=office.lab, number="ATC1", billed_on=on, lines=lines, total=21_500)
    assert (bill.net_minor, bill.tax_minor) == (2_500, 19_000)
    approve_bill(ctx, bill=bill, on=on)
    with scope(office.company.pk, read_only=True):
        parts = taxed_parts(ctx, on, on)
        assert tax_proof(ctx, from_on=on, to_on=on)["difference_minor"] == 0
    found = {box.code: box.amount_minor for box in filled(form_named("de_ustva"), parts, "DE", on)}
    assert (found["62"], found["66"], found["83"]) == (19_000, 0, -19_000)
    with pytest.raises(Refusal) as no:
        enter_bill(
            ctx, supplier=office.lab, number="ATC2", billed_on=on, lines=[BillLineIn(account=office.goods, net=1, tax_class="import_tax")]
        )
    assert (no.value.code, no.value.field) == ("tax_itself", "lines[0].gross")


def test_postponed_import_tax_is_owed_and_deducted(office: Office) -> None:
    """Goods of 1,000.00 at the standard rate of the company (19 %): 190.00 both ways. In the United Kingdom boxes 1, 4 and 7, not 6."""
    ctx, on = office.ctx, office.today
    line = BillLineIn(account=office.goods, net=100_000, tax_class="import_postponed")
    approve_bill(ctx, bill=enter_bill(ctx, supplier=office.lab, number="CH1", billed_on=on, lines=[line]), on=on)
    with scope(office.company.pk, read_only=True):
        parts = taxed_parts(ctx, on, on)
        assert tax_proof(ctx, from_on=on, to_on=on)["difference_minor"] == 0
    assert by_account(parts) == {"tax_output_acquisition": -19_000, "tax_input_import": 19_000}
    found = {box.code: box.amount_minor for box in filled(form_named("uk_vat"), parts, "GB", on)}
    assert found == {"1": 19_000, "2": 0, "3": 19_000, "4": 19_000, "5": 0, "6": 0, "7": 100_000, "8": 0, "9": 0}
    with pytest.raises(Refusal) as no:
        enter_bill(
            ctx, supplier=office.lab, number="CH2", billed_on=on,
            lines=[BillLineIn(account=office.goods, gross=1, tax_class="import_postponed")],
        )  # fmt: skip
    assert no.value.code == "value_of_goods"


def test_rounding_on_every_line_is_a_setting(office: Office) -> None:
    """Three lines of 0.33 at 19 %: 0.19 once, 3 x 0.06 by line, where nobody says what stands on the bill."""
    ctx, on = office.ctx, date(2026, 1, 5)
    lines = [BillLineIn(account=office.goods, net=33, tax_class="standard") for _ in range(3)]
    given = {"valid_from": "2020-01-01", "basis": "accrual", "interval": "month", "distance": "home", "rounding": "line"}
    once = enter_bill(ctx, supplier=office.lab, number="1", billed_on=on, lines=lines)
    run_raw(ctx, "tax.add_taxsetting", given)
    by_line = enter_bill(ctx, supplier=office.lab, number="2", billed_on=on, lines=lines, although_similar=True)
    assert (once.tax_minor, by_line.tax_minor) == (19, 18)
