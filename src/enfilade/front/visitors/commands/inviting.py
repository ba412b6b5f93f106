"""Visitors are expected: invited, moved, called off, and those who never came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from enfilade.base.party.models import Party
from enfilade.core.command import Input, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.notify import tell
from enfilade.core.refs import ref
from enfilade.front.visitors.events import VisitorInvited, VisitorMissed
from enfilade.front.visitors.models import Visitor

from .common import Host, Name, Organisation, Place, Plate, Purpose, Reason, entrance_of

GROUP_MAX = 200
OtherHost = Annotated[Host, Input(prefill="host_id")]


@dataclass(frozen=True)
class Guest:
    """One of those who come. party: who it is, where the house knows her; then the name may be left empty."""

    name: Name = ""
    organisation: Organisation = ""
    party: Ref[Party] | None = None
    plate: Plate = ""


@command(permission="visitors.invite_visitors", label="Invite visitors", tone="primary", target="")
def invite_visitors(
    ctx: Context,
    *,
    guests: tuple[Guest, ...],
    expected_at: datetime,
    expected_until: datetime | None = None,
    host: Host | None = None,
    purpose: Purpose = "",
    group: Annotated[str, Input(max_length=120, seldom=True)] = "",
    entrance: Place | None = None,
) -> Visitor:
    """Announce who comes: the desk then knows them by name, and finds them again when they stand there.

    guests: everybody who comes, one a line.
    host: whom they come to see; you, when left empty.
    group: what to call them together; they are received one by one. Given is the first of them.
    Refuses: nobody, too_many, unnamed, in_the_past, no_entrance, which_entrance; visitor_until_after (database).
    """
    if not guests:
        raise Refusal("nobody", "Say who comes.", field="guests")
    if len(guests) > GROUP_MAX:
        raise Refusal("too_many", f"Invite at most {GROUP_MAX} visitors at once.", field="guests")
    _require_ahead(ctx, expected_until or expected_at)
    place, seen = entrance_of(ctx, entrance), host or ctx.user
    made = []
    for number, guest in enumerate(guests):
        name = guest.name or (guest.party.name if guest.party else "")
        if not name:
            raise Refusal("unnamed", "Give the name of each visitor.", field=f"guests.{number}.name")
        visitor = Visitor.objects.create(
            company=ctx.company,
            name=name,
            organisation=guest.organisation or (guest.party.organisation_name if guest.party else ""),
            party=guest.party,
            host=seen,
            entrance=place,
            purpose=purpose,
            group=group,
            plate=guest.plate,
            expected_at=expected_at,
            expected_until=expected_until,
            invited_by=ctx.user,
        )
        publish(ctx, VisitorInvited(visitor.pk, seen.pk, expected_at.isoformat()))
        made.append(visitor)
    tell(ctx, [seen], _expected(made), ref(made[0]))
    return made[0]


def _require_ahead(ctx: Context, ends_at: datetime) -> None:
    """Refuses: in_the_past."""
    if ends_at < ctx.now:
        raise Refusal("in_the_past", "This time has passed.", field="expected_at")


def _expected(visitors: list[Visitor]) -> str:
    visitor, others = visitors[0], len(visitors) - 1
    return f"{visitor} is expected for you, and {others} more" if others else f"{visitor} is expected for you"


@command(permission="visitors.change_invitation", label="Change")
def change_invitation(
    ctx: Context,
    *,
    visitor: Visitor,
    expected_at: Annotated[datetime, Input(prefill="expected_at")],
    expected_until: Annotated[datetime | None, Input(prefill="expected_until")] = None,
    host: OtherHost,
    purpose: Annotated[Purpose, Input(prefill="purpose")] = "",
    plate: Annotated[str, Input(label="Number plate", max_length=20, prefill="plate")] = "",
) -> Visitor:
    """Expect a visitor at another time, or to see somebody else.

    Refuses: not_expected, in_the_past; visitor_until_after (database).
    """
    _require_ahead(ctx, expected_until or expected_at)
    if host.pk != visitor.host_id:
        tell(ctx, [host], f"{visitor} is expected for you", ref(visitor))
    visitor.expected_at, visitor.expected_until, visitor.host = expected_at, expected_until, host
    visitor.purpose, visitor.plate = purpose, plate
    visitor.save(update_fields=["expected_at", "expected_until", "host", "purpose", "plate"])
    return visitor


@command(permission="visitors.cancel_invitation", label="Call off", tone="danger")
def cancel_invitation(ctx: Context, *, visitor: Visitor, reason: Reason) -> Visitor:
    """Say that a visitor is not expected any more.

    Refuses: not_expected.
    """
    visitor.state, visitor.reason = Visitor.State.CANCELLED, reason
    visitor.save(update_fields=["state", "reason"])
    tell(ctx, [visitor.host], f"{visitor} does not come: {reason}", ref(visitor))
    return visitor


@command(permission="visitors.miss_visitor", hidden=True)
def miss_visitor(ctx: Context, *, visitor: Visitor) -> Visitor:
    """Note that somebody who was expected did not come. Who comes later all the same is admitted as she is.

    Refuses: not_expected.
    """
    visitor.state = Visitor.State.MISSED
    visitor.save(update_fields=["state"])
    publish(ctx, VisitorMissed(visitor.pk, visitor.host_id))
    return visitor
