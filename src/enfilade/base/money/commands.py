"""Take the rates of a file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from enfilade.core.command import Input, Ref, command
from enfilade.core.context import Context, Invalid, Refusal
from enfilade.core.events import publish
from enfilade.core.files import at_line, open_file, refuse_file
from enfilade.core.models import StoredFile

from .events import RatesTaken
from .formats.ecb import FoundRate, read_rates
from .models import Rate
from .queries import recorded

EURO, SOURCE = "EUR", "ECB"
RATES_MAX = 100_000


@command(permission="money.import_rates", label="Take rates of the ECB", tone="primary", target="")
def import_rates(
    ctx: Context,
    *,
    file: Ref[StoredFile],
    from_on: Annotated[date | None, Input(label="From", help="The beginning of the year before when left out.")] = None,
) -> Rate:
    """Record the reference rates of a file of the European Central Bank: XML or CSV, of a day or with its history, also in a zip.

    from_on: days before it are not taken.
    Refuses: invalid (what can't be read, with its line; a rate that differs from one that is recorded for its day), nothing_new,
    too_many_rates: then nothing is recorded. rate_once_a_day, rate_positive (database).
    """
    with open_file(file) as content:
        found = read_rates(content.read())
    refuse_file([at_line(p["line"], p["sentence"], p["field"]) for p in found.problems if p["refused"]])
    first = from_on or date(ctx.today.year - 1, 1, 1)
    wanted = [(date.fromisoformat(rate.on), rate) for rate in found.rates if date.fromisoformat(rate.on) >= first]
    if not wanted:
        raise Invalid({"from_on": [f"There is no rate of {first:%Y-%m-%d} or later in this file."]})
    if len(wanted) > RATES_MAX:
        raise Refusal("too_many_rates", f"These are more than {RATES_MAX} rates. Begin at a later day.", field="from_on")
    days = [on for on, _ in wanted]
    fresh = _fresh(ctx, wanted, min(days), max(days))
    if not fresh:
        raise Refusal("nothing_new", "Every rate of this file is recorded already.", field="file")
    Rate.objects.bulk_create(fresh, batch_size=5_000)
    publish(ctx, RatesTaken(file=file.pk, rates=len(fresh), from_on=min(days), to_on=max(days)))
    return max(fresh, key=lambda rate: (rate.on, rate.quote))


def _fresh(ctx: Context, wanted: list[tuple[date, FoundRate]], first: date, last: date) -> list[Rate]:
    """The rates that are not recorded yet. Refuses those of which another one is."""
    known = recorded(ctx, EURO, first, last)
    differing, fresh = [], []
    for on, rate in wanted:
        value, there = Decimal(rate.rate), known.get((on, rate.currency))
        if there is None:
            fresh.append(Rate(company=ctx.company, base=EURO, quote=rate.currency, on=on, rate=value, source=SOURCE))
        elif there != value:
            said = f"The file says {value} for {rate.currency} on {rate.on}, recorded is {there.normalize():f}."
            differing.append(at_line(rate.line, said, rate.currency))
    refuse_file(differing)
    return fresh
