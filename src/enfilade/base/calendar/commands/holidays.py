"""Public holidays: followed by country and region, loaded year by year."""

from __future__ import annotations

from typing import Annotated

import holidays as library

from enfilade.base.calendar.models import Holiday, HolidayCalendar, Site
from enfilade.core.command import Input, Ref, command
from enfilade.core.context import Context, Refusal

YEARS_AHEAD = 2


@command(permission="calendar.add_holidaycalendar", label="Follow public holidays", tone="primary")
def follow_holidays(
    ctx: Context,
    *,
    country: Annotated[str, Input(max_length=2)],
    region: Annotated[str, Input(max_length=10)] = "",
    site: Ref[Site] | None = None,
    closes: bool = True,
) -> HolidayCalendar:
    """Follow the public holidays of a country or region, this year's and those of the next two.

    country: two letters, such as DE. region: such as BY; left empty, those that the whole country has.
    site: where they count; left empty, for the whole company. A site with holidays of its own follows those alone.
    closes: whether nobody is open on them; each single day may say otherwise.
    Refuses: unknown_region; holidays_of_site_once (database).
    """
    country, region = country.strip().upper(), region.strip().upper()
    _known(ctx, country, region, ctx.today.year)
    calendar = HolidayCalendar.objects.create(company=ctx.company, site=site, country=country, region=region, closes=closes)
    for year in range(ctx.today.year, ctx.today.year + YEARS_AHEAD + 1):
        _load(ctx, calendar, year)
    return calendar


@command(permission="calendar.add_holidaycalendar", label="Load another year")
def load_holidays(
    ctx: Context, *, calendar: HolidayCalendar, year: Annotated[int, Input(min_value=1900, max_value=2199, prefill="ctx.today.year")]
) -> HolidayCalendar:
    """Add the public holidays of a year. What is there already, also where somebody has changed it, stays as it is.

    Refuses: unknown_region.
    """
    _load(ctx, calendar, year)
    return calendar


def _load(ctx: Context, calendar: HolidayCalendar, year: int) -> None:
    days = _known(ctx, calendar.country, calendar.region, year)
    Holiday.objects.bulk_create(
        [
            Holiday(company=ctx.company, calendar=calendar, on=day, name=name[:200], closes=calendar.closes)
            for day, names in sorted(days.items())
            for name in names.split("; ")
        ],
        ignore_conflicts=True,
    )


def _known(ctx: Context, country: str, region: str, year: int) -> library.HolidayBase:
    """The holidays of a year in the company's language, where the library knows it, else in the country's own."""
    spoken = library.list_localized_countries(include_aliases=False).get(country, [])
    wanted = ctx.company.language.replace("-", "_")[:2]
    language = next((code for code in spoken if code[:2] == wanted), None)
    try:
        return library.country_holidays(country, subdiv=region or None, years=year, language=language)
    except NotImplementedError:
        where = f"{country}-{region}" if region else country
        regions = library.list_supported_countries().get(country, [])
        more = f" Regions are: {', '.join(regions)}." if regions and region else ""
        raise Refusal(
            "unknown_region", f"No public holidays are known for {where[:20]}.{more}"[:480], field="region" if region else "country"
        ) from None
