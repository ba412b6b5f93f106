"""Reads of visitors: who is expected, who is in the house, who is watched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils.crypto import get_random_string

from enfilade.base.calendar.rules import day_span
from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.models import RecordQuerySet

from .models import IN_THE_HOUSE, Entrance, Visitor, WatchedPerson
from .rules import free_badge, visitor_key

PATIENCE = timedelta(minutes=10)


# Where somebody is -> what is usually done next: command, words.
STEPS = {
    "expected": (("admit_visitor", "Let in"),),
    "waiting": (("fetch_visitor", "Fetched"), ("remind_host", "Remind"), ("let_out", "Has left")),
    "inside": (("let_out", "Has left"),),
}


@dataclass(frozen=True)
class House:
    """The visitors of today who have not left: expected by time, the others by when they came in."""

    expected: list[Visitor]
    waiting: list[Visitor]
    inside: list[Visitor]


@dataclass(frozen=True)
class Step:
    """What the caller can do with a visitor by one press. key: so that two presses do it once."""

    label: str
    url: str
    key: str


@dataclass(frozen=True)
class Roll:
    """Who has to be counted when the house is left: the visitors of one entrance, by name."""

    entrance: Entrance
    visitors: list[Visitor]


def entrances(ctx: Context) -> list[Entrance]:
    """Those in use, by name."""
    return list(Entrance.objects.visible_to(ctx).filter(active=True).order_by("name"))


def in_the_house(ctx: Context) -> RecordQuerySet:
    """Visitors who came in and have not left, by when they came; with whom they came to see."""
    rows = Visitor.objects.visible_to(ctx).filter(state__in=IN_THE_HOUSE)
    return rows.select_related("host", "entrance", "watched").order_by("arrived_at", "pk")


def expected_on(ctx: Context, on: date) -> RecordQuerySet:
    """Who is expected on a day and has not come yet, by time."""
    start, end = day_span(on, ctx.zone)
    rows = Visitor.objects.visible_to(ctx).filter(state=Visitor.State.EXPECTED, expected_at__lt=end)
    return (
        rows.filter(Q(expected_at__gte=start) | Q(expected_until__gt=start))
        .select_related("host", "entrance")
        .order_by("expected_at", "pk")
    )


def house_of_today(ctx: Context) -> House:
    """Who is expected, who waits for a host, and who is with one: two queries."""
    here = list(in_the_house(ctx))
    return House(
        list(expected_on(ctx, ctx.today)),
        [v for v in here if v.state == Visitor.State.WAITING],
        [v for v in here if v.state == Visitor.State.INSIDE],
    )


def steps_of(ctx: Context, visitor: Visitor) -> list[Step]:
    """What the caller may do with a visitor now, the usual step first."""
    return [
        Step(label, f"/visitors/do/{verb}/{visitor.pk}/", get_random_string(20))
        for verb, label in STEPS.get(visitor.state, ())
        if ctx.may(f"visitors.{verb}")
    ]


def left_on(ctx: Context, on: date) -> RecordQuerySet:
    """Who left on a day, the last first."""
    start, end = day_span(on, ctx.zone)
    rows = Visitor.objects.visible_to(ctx).filter(state=Visitor.State.LEFT, left_at__gte=start, left_at__lt=end)
    return rows.select_related("host", "entrance").order_by("-left_at", "-pk")


def waiting_long(ctx: Context) -> list[Visitor]:
    """Who has waited for ten minutes, of whom the host was not reminded yet."""
    rows = Visitor.objects.visible_to(ctx).filter(state=Visitor.State.WAITING, reminded_at=None, arrived_at__lte=ctx.now - PATIENCE)
    return list(rows.order_by("arrived_at", "pk"))


def not_come(ctx: Context) -> list[Visitor]:
    """Who was expected until a day that is over."""
    start, _ = day_span(ctx.today, ctx.zone)
    rows = Visitor.objects.visible_to(ctx).filter(state=Visitor.State.EXPECTED, expected_at__lt=start)
    return list(rows.filter(Q(expected_until=None) | Q(expected_until__lt=start)).order_by("expected_at", "pk"))


def expected_by_name(ctx: Context, name: str) -> list[Visitor]:
    """The visitors of today that somebody of this name can be."""
    return list(expected_on(ctx, ctx.today).filter(name_key=visitor_key(name)))


def watched(ctx: Context, name: str, organisation: str = "") -> WatchedPerson | None:
    """The entry of the watch list that applies to somebody; one that refuses goes before one that tells.

    An entry with an organisation applies where the visitor names the same one, or none.
    """
    rows = WatchedPerson.objects.filter(company=ctx.company_id, name_key=visitor_key(name)).filter(
        Q(until_on=None) | Q(until_on__gte=ctx.today)
    )
    theirs = visitor_key(organisation)
    found = [
        w for w in rows.select_related("owner").order_by("pk") if not w.organisation or not theirs or visitor_key(w.organisation) == theirs
    ]
    return min(found, key=lambda w: w.what != WatchedPerson.What.REFUSE, default=None)


def next_badge(entrance: Entrance) -> int | None:
    """The lowest badge of an entrance that nobody wears; None where it has none or none is left."""
    return free_badge(
        entrance.badges, entrance.visitors.filter(state__in=IN_THE_HOUSE, badge__isnull=False).values_list("badge", flat=True)
    )


def roll(ctx: Context) -> list[Roll]:
    """Everybody to be counted, by entrance; entrances without visitors too, so that one sees that nobody is missing."""
    places = entrances(ctx)
    found: dict[int, list[Visitor]] = {place.pk: [] for place in places}
    for visitor in in_the_house(ctx).order_by("name", "pk"):
        found.setdefault(visitor.entrance_id, []).append(visitor)
    known = {place.pk: place for place in places} | {v.entrance_id: v.entrance for rows in found.values() for v in rows}
    return [Roll(known[key], rows) for key, rows in found.items()]


def visits_of(ctx: Context, party: Party, many: int) -> list[Visitor]:
    """The last visits of somebody, the newest first."""
    return list(Visitor.objects.visible_to(ctx).filter(party=party).select_related("host").order_by("-expected_at", "-pk")[:many])
