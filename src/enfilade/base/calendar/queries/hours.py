"""When somebody is open: weekly hours, days on which others count, closures and public holidays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Lookup, Q

from enfilade.base.calendar.models import Bookable, Closure, Holiday, HolidayCalendar, OpeningHours, SpecialHours
from enfilade.base.calendar.rules import DAY, Days, Interval, at_local, day_span, days_of_rule, open_between
from enfilade.core.context import Context

NOON = time(12)
HORIZON_DAYS = 100


class AnyOf(Lookup):
    """A key is one of a list, which goes to the database as one array: two hundred values one by one take longer to say than to look up."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """`key = ANY(array)`."""
        sql, params = self.process_lhs(compiler, connection)
        return f"{sql} = ANY(%s)", [*params, self.rhs]


@dataclass
class Timetable:
    """What is said about opening between two days, by primary key of the bookable, None for the whole company.

    weekly: opening hours. closed: days on which there are none. special: by day, the hours that count there whatever else is said.
    holidays: days that public holidays close, by primary key of the site, None for the company.
    """

    weekly: dict[int | None, list[OpeningHours]]
    closed: dict[int | None, list[Days]]
    special: dict[int | None, dict[date, list[SpecialHours]]]
    holidays: dict[int | None, list[Days]]
    known: dict[Any, list[Interval]] = field(default_factory=dict)

    def open(self, bookable: Bookable | None, start: datetime, end: datetime, ctx: Context) -> list[Interval]:
        """When a bookable, or the company, is open. Those of whom the same is said are worked out once."""
        key = bookable.pk if bookable is not None else None
        site = bookable.site_id if bookable is not None and bookable.site_id in self.holidays else None
        own, closed, special = (self.weekly.get(key, []), self.closed.get(key, []), self.special.get(key, {})) if key else ([], [], {})
        said = (
            site,
            tuple((h.weekday, h.opens_at, h.closes_at, h.valid_from, h.valid_until) for h in own),
            tuple(closed),
            tuple((day, h.opens_at, h.closes_at) for day, rows in special.items() for h in rows),
            start,
            end,
        )
        if said not in self.known:
            shut = [*self.closed.get(None, []), *closed, *self.holidays.get(site, [])]
            days = {**self.special.get(None, {}), **special}
            self.known[said] = open_between(own, self.weekly.get(None, []), shut, start, end, ctx.zone, days)
        return self.known[said]


def timetable(ctx: Context, bookables: Sequence[Bookable], from_at: datetime, until_at: datetime) -> Timetable:
    """What is said about the opening of some bookables between two instants: four queries, however many they are."""
    mine = Q(bookable=None) | Q(AnyOf(F("bookable"), [b.pk for b in bookables]))
    first, last = from_at.astimezone(ctx.zone).date(), until_at.astimezone(ctx.zone).date()
    found = Timetable(defaultdict(list), defaultdict(list), defaultdict(dict), {})
    for hours in OpeningHours.objects.visible_to(ctx).filter(mine):
        found.weekly[hours.bookable_id].append(hours)
    once_or_again = Q(ends_on__gte=first) | ~Q(rule="")
    for closure in Closure.objects.visible_to(ctx).filter(mine, once_or_again, starts_on__lte=last):
        length = closure.ends_on - closure.starts_on
        starts = days_of_rule(closure.rule, closure.starts_on, last) if closure.rule else [closure.starts_on]
        found.closed[closure.bookable_id] += [Days(d, d + length) for d in starts if d + length >= first]
    for special in SpecialHours.objects.visible_to(ctx).filter(mine, Q(on__gte=first) | ~Q(rule=""), on__lte=last):
        for day in days_of_rule(special.rule, special.on, last) if special.rule else [special.on]:
            if day >= first:
                found.special[special.bookable_id].setdefault(day, []).append(special)
    followed = HolidayCalendar.objects.visible_to(ctx)
    rows = followed.filter(Q(holidays__on__gte=first, holidays__on__lte=last, holidays__closes=True) | ~Q(site=None))
    for site, on, closes in rows.values_list("site", "holidays__on", "holidays__closes"):
        # A site with a calendar of its own follows that alone, also in weeks without a holiday.
        days = found.holidays.setdefault(site, [])
        if closes and on and first <= on <= last:
            days.append(Days(on, on))
    return found


def open_hours(ctx: Context, bookables: Sequence[Bookable], from_at: datetime, until_at: datetime) -> dict[int, list[Interval]]:
    """When each bookable is open between two instants, closures and holidays taken out."""
    said = timetable(ctx, bookables, from_at, until_at)
    return {b.pk: said.open(b, from_at, until_at, ctx) for b in bookables}


def company_hours(ctx: Context, from_at: datetime, until_at: datetime) -> list[Interval]:
    """When the company is open between two instants, in order, closures and holidays taken out."""
    return timetable(ctx, [], from_at, until_at).open(None, from_at, until_at, ctx)


def holidays_between(ctx: Context, first: date, last: date) -> list[Holiday]:
    """Public holidays of the company and its sites, in order, those that do not close included."""
    rows = Holiday.objects.visible_to(ctx).filter(on__gte=first, on__lte=last).select_related("calendar__site")
    return list(rows.order_by("on", "pk"))


def next_working_noon(ctx: Context, after: datetime) -> datetime:
    """Noon of the next day on which the company is open; where it is never open, noon tomorrow."""
    today = after.astimezone(ctx.zone).date()
    said = timetable(ctx, [], after, after + timedelta(days=HORIZON_DAYS))
    days = [today + n * DAY for n in range(1, HORIZON_DAYS)]
    working = (d for d in days if said.open(None, *day_span(d, ctx.zone), ctx))
    return at_local(next(working, days[0]), NOON, ctx.zone)
