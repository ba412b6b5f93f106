"""Visitors at the door: let in, fetched, let out, or turned away."""

from __future__ import annotations

from enfilade.base.party.models import Party
from enfilade.base.work.queries import deputy_of
from enfilade.core.command import Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import User
from enfilade.core.notify import tell
from enfilade.core.refs import ref
from enfilade.front.visitors.events import VisitorArrived, VisitorFetched, VisitorLeft, VisitorTurnedAway
from enfilade.front.visitors.models import Entrance, Visitor, WatchedPerson
from enfilade.front.visitors.queries import expected_by_name, next_badge, watched

from .common import Host, Name, Organisation, Place, Plate, Purpose, Reason, entrance_of


@command(permission="visitors.admit_visitor", label="Let in", tone="primary")
def admit_visitor(ctx: Context, *, visitor: Visitor) -> Visitor:
    """Receive somebody who was expected: she gets a badge, and the host is told, or who stands in for her.

    Refuses: already_here, not_expected_or_missed, on_watch_list, no_badge_left; badge_worn_once (database).
    """
    _admit(ctx, visitor, invited=True)
    return visitor


@command(permission="visitors.let_in_watched", label="Let in all the same", tone="danger")
def let_in_watched(ctx: Context, *, visitor: Visitor, because: Reason) -> Visitor:
    """Let somebody in whom the watch list keeps out, and answer for it. Who stands there unexpected has to be invited first.

    Refuses: already_here, not_expected_or_missed, not_watched, no_badge_left; badge_worn_once (database).
    """
    entry = watched(ctx, visitor.name, visitor.organisation)
    if entry is None:
        raise Refusal("not_watched", "This visitor is not on the watch list: let her in as everybody.")
    _let_in(ctx, visitor, entry, because, invited=True)
    return visitor


@command(permission="visitors.admit_visitor", label="Receive a visitor", tone="primary", target="")
def receive_visitor(
    ctx: Context,
    *,
    name: Name,
    organisation: Organisation = "",
    host: Host | None = None,
    party: Ref[Party] | None = None,
    purpose: Purpose = "",
    plate: Plate = "",
    entrance: Place | None = None,
) -> Visitor:
    """Receive somebody who stands there. Who is expected today under this name is the same record, and no second one.

    host: whom she comes to see; may be left empty where she is expected.
    Refuses: which_visitor, whom_to_see, already_here, on_watch_list, no_badge_left, no_entrance, which_entrance; visitor_named,
    badge_worn_once (database).
    """
    known = _expected(ctx, name, organisation, host)
    if known is not None:
        locked = Visitor.objects.select_for_update().get(pk=known.pk)
        if locked.state != Visitor.State.EXPECTED:
            raise Refusal("already_here", "This visitor is here already.", field="name")
        _admit(ctx, locked, invited=True)
        return locked
    if host is None:
        raise Refusal("whom_to_see", "Nobody of this name is expected: say whom she comes to see.", field="host")
    visitor = Visitor(
        company=ctx.company,
        name=name,
        organisation=organisation,
        party=party,
        host=host,
        entrance=entrance_of(ctx, entrance),
        purpose=purpose,
        plate=plate,
        expected_at=ctx.now,
    )
    _admit(ctx, visitor, invited=False)
    return visitor


def _expected(ctx: Context, name: str, organisation: str, host: User | None) -> Visitor | None:
    """The expected visitor that somebody is.

    Refuses: which_visitor.
    """
    found = [v for v in expected_by_name(ctx, name) if host is None or v.host_id == host.pk]
    named = [v for v in found if organisation and v.organisation.casefold() == organisation.casefold()]
    found = named or found
    if len(found) > 1:
        raise Refusal("which_visitor", "Several visitors of this name are expected: choose the one on the list.", field="name")
    return found[0] if found else None


