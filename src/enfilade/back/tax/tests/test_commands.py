"""Codes by class and day; what may not be recorded."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection

from enfilade.back.tax.commands import load_tax_codes
from enfilade.back.tax.models import TaxCode
from enfilade.back.tax.queries import tax_for, taxes_for
from enfilade.core.command import run_raw
from enfilade.core.context import Context, NotAllowed, Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ctx() -> Context:
    """An owner with the German codes."""
    made = make_ctx(make_company(), "*")
    load_tax_codes(made)
    return made


RATES = [
    ("standard", date(2020, 6, 30), 1900),
    ("standard", date(2020, 7, 1), 1600),
    ("standard", date(2020, 12, 31), 1600),
    ("standard", date(2021, 1, 1), 1900),
    ("reduced", date(2026, 11, 2), 700),
    ("reduced", date(2020, 8, 1), 500),
    ("exempt", date(2026, 11, 2), 0),
    ("zero", date(2026, 11, 2), 0),
]


def test_the_rate_of_the_day(ctx: Context) -> None:
    with scope(ctx.company_id, read_only=True):
        for tax_class, on, rate in RATES:
            assert tax_for(ctx, tax_class, on).rate_bp == rate, (tax_class, on)


def test_medical_care_names_its_law(ctx: Context) -> None:
    with scope(ctx.company_id, read_only=True):
        code = tax_for(ctx, "exempt", date(2026, 11, 2))
    assert (code.category, "§ 4 Nr. 14" in code.exemption_reason, code.rate_percent) == ("E", True, "0 %")


def test_no_code_is_a_refusal(ctx: Context) -> None:
    with scope(ctx.company_id, read_only=True), pytest.raises(Refusal) as no:
        taxes_for(ctx, ["standard", "exempt"], date(1999, 1, 1))
    assert no.value.code == "no_tax_code"
    with pytest.raises(Refusal) as no:
        load_tax_codes(ctx, country="AQ")
    assert no.value.code == "no_preset"


def test_one_query_for_several_classes(ctx: Context, django_assert_num_queries: Any) -> None:
    with scope(ctx.company_id, read_only=True), django_assert_num_queries(1):
        assert len(taxes_for(ctx, ["standard", "reduced", "exempt"], date(2026, 1, 1))) == 3


GOOD = {
    "tax_class": "standard",
    "country": "AT",
    "code": "AT20",
    "name": "VAT 20 %",
    "category": "S",
    "rate_bp": 2000,
    "valid_from": "2016-01-01",
}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"rate_bp": 10_001}, "tax_rate_at_most_all"),
    ({"rate_bp": 0}, "tax_rate_fits_category"),
    ({"category": "E", "rate_bp": 0}, "tax_exemption_has_reason"),
    ({"category": "Z", "rate_bp": 5}, "tax_rate_fits_category"),
    ({"country": "at"}, "tax_country_iso"),
    ({"valid_until": "2015-01-01"}, "tax_dates_forwards"),
    ({"country": "DE", "code": "DE19x"}, "tax_one_code_a_day"),
    ({"rate_bp": -1}, "invalid"),
    ({"category": "Q"}, "invalid"),
]


def test_what_may_not_be_recorded(ctx: Context) -> None:
    with scope(ctx.company_id):
        before = TaxCode.objects.count()
    for change, code in WRONG:
        with pytest.raises(Refusal) as no:
            run_raw(ctx, "tax.add_taxcode", {**GOOD, **change})
        assert no.value.code == code, change
    with scope(ctx.company_id):
        assert TaxCode.objects.count() == before


def test_a_new_rate_follows_an_ended_one(ctx: Context) -> None:
    first = run_raw(ctx, "tax.add_taxcode", GOOD)
    run_raw(ctx, "tax.change_taxcode", {"taxcode": first.pk, "valid_until": "2026-12-31"})
    run_raw(ctx, "tax.add_taxcode", {**GOOD, "code": "AT21", "rate_bp": 2100, "valid_from": "2027-01-01"})
    with scope(ctx.company_id, read_only=True):
        assert [tax_for(ctx, "standard", day, "AT").rate_bp for day in (date(2026, 12, 31), date(2027, 1, 1))] == [2000, 2100]


def test_sql_meets_the_same_constraints(ctx: Context) -> None:
    with pytest.raises(IntegrityError), scope(ctx.company_id), connection.cursor() as cursor:
        cursor.execute("UPDATE tax_taxcode SET valid_until = NULL WHERE code = 'DE16'")


def test_who_may_look_may_not_change(ctx: Context) -> None:
    with pytest.raises(NotAllowed):
        run_raw(make_ctx(ctx.company, "tax.view_taxcode"), "tax.add_taxcode", GOOD)
