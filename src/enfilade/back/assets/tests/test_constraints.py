"""The tables hold against whoever writes."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection

from enfilade.core.scope import scope

from .yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)

_CHARGE = """
INSERT INTO assets_movement (company_id, asset_id, asset_class_id, kind, "on", cost_minor, depreciation_minor, proceeds_minor, from_on,
                             through_on, text, made_by_id, made_at, standing)
SELECT company_id, id, asset_class_id, '{kind}', '{year}-02-28', {cost}, {off}, 0, {days}, '', (SELECT min(id) FROM core_user), now(), true
  FROM assets_asset
"""


def charge(kind: str = "depreciation", cost: int = 0, off: int = 1, days: str = "NULL, NULL") -> str:
    return _CHARGE.replace("{kind}", kind).replace("{cost}", str(cost)).replace("{off}", str(off)).replace("{days}", days)


@pytest.mark.parametrize(
    ("attack", "constraint"),
    [
        (charge(days="'{year}-01-15', '{year}-02-28'"), "asset_day_charged_once"),
        (charge(days="'{year}-03-15', '{year}-02-28'"), "asset_charge_for_days"),
        (charge(off=10**9), "asset_not_below_residual"),
        (charge("disposal", cost=-(10**9)), "asset_movement_signs"),
        (charge("write_up", off=5), "asset_movement_signs"),
        ("UPDATE assets_movement SET depreciation_minor = 1", "asset_movement_unchanged"),
        ("UPDATE assets_movement SET standing = false", "asset_movement_unchanged"),
        ("DELETE FROM assets_movement", "asset_movement_unchanged"),
        ("UPDATE assets_assetterms SET life_months = 1", "asset_terms_unchanged"),
        ("DELETE FROM assets_assetterms", "asset_terms_unchanged"),
        ("UPDATE assets_depreciationrun SET total_minor = 1", "depreciation_run_unchanged"),
        ("DELETE FROM assets_depreciationrun", "depreciation_run_unchanged"),
        ("DELETE FROM assets_asset", "asset_kept"),
        ("UPDATE assets_asset SET number = 'B'", "asset_number_kept"),
        ("UPDATE assets_asset SET residual_minor = 119999", "asset_not_below_residual"),
        ("UPDATE assets_asset SET state = 'disposed', disposed_on = now()", "asset_state_true"),
        ("UPDATE assets_asset SET part_of_id = id", "asset_not_part_of_itself"),
        ("UPDATE assets_assetclass SET cost_account_id = expense_account_id WHERE code = 'EQUIPMENT'", "asset_class_accounts_kept"),
        ("UPDATE assets_assetclass SET life_months = 0 WHERE code = 'EQUIPMENT'", "asset_class_life"),
    ],
)
def test_hand_written_sql_is_refused(yard: Yard, attack: str, constraint: str) -> None:
    yard.asset(120_000)
    yard.run_of(yard.last, 1)
    with pytest.raises(DatabaseError) as no, scope(yard.company.pk), connection.cursor() as cursor:
        cursor.execute(attack.replace("{year}", str(yard.last)))
    assert str(no.value.__cause__.diag.constraint_name) == constraint  # type: ignore[union-attr]


def test_sums_are_those_of_the_movements_whatever_is_written(yard: Yard) -> None:
    asset = yard.asset(120_000)
    with scope(yard.company.pk), connection.cursor() as cursor:
        cursor.execute("UPDATE assets_asset SET cost_minor = 1, depreciated_minor = 0, charged_through = '2001-01-01'")
    fresh = yard.fresh(asset)
    assert (fresh.cost_minor, fresh.charged_through) == (120_000, None)
    assert fresh.acquired_on == date(yard.last, 1, 1)
