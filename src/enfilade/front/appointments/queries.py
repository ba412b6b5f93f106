"""Reads of appointments: who is where, what is missing, what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from enfilade.back.billing import rules as billing_rules
from enfilade.back.billing.models import Charge
from enfilade.back.billing.queries import charges_of
from enfilade.back.tax.queries import taxes_for
from enfilade.base.calendar.models import Bookable, Booking
from enfilade.base.calendar.queries import Need, Slot, bookables_for, booked_places, find_slots
from enfilade.base.calendar.rules import day_span
from enfilade.base.document.queries import Requirement, requirements
from enfilade.base.message.queries import refs_written_to
from enfilade.base.party.models import Party
from enfilade.core.context import Context, Refusal
from enfilade.core.held import held_for
from enfilade.core.models import HeldCommand, RecordQuerySet
from enfilade.core.refs import ref

from .mails import REMINDER
from .models import IN_THE_HOUSE, Service, Visit
from .rules import need_for

SEARCH_DAYS = 28
DISCOUNT = "billing.give_discount"


@dataclass(frozen=True)
class Fee:
    """What a visit costs. charges: everything noted for it; the sums count what is not waived."""

    charges: list[Charge]
    net_minor: int
    tax_minor: int
    discount_minor: int

    @property
    def total_minor(self) -> int:
        """What the patient pays."""
        return self.net_minor + self.tax_minor


def needs_of(service: Service, practitioner: Bookable | None = None) -> list[Need]:
    """What a service needs; with a practitioner, she herself in the place that her tags fit.

    Refuses: wrong_practitioner.
    """
    needs: list[Need] = [list(need) for need in service.needs]
    if practitioner is not None:
        place = need_for(service.needs, practitioner.tags)
        if place is None:
            raise Refusal("wrong_practitioner", f"{practitioner} does not do {service}.", field="practitioner")
        needs[place] = practitioner
    return needs


def who_again(visit: Visit, service: Service) -> Bookable | None:
    """Who treated in a visit, if she works and does the service of the next one; else whoever is free."""
    who = visit.practitioner
    return who if who is not None and who.active and need_for(service.needs, who.tags) is not None else None


def free_times(
    ctx: Context, service: Service, practitioner: Bookable | None, from_at: datetime, limit: int = 12, ignore: Booking | None = None
) -> list[Slot]:
    """The next times at which a service can take place."""
    return find_slots(
        ctx,
        needs=needs_of(service, practitioner),
        duration_min=service.duration_min,
        from_at=from_at,
        until_at=from_at + timedelta(days=SEARCH_DAYS),
        limit=limit,
        buffer_after_min=service.buffer_min,
        ignore=ignore,
    )


def visits(ctx: Context) -> RecordQuerySet:
    """Visits with what a line about them needs."""
    rows = Visit.objects.visible_to(ctx).select_related("party", "service", "practitioner", "booking")
    return rows.prefetch_related("party__contact_points")


def visits_of_day(ctx: Context, day: date) -> RecordQuerySet:
    """Visits that begin on a day, and those who are still in the house, in order."""
    from_at, until_at = day_span(day, ctx.zone)
    that_day = Q(starts_at__gte=from_at, starts_at__lt=until_at)
    still_here = Q(state__in=IN_THE_HOUSE) if day == ctx.today else Q()
    return visits(ctx).filter(that_day | still_here if still_here else that_day).order_by("starts_at", "pk")


def visits_of(ctx: Context, bookable: Bookable, first: date, last: date) -> RecordQuerySet:
    """Visits for which somebody is booked that begin from one day to another, both included, in order."""
    from_at, until_at = day_span(first, ctx.zone)[0], day_span(last, ctx.zone)[1]
    return _booked(visits(ctx).filter(starts_at__gte=from_at, starts_at__lt=until_at), bookable).order_by("starts_at", "pk")


def visits_of_party(ctx: Context, party: Party) -> RecordQuerySet:
    """Visits of a patient, newest first."""
    return visits(ctx).filter(party=party).order_by("-starts_at", "-pk")


def next_visit(ctx: Context, party: Party) -> Visit | None:
    """The next visit that is booked for a patient."""
    return visits(ctx).filter(party=party, state=Visit.State.BOOKED, starts_at__gte=ctx.now).order_by("starts_at").first()


def visits_to_remind_of(ctx: Context, day: date) -> list[Visit]:
    """Visits of a day that are booked, whose patient has an e-mail address and was not reminded today."""
    booked = visits_of_day(ctx, day).filter(state=Visit.State.BOOKED, party__contact_points__kind="email").distinct()
    rows = list(booked)
    done = refs_written_to(ctx, [ref(v) for v in rows], REMINDER.code, since=day_span(ctx.today, ctx.zone)[0])
    return [v for v in rows if ref(v) not in done]


def visits_with(ctx: Context, bookable: Bookable, day: date) -> RecordQuerySet:
    """Visits of a day for which somebody is booked."""
    return _booked(visits_of_day(ctx, day), bookable)


def _booked(rows: RecordQuerySet, bookable: Bookable) -> RecordQuerySet:
    return rows.filter(booking__slots__bookable=bookable, booking__slots__active=True)


def places_of(ctx: Context, rows: Sequence[Visit]) -> dict[int, str]:
    """Chairs and rooms by primary key of the booking."""
    return booked_places(ctx, [v.booking_id for v in rows])


def used_bookables(ctx: Context) -> list[Bookable]:
    """Whoever and whatever some service needs: people first, then rooms and chairs, each in the order of entry."""
    tags = _needed_tags(ctx)
    return sorted(bookables_for(ctx, tags) if tags else [], key=lambda b: (b.kind != Bookable.Kind.PERSON, b.pk))


def practitioners(ctx: Context) -> list[Bookable]:
    """People who can be booked for some service by name: those who meet the first need of one."""
    first = {tag for needs in _needs(ctx) for tag in needs[0]}
    return [b for b in used_bookables(ctx) if b.kind == Bookable.Kind.PERSON and first & set(b.tags)]


def _needs(ctx: Context) -> list[list[list[str]]]:
    return list(Service.objects.visible_to(ctx).filter(active=True).values_list("needs", flat=True))


def _needed_tags(ctx: Context) -> list[str]:
    return sorted({tag for needs in _needs(ctx) for need in needs for tag in need})


def papers(ctx: Context, visit: Visit) -> list[Requirement]:
    """The documents that a visit takes, and whether they are there."""
    subject = visit.service.required_subject
    return requirements(ctx, visit.party, subject, ctx.today) if subject else []


def fee_of(ctx: Context, visit: Visit) -> Fee:
    """What a visit costs as far as it is noted, with tax."""
    charges = charges_of(ctx, ref(visit))
    counted = [c for c in charges if c.state != Charge.State.WAIVED]
    codes = {day: taxes_for(ctx, {c.tax_class for c in counted}, day) for day in {c.on for c in counted}}
    prices = []
    for charge in counted:
        code = codes[charge.on][charge.tax_class]
        prices.append(billing_rules.Price(charge.quantity, charge.unit_price_minor, charge.discount_minor, code.rate_bp, code.category))
    totals = billing_rules.add_up(prices)
    return Fee(charges, totals.net_minor, totals.tax_minor, totals.discount_minor)


def waiting_discounts(ctx: Context, charges: Sequence[Charge]) -> list[HeldCommand]:
    """Discounts on these charges that wait at a door."""
    held = held_for(ctx, *(ref(c) for c in charges)) if charges else []
    return [h for h in held if h.command == DISCOUNT and h.state == HeldCommand.State.WAITING]