def _admit(ctx: Context, visitor: Visitor, *, invited: bool) -> None:
    """Refuses: on_watch_list, no_badge_left."""
    entry = watched(ctx, visitor.name, visitor.organisation)
    if entry is not None and entry.what == WatchedPerson.What.REFUSE:
        raise Refusal("on_watch_list", f"Do not let {entry} in: {entry.reason}. Ask {entry.owner}.")
    _let_in(ctx, visitor, entry, invited=invited)


def _let_in(ctx: Context, visitor: Visitor, entry: WatchedPerson | None, because: str = "", *, invited: bool) -> None:
    """Refuses: no_badge_left."""
    place = Entrance.objects.select_for_update().get(pk=visitor.entrance_id)
    badge = next_badge(place)
    if place.badges and badge is None:
        raise Refusal("no_badge_left", f"All {place.badges} badges are worn: somebody has to bring one back first.")
    visitor.state, visitor.arrived_at, visitor.received_by, visitor.badge = Visitor.State.WAITING, ctx.now, ctx.user, badge
    visitor.watched, visitor.let_in_because = entry, because
    visitor.save()
    publish(ctx, VisitorArrived(visitor.pk, visitor.host_id, invited))
    _tell_host(ctx, visitor, f"{visitor} is here for you")
    if entry is not None:
        tell(ctx, [entry.owner], f"{visitor} of the watch list came in to see {visitor.host}", ref(visitor))


def _tell_host(ctx: Context, visitor: Visitor, text: str) -> None:
    """The host, and who stands in for her while she is away."""
    stands_in = deputy_of(ctx, visitor.host)
    told = {visitor.host_id: visitor.host} | ({stands_in.pk: stands_in} if stands_in else {})
    tell(ctx, list(told.values()), text, ref(visitor))


@command(permission="visitors.fetch_visitor", label="Fetched", tone="primary")
def fetch_visitor(ctx: Context, *, visitor: Visitor) -> Visitor:
    """Say that the visitor is with the host now.

    Refuses: not_waiting.
    """
    visitor.state, visitor.fetched_at = Visitor.State.INSIDE, ctx.now
    visitor.save(update_fields=["state", "fetched_at"])
    publish(ctx, VisitorFetched(visitor.pk, visitor.host_id))
    return visitor


@command(permission="visitors.remind_host", label="Remind the host")
def remind_host(ctx: Context, *, visitor: Visitor) -> Visitor:
    """Tell the host once more, and who stands in for her, that somebody waits.

    Refuses: not_waiting.
    """
    minutes = int((ctx.now - visitor.arrived_at).total_seconds() // 60) if visitor.arrived_at else 0
    visitor.reminded_at = ctx.now
    visitor.save(update_fields=["reminded_at"])
    _tell_host(ctx, visitor, f"{visitor} has been waiting for you for {minutes} min")
    return visitor


@command(permission="visitors.let_out", label="Has left")
def let_out(ctx: Context, *, visitor: Visitor) -> Visitor:
    """Say that a visitor has left the house and given back the badge.

    Refuses: already_left, not_waiting_or_inside.
    """
    visitor.state, visitor.left_at = Visitor.State.LEFT, ctx.now
    visitor.save(update_fields=["state", "left_at"])
    publish(ctx, VisitorLeft(visitor.pk, visitor.host_id))
    return visitor


@command(permission="visitors.turn_away", label="Turn away", tone="danger")
def turn_away(ctx: Context, *, visitor: Visitor, reason: Reason) -> Visitor:
    """Do not let somebody in, or not any further; the host is told.

    Refuses: not_expected_or_waiting_or_missed.
    """
    visitor.state, visitor.reason = Visitor.State.TURNED_AWAY, reason
    visitor.save(update_fields=["state", "reason"])
    publish(ctx, VisitorTurnedAway(visitor.pk, visitor.host_id, reason))
    tell(ctx, [visitor.host], f"{visitor} was turned away: {reason}", ref(visitor))
    return visitor
