"""Taking a case from its queue, and handing it over: it has changed hands when the other one accepts."""

from __future__ import annotations

from typing import Annotated

from enfilade.base.work.events import CaseAccepted, CaseReturned
from enfilade.base.work.models import Case, HandOver, Queue
from enfilade.core.command import Input, LongText, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import User
from enfilade.core.notify import tell
from enfilade.core.refs import ref

from .common import MANAGE, give_back, offer, open_hand_over, require_hand


@command(permission="work.take_case", tone="primary", label="Take")
def take_case(ctx: Context, *, case: Case) -> Case:
    """Take a case out of its queue: from now on it is yours.

    Refuses: not_open.
    """
    case.owner, case.state = ctx.user, Case.State.ACCEPTED
    case.save(update_fields=["owner", "state"])
    publish(ctx, CaseAccepted(case.pk, ctx.user.pk))
    return case


@command(permission="work.hand_over_case", label="Hand over")
def hand_over_case(
    ctx: Context,
    *,
    case: Case,
    to_user: Annotated[User | None, Input(shared=True, label="To a colleague")] = None,
    to_queue: Annotated[Queue | None, Input(shared=True, label="To a queue")] = None,
    note: LongText = "",
) -> Case:
    """Offer a case to a colleague or to a queue. It stays with you until it is accepted.

    note: what the other one should know.
    Refuses: not_open_or_accepted_or_waiting, not_yours, whom, to_yourself.
    """
    require_hand(ctx, case)
    if (to_user is None) == (to_queue is None):
        raise Refusal("whom", "Choose one colleague or one queue.", field="to_user")
    if to_user is not None and to_user.pk == case.owner_id:
        raise Refusal("to_yourself", f"{to_user} has this case already.", field="to_user")
    if case.owner_id is None:
        case.owner = ctx.user
        case.save(update_fields=["owner"])
    offer(ctx, case, to_user=to_user, to_queue=to_queue, note=note)
    return case


@command(permission="work.take_case", tone="primary", label="Accept")
def accept_case(ctx: Context, *, case: Case) -> Case:
    """Accept a hand-over: from now on the case is yours.

    Refuses: not_offered, not_offered_to_you.
    """
    hand_over = open_hand_over(case)
    _require_receiver(ctx, hand_over)
    _decide(ctx, hand_over, HandOver.State.ACCEPTED)
    case.owner, case.state = ctx.user, Case.State.ACCEPTED
    case.queue = hand_over.to_queue or case.queue
    case.save(update_fields=["owner", "state", "queue"])
    publish(ctx, CaseAccepted(case.pk, ctx.user.pk))
    tell(ctx, [hand_over.from_user], f"{ctx.user} accepted: {case.title}", ref(case))
    return case


@command(permission="work.take_case", tone="danger", label="Return")
def return_case(ctx: Context, *, case: Case, reason: LongText) -> Case:
    """Do not accept a hand-over; the case is with its sender again.

    reason: why, for the sender.
    Refuses: not_offered, not_offered_to_you.
    """
    hand_over = open_hand_over(case)
    _require_receiver(ctx, hand_over)
    _decide(ctx, hand_over, HandOver.State.RETURNED, reason)
    give_back(case)
    publish(ctx, CaseReturned(case.pk, hand_over.pk))
    tell(ctx, [hand_over.from_user], f"{ctx.user} returns “{case.title}”: {reason[:200]}", ref(case))
    return case


@command(permission="work.hand_over_case", label="Take back")
def recall_case(ctx: Context, *, case: Case) -> Case:
    """Take back a hand-over that nobody has accepted yet.

    Refuses: not_offered, not_yours.
    """
    hand_over = open_hand_over(case)
    if hand_over.from_user_id != ctx.user.pk:
        require_hand(ctx, case)
    _decide(ctx, hand_over, HandOver.State.RECALLED)
    give_back(case)
    return case


def _require_receiver(ctx: Context, hand_over: HandOver) -> None:
    if hand_over.to_user_id == ctx.user.pk:
        return
    if hand_over.to_queue is not None and (hand_over.to_queue.role_code in ctx.roles or ctx.may(MANAGE)):
        return
    raise Refusal("not_offered_to_you", f"This case is offered to {hand_over.receiver}.")


def _decide(ctx: Context, hand_over: HandOver, state: str, reason: str = "") -> None:
    hand_over.state, hand_over.decided_at, hand_over.decided_by, hand_over.reason = state, ctx.now, ctx.user, reason
    hand_over.save(update_fields=["state", "decided_at", "decided_by", "reason"])
