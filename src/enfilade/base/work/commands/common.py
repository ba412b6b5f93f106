"""What the commands share: whose hands a case is in, and whom to tell."""

from __future__ import annotations

from enfilade.base.work.events import CaseHandedOver
from enfilade.base.work.models import Case, HandOver, Queue
from enfilade.base.work.queries import away_at, away_words, deputy_of, stood_in_for
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import User
from enfilade.core.notify import tell, tell_role
from enfilade.core.refs import ref

MANAGE = "work.manage_cases"


def require_hand(ctx: Context, case: Case) -> None:
    """Refuse `not_yours` to everybody but the owner, who stands in for her, and those who may manage all cases.

    What nobody owns is anybody's.
    """
    if case.owner_id in (None, ctx.user.pk) or ctx.may(MANAGE):
        return
    if case.owner_id not in stood_in_for(ctx, ctx.user.pk):
        raise Refusal("not_yours", f"{case.owner} has this case. Ask for a hand-over first.")


def here_or_deputy(ctx: Context, user: User, field: str) -> User:
    """Somebody who is there, or else who stands in for her. Refuses `away` where nobody does."""
    found = deputy_of(ctx, user)
    if found is None:
        words = away_words(str(user), away_at(ctx, ctx.now)[user.pk])
        raise Refusal("away", f"{words}, and nobody who is there stands in. Choose somebody else or a queue.", field=field)
    return found


def for_whom(meant: User | None, receiver: User) -> str:
    """What a deputy should know: in whose place she is asked."""
    return f"In place of {meant}, who is away." if meant is not None and meant.pk != receiver.pk else ""


def offer(ctx: Context, case: Case, *, to_user: User | None, to_queue: Queue | None, note: str) -> HandOver:
    """Offer a case and tell whoever may accept it; the case stays with the sender until then."""
    hand_over = HandOver.objects.create(
        company=ctx.company, case=case, from_user=ctx.user, to_user=to_user, to_queue=to_queue, offered_at=ctx.now, note=note
    )
    case.state = Case.State.OFFERED
    case.save(update_fields=["state"])
    text = f"{ctx.user} hands over to you: {case.title}"
    if to_user is not None:
        tell(ctx, [to_user], text, ref(case))
    elif to_queue is not None:
        tell_role(ctx, to_queue.role_code, f"{ctx.user} hands over to {to_queue}: {case.title}", ref(case))
    publish(ctx, CaseHandedOver(case.pk, hand_over.pk))
    return hand_over


def open_hand_over(case: Case) -> HandOver:
    """The hand-over that waits for an answer; there is exactly one while a case is offered."""
    return HandOver.objects.select_related("from_user", "to_user", "to_queue").get(case=case, state=HandOver.State.OFFERED)


def give_back(case: Case) -> None:
    """The case is with its sender again: in work where it had an owner, in its queue where it had none."""
    case.state = Case.State.ACCEPTED if case.owner_id else Case.State.OPEN
    case.save(update_fields=["state"])
