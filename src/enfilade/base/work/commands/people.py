"""Being away, and who stands in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.db.models import Q

from enfilade.base.work.models import Absence
from enfilade.core.command import Input, command
from enfilade.core.context import Context, Refusal
from enfilade.core.models import Membership, User
from enfilade.core.notify import tell
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_instant

from .common import MANAGE

Who = Annotated[User, Input(shared=True, label="Who")]


@command(permission="work.note_absence", label="Note an absence", target="")
def note_absence(
    ctx: Context,
    *,
    user: Who,
    deputy: Annotated[User | None, Input(shared=True)] = None,
    from_at: Annotated[datetime | None, Input(label="From")] = None,
    until_at: Annotated[datetime | None, Input(label="Until")] = None,
    reason: Annotated[str, Input(max_length=200)] = "",
) -> Absence:
    """Say that somebody is away. New work goes to her deputy, who may also do what she has; without one, her queues go on without her.

    user: you, or a colleague where you manage all cases.
    deputy: who stands in; she is told.
    from_at: left empty, from now on. until_at: left empty, until somebody ends it.
    Refuses: not_yours, deputy_away; absence_in_order, absence_other_deputy, absence_once (database).
    """
    if user.pk != ctx.user.pk and not ctx.may(MANAGE):
        raise Refusal("not_yours", f"Only {user}, or who manages all cases, can say that.", field="user")
    begin = from_at or ctx.now
    # One after the other for each person: two that overlap are refused by the constraint, and never block each other.
    Membership.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(user=user)
    if deputy is not None and _is_away(ctx, deputy, begin, until_at):
        raise Refusal("deputy_away", f"{deputy} is away in that time as well.", field="deputy")
    absence = Absence.objects.create(company=ctx.company, user=user, deputy=deputy, from_at=begin, until_at=until_at, reason=reason)
    if deputy is not None:
        until = f" until {format_instant(until_at)}" if until_at else ""
        tell(ctx, [deputy], f"You stand in for {user} from {format_instant(begin)}{until}", ref(absence))
    return absence


@command(permission="work.note_absence", label="Back again")
def end_absence(ctx: Context, *, absence: Absence) -> Absence:
    """Say that somebody is back.

    Refuses: not_yours, not_begun, back_already.
    """
    _require_own(ctx, absence)
    if absence.from_at >= ctx.now:
        raise Refusal("not_begun", "This absence has not begun yet. Remove it instead.")
    if absence.until_at is not None and absence.until_at <= ctx.now:
        raise Refusal("back_already", "This absence is over already.")
    absence.until_at = ctx.now
    absence.save(update_fields=["until_at"])
    if absence.deputy is not None:
        tell(ctx, [absence.deputy], f"{absence.user} is back", ref(absence))
    return absence


@command(permission="work.note_absence", tone="danger", label="Remove absence")
def remove_absence(ctx: Context, *, absence: Absence) -> None:
    """Take back an absence that has not begun. What has begun is ended, so that it stays known.

    Refuses: not_yours, begun.
    """
    _require_own(ctx, absence)
    if absence.from_at < ctx.now:
        raise Refusal("begun", "This absence has begun. End it instead.")
    if absence.deputy is not None:
        tell(ctx, [absence.deputy], f"You no longer need to stand in for {absence.user}")
    absence.delete()


def _require_own(ctx: Context, absence: Absence) -> None:
    if absence.user_id != ctx.user.pk and not ctx.may(MANAGE):
        raise Refusal("not_yours", f"Only {absence.user}, or who manages all cases, can say that.")


def _is_away(ctx: Context, user: User, begin: datetime, end: datetime | None) -> bool:
    rows = Absence.objects.visible_to(ctx).filter(Q(until_at=None) | Q(until_at__gt=begin), user=user)
    return (rows.filter(from_at__lt=end) if end else rows).exists()
