"""Taking a case from its queue, and handing it over: it has changed hands when the other one accepts."""

from __future__ import annotations

from typing import Annotated

from enfilade.base.work.events import CaseAccepted, CaseReturned
from enfilade.base.work.models import Case, HandOver, Queue, Target
from enfilade.base.work.queries import in_order, my_queues
from enfilade.core.command import Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import User
from enfilade.core.notify import tell
from enfilade.core.refs import ref

from .clocks import finish, go_on
from .common import MANAGE, for_whom, give_back, here_or_deputy, offer, open_hand_over, require_hand


@command(permission="work.take_case", tone="primary", label="Take")
def take_case(ctx: Context, *, case: Case) -> Case:
    """Take a case out of its queue: from now on it is yours. Of two who take it at once one has it; the other is told.

    Refuses: not_open.
    """
    case.owner, case.state = ctx.user, Case.State.ACCEPTED
    case.save(update_fields=["owner", "state"])
    finish(ctx, case, Target.TAKEN)
    publish(ctx, CaseAccepted(case.pk, ctx.user.pk))
    return case


@command(permission="work.take_case", label="Take next", target="")
def take_next(ctx: Context, *, queue: Ref[Queue] | None = None) -> Case:
    """Take what is to be done first out of a queue. Those who ask at the same instant get different cases.

    queue: left empty, all queues that you serve.
    Refuses: not_your_queue, nothing_waits.
    """
    mine = {q.pk for q in my_queues(ctx)}
    if queue is not None and queue.pk not in mine and not ctx.may(MANAGE):
        raise Refusal("not_your_queue", f"None of your roles serves {queue}.", field="queue")
    waiting = in_order(Case.objects.visible_to(ctx).filter(queue__in=[queue.pk] if queue else mine, state=Case.State.OPEN))
    # Rows that a colleague is just taking are passed over, not waited for.
    first = waiting.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
    if first is None:
        raise Refusal("nothing_waits", f"Nothing waits in {queue}." if queue else "Nothing waits in your queues.", field="queue")
    return take_case(ctx, case=first.pk)


@command(permission="work.hand_over_case", label="Hand over")
def hand_over_case(
    ctx: Context,
    *,
    case: Case,
    to_user: Annotated[User | None, Input(shared=True, label="To a colleague")] = None,
    to_queue: Annotated[Queue | None, Input(shared=True, label="To a queue")] = None,
    note: LongText = "",
) -> Case:
    """Offer a case to a colleague or to a queue. It stays with you until it is accepted. While she is away, who stands in is asked.

    note: what the other one should know.
    Refuses: not_open_or_accepted_or_waiting, not_yours, whom, to_yourself, away.
    """
    require_hand(ctx, case)
    go_on(ctx, case)
    if (to_user is None) == (to_queue is None):
        raise Refusal("whom", "Choose one colleague or one queue.", field="to_user")
    if to_user is not None and to_user.pk == case.owner_id:
        raise Refusal("to_yourself", f"{to_user} has this case already.", field="to_user")
    receiver = here_or_deputy(ctx, to_user, "to_user") if to_user is not None else None
    if receiver is not None and receiver.pk == case.owner_id:
        raise Refusal("to_yourself", f"{receiver} stands in for {to_user}, and has this case already.", field="to_user")
    if case.owner_id is None:
        case.owner = ctx.user
        case.save(update_fields=["owner"])
    words = "\n".join(part for part in (for_whom(to_user, receiver) if receiver is not None else "", note) if part)
    offer(ctx, case, to_user=receiver, to_queue=to_queue, note=words)
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
    finish(ctx, case, Target.TAKEN)
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
