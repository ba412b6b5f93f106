"""Rates through the commands, and what they give."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection

from enfilade.base.money.models import Rate
from enfilade.base.money.queries import convert, rate_of
from enfilade.core.command import run_raw
from enfilade.core.context import Context, Invalid, NotAllowed, Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ctx() -> Context:
    """Somebody who may do everything."""
    return make_ctx(make_company(), "*")


def record(ctx: Context, **more: Any) -> Rate:
    """A rate of the euro in dollars."""
    return run_raw(ctx, "money.add_rate", {"base": "EUR", "quote": "USD", "on": "2026-11-02", "rate": "1.0850", **more})


def test_the_last_rate_until_a_day_counts(ctx: Context) -> None:
    """Given two rates, when one asks between, before and after, then the right one or a refusal."""
    record(ctx)
    record(ctx, on="2026-11-05", rate="1.1")
    with scope(ctx.company_id):
        assert rate_of(ctx, "EUR", "USD", date(2026, 11, 4)) == Decimal("1.085")
        assert rate_of(ctx, "EUR", "USD", date(2026, 12, 1)) == Decimal("1.1")
        assert convert(ctx, 11_000, "USD", "EUR", date(2026, 11, 5)) == 10_000
        assert rate_of(ctx, "CHF", "CHF", date(2000, 1, 1)) == 1
        with pytest.raises(Refusal) as no:
            rate_of(ctx, "EUR", "USD", date(2026, 11, 1))
    assert no.value.code == "no_rate"


def test_one_rate_a_day(ctx: Context) -> None:
    """The second one is refused with the sentence of the constraint, and nothing changed."""
    record(ctx)
    with pytest.raises(Refusal) as no:
        record(ctx, rate="1.2")
    assert no.value.code == "rate_once_a_day"
    with scope(ctx.company_id):
        assert [r.rate for r in Rate.objects.all()] == [Decimal("1.085")]


def test_rates_that_are_none(ctx: Context) -> None:
    """Refused by the form or by the database, never stored."""
    for bad in ({"rate": "0"}, {"rate": "-1"}, {"quote": "EUR"}, {"base": "eu"}, {"rate": "abc"}, {"on": "2026-02-30"}):
        with pytest.raises((Refusal, Invalid)):
            record(ctx, **bad)
    with scope(ctx.company_id):
        assert not Rate.objects.exists()


def test_nobody_without_permission(ctx: Context) -> None:
    """Deny by default."""
    with pytest.raises(NotAllowed):
        record(make_ctx(ctx.company, "money.view_rate"))


def test_the_table_itself_refuses(ctx: Context) -> None:
    """Raw SQL, past every form."""
    for values in ("'EUR','USD','2026-11-02',0", "'EUR','EUR','2026-11-02',1", "'eur','USD','2026-11-02',1"):
        sql = f"INSERT INTO money_rate (company_id, base, quote, \"on\", rate, source) VALUES ({ctx.company_id}, {values}, '')"  # noqa: S608
        with pytest.raises(IntegrityError), scope(ctx.company_id), connection.cursor() as cursor:
            cursor.execute(sql)
