"""Rates on a day, and amounts in another currency."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from enfilade.core.context import Context, Refusal

from . import rules
from .days import T2_DAYS
from .models import Rate
from .rules import Quoted, RateOn

# Rates of one currency against many cross through this one where the company's own leads nowhere: what central banks of Europe publish.
PIVOT = "EUR"
# The last rate of each pair until a day, whichever way round it was recorded: one look into the index a pair, however long its history.
_LATEST = """
SELECT p.base, p.quote, r."on", r.rate, r.source
  FROM unnest(%(bases)s::text[], %(quotes)s::text[]) AS p (base, quote)
 CROSS JOIN LATERAL (
    SELECT x."on", x.rate, x.source FROM money_rate x
     WHERE x.company_id = %(company)s AND x.base = p.base AND x.quote = p.quote AND x."on" <= %(on)s ORDER BY x."on" DESC LIMIT 1
 ) r
"""


def rates_on(ctx: Context, bases: Collection[str], quote: str, on: date) -> dict[str, RateOn]:
    """What each currency is worth in another one on a day; those without a rate are absent. One query, however many.

    A rate of the day is the last one recorded until then: of the pair itself either way round, the newer of both, else across the
    company's own currency or the euro. Shape: currency -> rate.
    """
    pivots = {ctx.company.currency, PIVOT}
    pairs = {(one, other) for one in {*bases, quote} for other in {quote, *pivots} if one != other}
    pairs |= {(other, one) for one, other in pairs}
    ordered = sorted(pairs)
    values: dict[str, Any] = {"company": ctx.company_id, "on": on, "bases": [b for b, _ in ordered], "quotes": [q for _, q in ordered]}
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, values)
        known = {(base, other): Quoted(rate, day, source) for base, other, day, rate, source in cursor.fetchall()}
    found = {base: rules.rate_between(known, base, quote, on, sorted(pivots)) for base in bases}
    return {base: rate for base, rate in found.items() if rate is not None}


def rate_on(ctx: Context, base: str, quote: str, on: date) -> RateOn:
    """What one currency is worth in another one on a day, with the day and the source of the rate.

    Refuses: no_rate.
    """
    found = rates_on(ctx, [base], quote, on).get(base)
    if found is None:
        raise Refusal("no_rate", f"There is no rate between {base} and {quote} on {on:%Y-%m-%d} or before.")
    return found


def published_rates(ctx: Context, currencies: Collection[str], on: date) -> dict[str, RateOn]:
    """What each currency is worth in euros by the rates that the European Central Bank published for a day, or its next day of publication.

    Only what was recorded for that very day with ECB as its source counts, since the law that asks for this knows no other rate.
    Refuses: no_published_rate.
    """
    day = T2_DAYS.from_day(on)
    wanted = sorted(set(currencies) - {PIVOT})
    rows = Rate.objects.visible_to(ctx).filter(base=PIVOT, quote__in=wanted, on=day, source__iexact="ECB") if wanted else ()
    found = {row.quote: RateOn(row.quote, PIVOT, Decimal(1), row.rate, day, on, row.source) for row in rows}
    if missing := next((currency for currency in wanted if currency not in found), ""):
        said = (
            f"The rate of the European Central Bank for {missing} of {day:%Y-%m-%d} is missing: take it, or record it with the source ECB."
        )
        raise Refusal("no_published_rate", said, field="on")
    return found | {PIVOT: RateOn(PIVOT, PIVOT, Decimal(1), Decimal(1), on, on)}


def rate_of(ctx: Context, base: str, quote: str, on: date) -> Decimal:
    """Units of `quote` for one `base` on a day: the last rate recorded until then, either way round or across a third currency.

    Refuses: no_rate.
    """
    return rate_on(ctx, base, quote, on).rate


def convert(ctx: Context, amount_minor: int, base: str, quote: str, on: date) -> int:
    """An amount in minor units of `base` as minor units of `quote`, at the rate of a day, rounded half up."""
    return rate_on(ctx, base, quote, on).worth_of(amount_minor)


def latest_rates(ctx: Context, on: date) -> list[Rate]:
    """The last rate of every pair until a day, in the order of their codes."""
    rows = Rate.objects.visible_to(ctx).filter(on__lte=on).order_by("base", "quote", "-on")
    return list(rows.distinct("base", "quote"))


def recorded(ctx: Context, base: str, from_on: date, to_on: date) -> dict[tuple[date, str], Decimal]:
    """Rates of one currency between two days. Shape: (day, other currency) -> rate."""
    rows = Rate.objects.visible_to(ctx).filter(base=base, on__gte=from_on, on__lte=to_on)
    return {(day, quote): rate for day, quote, rate in rows.values_list("on", "quote", "rate")}
