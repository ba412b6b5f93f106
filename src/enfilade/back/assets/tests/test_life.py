"""The life of assets: how they come, what they are charged, lose and regain, how they leave; and that the ledger says the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from enfilade.back.assets.commands import (
    add_asset,
    add_cost,
    begin_classes,
    capitalise_line,
    change_estimate,
    dispose_asset,
    impair_asset,
    post_depreciation,
    put_in_service,
    reclassify_asset,
    record_usage,
    reduce_cost,
    reverse_movement,
    reverse_run,
    see_asset,
    transfer_asset,
    write_up_asset,
)
from enfilade.back.assets.models import Asset, AssetTerms, DepreciationRun, Movement
from enfilade.back.assets.schedule import years_of
from enfilade.back.payables.commands import BillLineIn, approve_bill, void_bill
from enfilade.back.payables.models import BillLine
from enfilade.base.books.models import Dimension, DimensionValue, Line
from enfilade.core.context import Refusal
from enfilade.core.importing import import_file
from enfilade.core.resource import resource_named
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race

from .yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)


def code_of(run: Any) -> str:
    """The code with which something is refused."""
    with pytest.raises(Refusal) as no:
        run()
    return no.value.code


def line_of(yard: Yard, bill: Any) -> BillLine:
    with scope(yard.company.pk):
        return BillLine.objects.visible_to(yard.ctx).get(bill=bill)


def movement(yard: Yard, asset: Asset, kind: str) -> Movement:
    with scope(yard.company.pk):
        return Movement.objects.visible_to(yard.ctx).filter(asset=asset, kind=kind).order_by("pk").last()


def test_bought_used_and_charged_month_by_month(yard: Yard) -> None:
    asset = yard.asset(120_000)
    assert (asset.number, asset.method, asset.life_months) == ("A-00001", "straight_line", 120)
    run = yard.run_of(yard.last, 1)
    assert (run.total_minor, run.asset_count, run.on) == (1_000, 1, date(yard.last, 1, 31))
    assert code_of(lambda: yard.run_of(yard.last, 1)) == "nothing_due"
    assert yard.run_of(yard.last, 12).total_minor == 11_000
    fresh = yard.fresh(asset)
    assert (fresh.cost_minor, fresh.depreciated_minor, fresh.book_minor) == (120_000, 12_000, 108_000)
    assert fresh.charged_through == date(yard.last, 12, 31)
    assert yard.balances("asset_equipment", "accumulated_equipment", "depreciation") == [120_000, -12_000, 12_000]
    assert yard.wrong() == []


def test_a_run_is_taken_back_as_a_whole_and_charged_anew(yard: Yard) -> None:
    asset = yard.asset(120_000)
    first, second = yard.run_of(yard.last, 6), yard.run_of(yard.last, 12)
    assert code_of(lambda: reverse_run(yard.ctx, run=first, on=yard.today, reason="No.")) == "moved_since"
    assert code_of(lambda: reverse_run(yard.ctx, run=second, on=date(yard.last, 6, 1), reason="No.")) == "before_run"
    reverse_run(yard.ctx, run=second, on=date(yard.last, 12, 31), reason="Too early.")
    assert yard.fresh(asset).charged_through == date(yard.last, 6, 30)
    reverse_run(yard.ctx, run=yard.fresh(first), on=date(yard.last, 12, 31), reason="Too early.")
    assert code_of(lambda: reverse_run(yard.ctx, run=yard.fresh(first), on=yard.today, reason="No.")) == "already_reversed"
    assert (yard.fresh(asset).depreciated_minor, yard.balance("depreciation"), yard.wrong()) == (0, 0, [])
    assert yard.run_of(yard.last, 12).total_minor == 12_000


def test_one_of_many_runs_at_once_posts(yard: Yard) -> None:
    """Real threads: nobody is charged twice."""
    assets = [yard.asset(120_000) for _ in range(3)]
    found = race(5, lambda _: yard.run_of(yard.last, 3))
    assert sorted(type(one).__name__ for one in found) == ["DepreciationRun", *["Refusal"] * 4]
    assert {one.code for one in found if isinstance(one, Refusal)} <= {"nothing_due", "busy", "try_again"}
    assert [yard.fresh(asset).depreciated_minor for asset in assets] == [3_000] * 3
    assert (yard.balance("depreciation"), yard.wrong()) == (9_000, [])


def test_a_rehearsal_leaves_nothing(yard: Yard) -> None:
    asset = yard.asset(120_000)
    run = post_depreciation(replace(yard.ctx, rehearse=True), through_on=date(yard.last, 3, 1))
    assert run.total_minor == 3_000
    with scope(yard.company.pk):
        assert not DepreciationRun.objects.visible_to(yard.ctx).exists()
    assert (yard.fresh(asset).depreciated_minor, yard.balance("depreciation")) == (0, 0)


def test_an_asset_is_made_of_the_line_of_a_bill(yard: Yard) -> None:
    """Three computers of one line; the tax that is not deducted is part of the cost; no more is taken than there is."""
    line = BillLineIn(account=yard.goods, gross=357_100, description="Computers")
    bill = yard.bill("C-1", lines=[line])
    assert (
        code_of(lambda: capitalise_line(yard.ctx, line=line_of(yard, bill), asset_class=yard.kind("COMPUTER"))) == "asset_of_approved_bill"
    )
    approve_bill(yard.ctx, bill=bill, on=yard.today)
    first = capitalise_line(yard.ctx, line=line_of(yard, bill), asset_class=yard.kind("COMPUTER"), pieces=3, in_service_on=yard.today)
    with scope(yard.company.pk):
        made = list(Asset.objects.visible_to(yard.ctx).order_by("pk"))
    assert ([a.cost_minor for a in made], made[0].name, made[0].supplier_id) == ([100_028, 100_028, 100_028], "Computers", yard.lab.pk)
    assert yard.balances("goods", "asset_computer") == [0, 300_084]
    assert code_of(lambda: capitalise_line(yard.ctx, line=line_of(yard, bill), asset_class=yard.kind("COMPUTER"))) == "nothing_left"
    assert code_of(lambda: add_cost(yard.ctx, asset=first, on=yard.today, line=line_of(yard, bill), cost=1)) == "nothing_left"
    assert code_of(lambda: void_bill(yard.ctx, bill=yard.fresh(bill), on=yard.today, reason="No.")) == "asset_of_bill"
    reverse_movement(yard.ctx, movement=movement(yard, first, "acquisition"), on=yard.today, reason="Not ours.")
    assert (yard.fresh(first).state, yard.balances("goods", "asset_computer")) == ("void", [100_028, 200_056])
    again = capitalise_line(yard.ctx, line=line_of(yard, bill), asset_class=yard.kind("COMPUTER"))
    assert (again.cost_minor, yard.wrong()) == (100_028, [])


def test_one_line_makes_one_asset_however_many_try(yard: Yard) -> None:
    bill = yard.approved("C-2", 119_000)
    found = race(4, lambda _: capitalise_line(yard.ctx, line=line_of(yard, bill), asset_class=yard.kind("COMPUTER")))
    assert [type(one).__name__ for one in found].count("Asset") == 1
    assert (yard.balance("asset_computer"), yard.wrong()) == (100_000, [])


def test_what_comes_from_other_books(yard: Yard) -> None:
    """Bought three years ago for 8 years, 36 of 96 months written off: what is left goes on over 60 months."""
    raw = {"asset_class": yard.kind("XRAY"), "acquired_on": date(yard.last - 3, 1, 1), "opened_on": date(yard.last, 1, 1)}
    asset = add_asset(yard.ctx, name="X-ray", cost=960_000, depreciated=360_000, number="X-1", **raw)
    assert yard.balances("asset_equipment", "accumulated_equipment", "opening") == [960_000, -360_000, -600_000]
    assert yard.run_of(yard.last, 12).total_minor == 120_000
    with scope(yard.company.pk):
        first, *_, last = years_of(yard.ctx, yard.fresh(asset))
    assert (first.moved_minor, first.other_minor, first.book_minor, last.book_minor) == (120_000, 0, 480_000, 0)
    assert code_of(lambda: add_asset(yard.ctx, name="X", cost=1, number="X-1", **raw)) == "number_taken"
    assert code_of(lambda: add_asset(yard.ctx, name="X", cost=10, depreciated=11, **raw)) == "above_cost"
    other = add_asset(yard.ctx, name="Y", cost=960_000, depreciated=360_000, in_the_books=True, **raw)
    assert (other.number, len(yard.wrong())) == ("A-00001", 2)
    reverse_movement(yard.ctx, movement=movement(yard, other, "opening"), on=yard.today, reason="Twice.")
    assert (yard.wrong(), yard.fresh(asset).book_minor) == ([], 480_000)


def test_limits_of_low_value(yard: Yard) -> None:
    assert code_of(lambda: yard.asset(80_001, kind="LOWVALUE")) == "above_class"
    assert code_of(lambda: yard.asset(25_000, kind="POOL")) == "below_class"
    low, pooled = yard.asset(80_000, kind="LOWVALUE"), yard.asset(100_000, kind="POOL", on=date(yard.last, 11, 1))
    assert yard.run_of(yard.last, 12).total_minor == 80_000 + 20_000
    assert (yard.fresh(low).book_minor, yard.fresh(pooled).book_minor) == (0, 80_000)
    assert code_of(lambda: impair_asset(yard.ctx, asset=pooled, on=yard.today, amount=1, reason="Broken.")) == "plan_is_fixed"
    assert code_of(lambda: dispose_asset(yard.ctx, asset=pooled, on=yard.today, part=1)) == "pool_stays_whole"
    gone = dispose_asset(yard.ctx, asset=pooled, on=yard.today, proceeds=5_000, against=yard.money)
    assert (gone.state, gone.book_minor, yard.balance("disposal_gain")) == ("disposed", 80_000, -5_000)
    assert yard.run_of(yard.today.year, yard.today.month).total_minor > 0
    assert yard.wrong() == []


def test_cost_that_comes_later_is_written_off_with_the_rest(yard: Yard) -> None:
    """1,200.00 over 10 years; 540.00 more after six months: 1,140.00 + 540.00 over 114 months."""
    asset = yard.asset(120_000)
    add_cost(yard.ctx, asset=asset, on=date(yard.last, 7, 15), cost=54_000, against=yard.money, text="Motor")
    assert yard.moves(asset) == [("acquisition", 120_000, 0), ("depreciation", 0, 6_000), ("addition", 54_000, 0)]
    assert yard.run_of(yard.last, 7).total_minor == round(168_000 / 114)
    yard.run_of(yard.last, 12)
    assert (yard.fresh(asset).depreciated_minor, yard.wrong()) == (6_000 + round(168_000 * 6 / 114), [])
    assert code_of(lambda: add_cost(yard.ctx, asset=asset, on=yard.today)) == "against_what"
    assert (
        code_of(lambda: add_cost(yard.ctx, asset=asset, on=date(yard.last - 1, 1, 1), cost=1, against=yard.money)) == "before_acquisition"
    )


def test_what_is_given_back_lowers_the_cost(yard: Yard) -> None:
    """1,200.00 over 10 years; 228.00 back after six months: 1,140.00 - 228.00 over 114 months."""
    asset = yard.asset(120_000)
    given = {"asset": asset, "on": date(yard.last, 7, 1), "against": yard.money}
    assert code_of(lambda: reduce_cost(yard.ctx, **given, amount=114_001)) == "below_residual"
    assert code_of(lambda: reduce_cost(yard.ctx, **given, amount=0)) == "no_amount"
    reduce_cost(yard.ctx, **given, amount=22_800)
    assert yard.run_of(yard.last, 7).total_minor == 800
    assert (yard.fresh(asset).cost_minor, yard.wrong()) == (97_200, [])
    pooled = yard.asset(50_000, kind="POOL")
    assert code_of(lambda: reduce_cost(yard.ctx, **{**given, "asset": pooled}, amount=1)) == "plan_is_fixed"


def test_a_new_estimate_changes_what_comes(yard: Yard) -> None:
    asset = yard.asset(120_000)
    yard.run_of(yard.last, 12)
    changed = change_estimate(yard.ctx, asset=asset, on=date(yard.last, 6, 1), life_months=12, residual=6_000)
    assert (changed.residual_minor, changed.life_months) == (6_000, 24)
    with scope(yard.company.pk):
        last = AssetTerms.objects.visible_to(yard.ctx).filter(asset=asset).order_by("pk").last()
    assert (last.starts_on, last.base_minor) == (date(yard.last + 1, 1, 1), 108_000)
    assert yard.run_of(yard.today.year, 1).total_minor == 8_500
    assert code_of(lambda: change_estimate(yard.ctx, asset=asset, on=yard.today, residual=120_001)) == "above_book"
    assert code_of(lambda: change_estimate(yard.ctx, asset=asset, on=yard.today, method="pool")) == "whole_life_method"


def test_what_is_taken_back_takes_its_terms_along(yard: Yard) -> None:
    asset = yard.asset(120_000)
    add_cost(yard.ctx, asset=asset, on=date(yard.last, 1, 15), cost=60_000, against=yard.money)
    change_estimate(yard.ctx, asset=asset, on=date(yard.last, 1, 20), life_months=12)
    reverse_movement(yard.ctx, movement=movement(yard, asset, "addition"), on=yard.today, reason="Not ours.")
    fresh = yard.fresh(asset)
    assert (fresh.cost_minor, fresh.life_months, yard.wrong()) == (120_000, 120, [])
    assert yard.run_of(yard.last, 12).total_minor == 12_000


def test_impaired_and_written_up_no_further_than_it_would_be(yard: Yard) -> None:
    asset = yard.asset(120_000)
    yard.run_of(yard.last, 6)
    impair_asset(yard.ctx, asset=asset, on=date(yard.last, 7, 1), amount=57_000, reason="Flood.")
    assert (yard.fresh(asset).book_minor, yard.balance("impairment")) == (57_000, 57_000)
    assert yard.run_of(yard.last, 12).total_minor == 3_000
    assert code_of(lambda: write_up_asset(yard.ctx, asset=asset, on=date(yard.last, 12, 31), amount=54_001, reason="Dry.")) == "above_cap"
    written_up = write_up_asset(yard.ctx, asset=asset, on=date(yard.last, 12, 31), reason="Dry.")
    assert (written_up.book_minor, yard.balance("write_up")) == (108_000, -54_000)
    assert code_of(lambda: write_up_asset(yard.ctx, asset=asset, on=date(yard.last, 12, 31), reason="More.")) == "not_impaired"
    assert yard.run_of(yard.today.year, 1).total_minor == 1_000
    assert code_of(lambda: impair_asset(yard.ctx, asset=asset, on=yard.today, amount=10**9, reason="All.")) == "below_residual"
    assert yard.wrong() == []


def test_sold_in_parts_and_scrapped(yard: Yard) -> None:
    """A third leaves after half a year for 500.00; the rest is scrapped after a year."""
    asset = yard.asset(120_000)
    sale = {"asset": asset, "on": date(yard.last, 6, 30), "part": 40_000}
    assert code_of(lambda: dispose_asset(yard.ctx, **sale, proceeds=50_000)) == "proceeds_where"
    assert code_of(lambda: dispose_asset(yard.ctx, **sale, proceeds=1, how="scrap", against=yard.money)) == "scrap_brings_nothing"
    assert code_of(lambda: dispose_asset(yard.ctx, **sale, proceeds=1, against=yard.account("payable"))) == "control_account"
    dispose_asset(yard.ctx, **sale, proceeds=50_000, against=yard.money)
    assert yard.moves(asset)[1:] == [("depreciation", 0, 6_000), ("disposal", -40_000, -2_000)]
    assert yard.balances("disposal_gain", "depreciation") == [-12_000, 6_000]
    assert yard.run_of(yard.last, 12).total_minor == 4_000
    assert code_of(lambda: dispose_asset(yard.ctx, asset=asset, on=date(yard.last, 11, 1), how="scrap")) == "charged_beyond"
    gone = dispose_asset(yard.ctx, asset=asset, on=date(yard.last, 12, 31), how="scrap")
    assert (gone.state, gone.cost_minor, gone.depreciated_minor) == ("disposed", 0, 0)
    assert yard.balances("disposal_loss", "asset_equipment", "accumulated_equipment") == [72_000, 0, 0]
    reverse_movement(yard.ctx, movement=movement(yard, asset, "disposal"), on=yard.today, reason="Found.")
    back = yard.fresh(asset)
    assert (back.state, back.book_minor, yard.balance("disposal_loss"), yard.wrong()) == ("in_use", 72_000, 0, [])


def test_built_then_used_then_in_another_class(yard: Yard) -> None:
    """Under construction nothing is written off; the finished thing moves to its class: a transfer of the schedule of movements."""
    asset = yard.asset(100_000, kind="BUILDING-SITE", in_service_on=None)
    add_cost(yard.ctx, asset=asset, on=date(yard.last, 3, 1), cost=20_000, against=yard.money)
    assert code_of(lambda: yard.run_of(yard.last, 12)) == "nothing_due"
    reclassify_asset(yard.ctx, asset=asset, asset_class=yard.kind("EQUIPMENT"), on=date(yard.last, 7, 1))
    put_in_service(yard.ctx, asset=yard.fresh(asset), on=date(yard.last, 7, 1))
    assert yard.run_of(yard.last, 12).total_minor == 6_000
    assert yard.balances("asset_construction", "asset_equipment") == [0, 120_000]
    assert code_of(lambda: reclassify_asset(yard.ctx, asset=asset, asset_class=yard.kind("EQUIPMENT"), on=yard.today)) == "same_class"
    assert code_of(lambda: put_in_service(yard.ctx, asset=yard.fresh(asset), on=yard.today)) == "in_service_already"
    assert yard.wrong() == []


def test_by_use(yard: Yard) -> None:
    kind = yard.own_class("PRESS", method="units")
    asset = yard.asset(100_000, kind=kind, total_units=1_000, residual=10_000)
    record_usage(yard.ctx, asset=asset, on=date(yard.last, 1, 31), units=100)
    assert yard.run_of(yard.last, 1).total_minor == 9_000
    assert code_of(lambda: yard.run_of(yard.last, 2)) == "nothing_due"
    assert code_of(lambda: record_usage(yard.ctx, asset=asset, on=date(yard.last, 1, 31), units=1)) == "charged_already"
    record_usage(yard.ctx, asset=asset, on=date(yard.last, 3, 31), units=2_000)
    assert (yard.run_of(yard.last, 3).total_minor, yard.fresh(asset).book_minor) == (81_000, 10_000)


def test_macrs_gives_half_a_year_when_it_leaves(yard: Yard) -> None:
    kind = yard.own_class("MACRS", method="macrs", life_months=60)
    asset = yard.asset(1_000_000, kind=kind, on=date(yard.last - 1, 3, 1))
    assert yard.run_of(yard.last - 1, 12).total_minor == 200_000
    yard.run_of(yard.last, 11)
    dispose_asset(yard.ctx, asset=asset, on=date(yard.last, 11, 30), proceeds=640_000, against=yard.money)
    assert yard.balances("depreciation", "disposal_gain", "disposal_loss") == [360_000, 0, 0]
    assert yard.wrong() == []


def test_departments_pay_from_the_day_on_which_it_moves(yard: Yard) -> None:
    with scope(yard.company.pk):
        place = Dimension.objects.create(company=yard.company, code="site", name="Site")
        for code in ("S1", "S2"):
            DimensionValue.objects.create(company=yard.company, dimension=place, code=code, name=code)
    asset = yard.asset(120_000, dimensions="S1")
    yard.run_of(yard.last, 3)
    transfer_asset(yard.ctx, asset=asset, on=date(yard.last, 4, 10), place="Room 2", dimensions="S2")
    yard.run_of(yard.last, 4)
    with scope(yard.company.pk):
        lines = Line.objects.visible_to(yard.ctx).filter(account=yard.account("depreciation")).order_by("pk")
        assert [(line.dimensions, line.quantity_minor) for line in lines] == [(["S1"], 3_000), (["S2"], 1_000)]
    seen = see_asset(yard.ctx, asset=yard.fresh(asset), on=yard.today, place="Cellar")
    assert (seen.last_seen_on, seen.place) == (yard.today, "Cellar")
    assert code_of(lambda: see_asset(yard.ctx, asset=asset, on=yard.days(1))) == "in_the_future"


def test_components_leave_first(yard: Yard) -> None:
    whole = yard.asset(120_000)
    part = yard.asset(12_000, name="Lamp", part_of=whole, life_months=12)
    assert code_of(lambda: dispose_asset(yard.ctx, asset=whole, on=yard.today, how="scrap")) == "has_components"
    dispose_asset(yard.ctx, asset=part, on=yard.today, how="scrap")
    assert dispose_asset(yard.ctx, asset=whole, on=yard.today, how="scrap").state == "disposed"
    assert yard.wrong() == []


def test_who_may_not_and_what_makes_no_sense(yard: Yard) -> None:
    reader = make_ctx(yard.company, "assets.view_asset")
    assert code_of(lambda: post_depreciation(reader, through_on=yard.today)) == "not_allowed"
    assert code_of(lambda: begin_classes(yard.ctx, sample="german")) == "nothing_missing"
    assert code_of(lambda: yard.run_of(yard.today.year + 1, 1)) == "not_yet"
    assert code_of(lambda: yard.asset(100, residual=101)) == "asset_terms_amounts"
    assert code_of(lambda: yard.asset(100, in_service_on=date(yard.last - 1, 1, 1))) == "asset_in_service_after"
    assert code_of(lambda: yard.asset(100, against=yard.account("payable"))) == "control_account"
    assert code_of(lambda: yard.asset(100, kind=yard.own_class("U", method="units"))) == "asset_terms_life"


def test_a_list_of_assets_is_imported(yard: Yard) -> None:
    """Each row takes over an asset with its depreciation, or is refused with its sentence."""
    head = "number,name,asset_class,acquired_on,cost,depreciated,place,life_months\n"
    rows = f"X-1,X-ray,XRAY,{yard.last - 2}-01-01,9600.00,1200.00,Room 1,\nX-2,Lamp,EQUIPMENT,{yard.last}-01-01,100.00,200.00,,12\n"
    result = import_file(yard.ctx, resource_named("assets.asset"), "assets.csv", (head + rows).encode())
    assert (result.created, [(p.line, p.field) for p in result.problems if p.refused]) == (1, [(3, "depreciated")])
    with scope(yard.company.pk):
        asset = Asset.objects.visible_to(yard.ctx).get(number="X-1")
    assert (asset.cost_minor, asset.depreciated_minor, asset.place, asset.method) == (960_000, 120_000, "Room 1", "straight_line")
    assert yard.wrong() == []
