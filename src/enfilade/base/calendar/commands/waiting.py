"""The waiting list: time that becomes free is offered to those who wait; who accepts first has it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from enfilade.base.calendar.events import OfferAccepted, SlotOffered
from enfilade.base.calendar.models import Bookable, Pool, SlotOffer, WaitingEntry, WaitingNeed
from enfilade.base.calendar.queries import Need, Span, find_slots
from enfilade.base.calendar.rules import MINUTE
from enfilade.base.party.models import Party
from enfilade.core.command import Input, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.notify import tell
from enfilade.core.refs import ref

from .booking import Bookables, Pools, reserve_time
from .taking import Seats, choose_free

AT_ONCE = 3
ASKED_MAX = 20
STEP_MIN = 5
SEARCH = timedelta(days=31)


@command(permission="calendar.reserve", label="Put on the waiting list")
def add_waitingentry(
    ctx: Context,
    *,
    title: Annotated[str, Input(max_length=200)],
    duration_min: Annotated[int, Input(min_value=1, max_value=44_640)],
    earliest_at: Annotated[datetime, Input(label="Not before")],
    latest_at: Annotated[datetime, Input(label="Not after")],
    bookables: Bookables = (),
    pools: Pools = (),
    party: Ref[Party] | None = None,
    seats: Seats = 1,
    answer_within_min: Annotated[int, Input(min_value=5, max_value=20_160)] = 1440,
    origin: str = "",
) -> WaitingEntry:
    """Note that somebody would take time if it became free.

    earliest_at, latest_at: the whole time lies between them.
    pools: of each of these anybody will do.
    party: who waits.
    answer_within_min: how long an offer stands before the next one is asked.
    Refuses: nobody_named, bad_span, in_the_past; waiting_in_order (database).
    """
    if not bookables and not pools:
        raise Refusal("nobody_named", "Say who or what is needed: name somebody, or choose a pool.", field="bookables")
    needs: list[Need] = [*bookables, *pools]
    span = {"duration_min": duration_min, "seats": seats, "earliest_at": earliest_at, "latest_at": latest_at}
    return enter_waiting(ctx, title=title, needs=needs, party=party, answer_within_min=answer_within_min, origin=origin, **span)


def enter_waiting(ctx: Context, *, needs: Sequence[Need], **values: Any) -> WaitingEntry:
    """Put on the waiting list whoever takes time of these needs. For commands of modules above, whose needs may be tags.

    values: columns of the entry.
    Refuses: bad_span, in_the_past.
    """
    entry = WaitingEntry(company=ctx.company, entered_at=ctx.now, entered_by=ctx.user, **values)
    if entry.latest_at - entry.earliest_at < entry.duration_min * MINUTE:
        raise Refusal("bad_span", "There is not as much time between these two as it takes.", field="latest_at")
    if entry.latest_at <= ctx.now:
        raise Refusal("in_the_past", "This time has already passed.", field="latest_at")
    entry.save()
    WaitingNeed.objects.bulk_create([WaitingNeed(company=ctx.company, entry=entry, **_as_need(need)) for need in needs])
    return entry


def _as_need(need: Need) -> dict[str, Any]:
    if isinstance(need, Bookable):
        return {"bookable": need}
    return {"pool": need} if isinstance(need, Pool) else {"tags": list(need)}


@command(permission="calendar.reserve", label="Take off the list", tone="danger")
def withdraw_entry(ctx: Context, *, entry: WaitingEntry) -> WaitingEntry:
    """Take somebody off the waiting list; an offer that stands lapses, and the next one is asked.

    Refuses: not_waiting.
    """
    entry.state = WaitingEntry.State.WITHDRAWN
    entry.save(update_fields=["state"])
    for offer in SlotOffer.objects.visible_to(ctx).filter(entry=entry, state=SlotOffer.State.OPEN):
        _settle(ctx, offer, SlotOffer.State.LAPSED)
        offer_time(ctx, offer.starts_at, offer.ends_at)
    return entry


@command(permission="calendar.reserve", label="Accept offer", tone="primary")
def accept_offer(ctx: Context, *, offer: SlotOffer) -> SlotOffer:
    """Book the time that was offered. Of several who were offered the same, the first has it.

    Refuses: too_late (somebody else was faster, or the offer has lapsed), not_open; offer_accepted_once (database).
    """
    entry = offer.entry
    if offer.expires_at <= ctx.now or entry.state != WaitingEntry.State.WAITING:
        raise Refusal("too_late", "This offer has lapsed: the answer came too late.")
    span = Span(offer.ends_at - offer.starts_at, after=entry.buffer_after_min * MINUTE, seats=entry.seats)
    chosen = choose_free(ctx, _needs(entry), offer.starts_at, span)
    if chosen is None:
        raise Refusal("too_late", f"This time is no longer free, so {entry} stays on the waiting list.")
    booking = reserve_time(
        ctx,
        bookables=tuple(chosen),
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        title=entry.title,
        seats=entry.seats,
        origin=entry.origin,
        buffer_after_min=entry.buffer_after_min,
    )
    _settle(ctx, offer, SlotOffer.State.ACCEPTED)
    entry.booking, entry.state = booking, WaitingEntry.State.BOOKED
    entry.save(update_fields=["booking", "state"])
    _lapse_taken(ctx, offer)
    publish(ctx, OfferAccepted(offer.pk, entry.pk, booking.pk, entry.origin))
    return offer


@command(permission="calendar.reserve", label="Decline offer")
def decline_offer(ctx: Context, *, offer: SlotOffer) -> SlotOffer:
    """Note that who waits does not want this time; she stays on the list, and the next one is asked.

    Refuses: not_open.
    """
    _settle(ctx, offer, SlotOffer.State.DECLINED)
    offer_time(ctx, offer.starts_at, offer.ends_at)
    return offer


@command(permission="calendar.reserve", hidden=True)
def lapse_offer(ctx: Context, *, offer: SlotOffer) -> SlotOffer:
    """End an offer that nobody answered in time, and ask the next one.

    Refuses: not_open.
    """
    _settle(ctx, offer, SlotOffer.State.LAPSED)
    offer_time(ctx, offer.starts_at, offer.ends_at)
    return offer


def offer_time(ctx: Context, from_at: datetime, until_at: datetime) -> list[SlotOffer]:
    """Offer time between two instants to those who wait, in the order of their entry: to three at once at most.

    Whoever has an offer already, or has had this very time, is not asked.
    """
    from_at, until_at = max(from_at, ctx.now), min(until_at, from_at + SEARCH)
    waiting = WaitingEntry.objects.visible_to(ctx).filter(state=WaitingEntry.State.WAITING, earliest_at__lt=until_at, latest_at__gt=from_at)
    asked = waiting.exclude(offers__state=SlotOffer.State.OPEN).order_by("entered_at", "pk").select_related("entered_by")
    standing = SlotOffer.objects.visible_to(ctx).filter(state=SlotOffer.State.OPEN, starts_at__lt=until_at, ends_at__gt=from_at).count()
    made: list[SlotOffer] = []
    for entry in asked[:ASKED_MAX].prefetch_related("needs__bookable", "needs__pool"):
        if standing + len(made) >= AT_ONCE:
            break
        if (offer := _offer(ctx, entry, max(from_at, entry.earliest_at), min(until_at, entry.latest_at))) is not None:
            made.append(offer)
    return made


def _offer(ctx: Context, entry: WaitingEntry, from_at: datetime, until_at: datetime) -> SlotOffer | None:
    had = set(entry.offers.exclude(state=SlotOffer.State.OPEN).values_list("starts_at", flat=True))
    found = find_slots(
        ctx,
        needs=_needs(entry),
        duration_min=entry.duration_min,
        from_at=from_at,
        until_at=until_at,
        step_min=STEP_MIN,
        limit=len(had) + 1,
        buffer_after_min=entry.buffer_after_min,
        seats=entry.seats,
    )
    slot = next((s for s in found if s.starts_at not in had), None)
    if slot is None:
        return None
    offer = SlotOffer.objects.create(
        company=ctx.company,
        entry=entry,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        offered_at=ctx.now,
        expires_at=min(slot.starts_at, ctx.now + entry.answer_within_min * MINUTE),
    )
    local = slot.starts_at.astimezone(ctx.zone)
    tell(ctx, [entry.entered_by], f"{entry}: {local:%Y-%m-%d %H:%M} has become free. Who accepts first has it.", ref(offer))
    publish(ctx, SlotOffered(offer.pk, entry.party_id or 0, entry.origin, slot.starts_at.isoformat(), offer.expires_at.isoformat()))
    return offer


def _needs(entry: WaitingEntry) -> list[Need]:
    return [need.bookable or need.pool or need.tags for need in entry.needs.all()]


def _settle(ctx: Context, offer: SlotOffer, state: str) -> None:
    offer.state, offer.settled_at = state, ctx.now
    offer.save(update_fields=["state", "settled_at"])


def _lapse_taken(ctx: Context, accepted: SlotOffer) -> None:
    """Let the offers lapse that can't be met any more. Those that are being answered right now are told so when their turn comes."""
    rows = SlotOffer.objects.visible_to(ctx).filter(
        state=SlotOffer.State.OPEN, starts_at__lt=accepted.ends_at, ends_at__gt=accepted.starts_at
    )
    for offer in rows.select_for_update(of=("self",), no_key=True, skip_locked=True):
        entry = offer.entry
        free = find_slots(
            ctx,
            needs=_needs(entry),
            duration_min=entry.duration_min,
            from_at=offer.starts_at,
            until_at=offer.ends_at,
            step_min=1,
            limit=1,
            buffer_after_min=entry.buffer_after_min,
            seats=entry.seats,
        )
        if not free:
            _settle(ctx, offer, SlotOffer.State.LAPSED)
