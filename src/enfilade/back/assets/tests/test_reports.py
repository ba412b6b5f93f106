"""Register, schedule of movements, forecast, proof, and the step of the closing."""

from __future__ import annotations

from datetime import date

import pytest

from enfilade.back.assets import reports
from enfilade.back.assets.closing import bills_in_register, depreciation_posted, register_ties
from enfilade.back.assets.commands import dispose_asset, reclassify_asset
from enfilade.back.assets.schedule import years_of
from enfilade.back.ledger.commands import JournalLine, post_journal
from enfilade.back.ledger.queries import ledger_book
from enfilade.back.payables.commands import BillLineIn, approve_bill
from enfilade.base.books.queries import period_of
from enfilade.core.context import Refusal
from enfilade.core.scope import scope

from .yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_schedule_of_movements_adds_up(yard: Yard) -> None:
    """§ 284 (3) HGB: what opens, with what moved, is what closes, for cost, what is written off and book values."""
    chair, old = yard.asset(120_000, on=date(yard.last - 1, 1, 1)), yard.asset(60_000, on=date(yard.last - 1, 1, 1))
    yard.run_of(yard.last - 1, 12)
    yard.asset(24_000, on=date(yard.last, 7, 1))
    reclassify_asset(yard.ctx, asset=chair, asset_class=yard.kind("FURNITURE"), on=date(yard.last, 1, 1))
    dispose_asset(yard.ctx, asset=old, on=date(yard.last, 6, 30), how="scrap")
    yard.run_of(yard.last, 12)
    with scope(yard.company.pk):
        found = reports.asset_movements(yard.ctx, from_on=date(yard.last, 1, 1), to_on=date(yard.last, 12, 31))
        register = reports.asset_register(yard.ctx, on=date(yard.last, 12, 31))
    total = found["totals"]
    assert (total["cost_before_minor"], total["additions_minor"], total["disposals_minor"], total["transfers_minor"]) == (
        180_000, 24_000, -60_000, 0,
    )  # fmt: skip
    assert (total["off_before_minor"], total["charge_minor"], total["off_disposals_minor"]) == (18_000, 12_000 + 3_000 + 1_200, -9_000)
    assert (total["cost_after_minor"], total["off_after_minor"], total["book_after_minor"]) == (144_000, 25_200, 118_800)
    assert total["book_after_minor"] == register["totals"]["book_minor"]
    by_class = {row["asset_class"]: row["transfers_minor"] for row in found["rows"]}
    assert by_class == {"Other equipment": -120_000, "Office furniture": 120_000}
    for row in found["rows"]:
        assert (
            row["cost_before_minor"] + row["additions_minor"] + row["disposals_minor"] + row["transfers_minor"] == row["cost_after_minor"]
        )


def test_what_comes(yard: Yard) -> None:
    asset = yard.asset(120_000)
    yard.run_of(yard.last, 12)
    with scope(yard.company.pk):
        found = reports.depreciation_forecast(yard.ctx, years=2)
        due = reports.depreciation_due(yard.ctx, through_on=date(yard.today.year, 2, 1))
        plan = years_of(yard.ctx, yard.fresh(asset))
    assert {k: v for k, v in found["rows"][0].items() if k.endswith("_minor")} == {
        "year_0_minor": 12_000, "year_1_minor": 12_000, "later_minor": 84_000, "sum_minor": 108_000,
    }  # fmt: skip
    assert due["totals"] == {"amount_minor": 2_000}
    assert [(y.moved_minor, y.planned_minor, y.book_minor) for y in plan][:2] == [(12_000, 0, 108_000), (0, 12_000, 96_000)]
    assert (len(plan), plan[-1].book_minor) == (10, 0)


def test_a_plan_is_tried_before_anything_is_bought(yard: Yard) -> None:
    with scope(yard.company.pk):
        tried = {"cost": 1_000_000, "in_service_on": date(2026, 2, 1), "life_months": 60}
        found = reports.depreciation_plan(yard.ctx, **tried, method="macrs")
        with pytest.raises(Refusal, match="MACRS has 36"):
            reports.depreciation_plan(yard.ctx, **{**tried, "life_months": 61}, method="macrs")
    assert [row["charge_minor"] for row in found["rows"]] == [200_000, 320_000, 192_000, 115_200, 115_200, 57_600]
    assert found["rows"][-1]["book_minor"] == 0


def test_steps_of_the_closing_and_the_proof(yard: Yard) -> None:
    with scope(yard.company.pk):
        period = period_of(yard.ctx, ledger_book(yard.ctx), yard.today)
    assert period is not None
    yard.asset(120_000)
    line = BillLineIn(account=yard.account("asset_computer"), gross=119_000)
    approve_bill(yard.ctx, bill=yard.bill("C-7", lines=[line]), on=yard.today)
    lines = [JournalLine("1700", debit=100), JournalLine("1100", credit=100)]
    post_journal(yard.ctx, on=yard.today, text="By hand", lines=lines)
    with scope(yard.company.pk):
        steps = [step(yard.ctx, period) for step in (bills_in_register, depreciation_posted, register_ties)]
        proof = reports.assets_proof(yard.ctx)
        missing = reports.bills_without_asset(yard.ctx, until_on=yard.today)
    assert [step.open_count for step in steps if step] == [1, 1, 2]
    assert proof["difference_minor"] == 100_000 + 100
    assert [row["left_minor"] for row in missing["rows"]] == [100_000]
