"""Levels and base rates to begin with."""

from __future__ import annotations

from datetime import date

from enfilade.back.dunning.models import BaseRate, DunningLevel
from enfilade.core.command import command
from enfilade.core.context import Context, Refusal

# Days after due, fee in minor units, interest of people and of businesses over the base rate (BGB § 288(1) and (2)).
GERMAN_LEVELS = (
    (1, "Zahlungserinnerung", 7, 0, None, None),
    (2, "Mahnung", 21, 250, 500, 900),
    (3, "Letzte Mahnung", 35, 250, 500, 900),
)
# BGB § 247, as the Deutsche Bundesbank announced them; later ones are added by hand twice a year.
GERMAN_RATES = (
    (date(2023, 1, 1), 162),
    (date(2023, 7, 1), 312),
    (date(2024, 1, 1), 362),
    (date(2024, 7, 1), 337),
    (date(2025, 1, 1), 227),
    (date(2025, 7, 1), 127),
)


@command(permission="dunning.begin_dunning", label="Begin with German levels", target="")
def begin_dunning(ctx: Context) -> list[DunningLevel]:
    """Add three levels with interest by German law and the base rates until July 2025; all of it can be changed.

    Refuses: has_levels.
    Source: BGB § 247, § 286, § 288; Deutsche Bundesbank, Basiszinssatz.
    """
    if DunningLevel.objects.visible_to(ctx).exists():
        raise Refusal("has_levels", "There are levels already; change those.")
    levels = [
        DunningLevel(company=ctx.company, number=number, name=name, days=days, fee_minor=fee, person_bp=person, business_bp=business)
        for number, name, days, fee, person, business in GERMAN_LEVELS
    ]
    rates = [
        BaseRate(company=ctx.company, valid_from=day, rate_bp=rate, source="Deutsche Bundesbank, § 247 BGB") for day, rate in GERMAN_RATES
    ]
    BaseRate.objects.bulk_create(rates, ignore_conflicts=True)
    return DunningLevel.objects.bulk_create(levels)
