"""Taking something that has to be done or answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from enfilade.base.party.models import Party
from enfilade.base.work import rules
from enfilade.base.work.events import CaseOpened
from enfilade.base.work.models import Case, Queue
from enfilade.base.work.queries import team, where_to
from enfilade.base.work.rules.routing import Route, whose_turn
from enfilade.core.command import Choice, Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import User
from enfilade.core.notify import tell_role
from enfilade.core.numbers import draw
from enfilade.core.refs import ref

from .clocks import begin_clocks
from .common import for_whom, here_or_deputy, offer

KINDS = Choice(*rules.KINDS.items())
PRIORITIES = Choice(*((p, p.capitalize()) for p in rules.PRIORITIES))
Phone = Annotated[str, Input(widget="phone", max_length=100)]


@command(permission="work.open_case", label="New case")
def open_case(
    ctx: Context,
    *,
    kind: Annotated[str, KINDS],
    title: str,
    topic: str = "",
    description: LongText = "",
    party: Ref[Party] | None = None,
    contact_name: str = "",
    contact_phone: Phone = "",
    queue: Ref[Queue] | None = None,
    owner: Ref[User] | None = None,
    priority: Annotated[str, PRIORITIES] = "",
    due_at: datetime | None = None,
    origin: Annotated[str, Input(max_length=120)] = "",
) -> Case:
    """Take something that has to be done or answered, and send it where it belongs.

    title: in a few words, what it is about.
    topic: a word that the routing rules know.
    party: who asks; contact_name and contact_phone where it is nobody we know yet.
    queue: left empty, the routing rules choose; where none fits, the queue of last resort has it, or it stays with you.
    owner: you, or a colleague, who is asked to accept it; while she is away, who stands in for her.
    due_at: left empty, as the service level, the rule or the kind says: a call-back 2 hours, a follow-up 1 day, a complaint 2 days.
    origin: text reference of what it came from.
    Refuses: in_the_past, no_queue, away; case_titled, case_promise_has_time, case_queue_open (database).
    """
    if due_at is not None and due_at <= ctx.now:
        raise Refusal("in_the_past", "This time is over already.", field="due_at")
    people = team(ctx, ctx.now)
    found = where_to(ctx, kind=kind, topic=topic, party=party.pk if party else None, at=ctx.now, people=people) if queue is None else None
    route = found.route if found else None
    receiver = _receiver(ctx, owner)
    place = queue or (Queue.objects.visible_to(ctx).get(pk=found.place.key) if found and found.place and owner is None else None)
    turn = _turn(ctx, place, route) if place is not None and owner is None else None
    # Whoever opens a case for a colleague has it until the colleague accepts.
    mine = place is None or owner is not None or (turn is not None and turn.pk == ctx.user.pk)
    if mine and not ctx.user.is_active:
        raise Refusal("no_queue", "Nobody would have this case: give its topic a routing rule, or name a queue as the last resort.")
    case = Case(
        company=ctx.company,
        kind=kind,
        title=title.strip(),
        topic=topic.strip(),
        description=description,
        party=party,
        contact_name=contact_name,
        contact_phone=contact_phone,
        queue=place,
        owner=ctx.user if mine else None,
        state=Case.State.ACCEPTED if mine else Case.State.OPEN,
        priority=priority or (route.priority if route else "normal"),
        opened_at=ctx.now,
        opened_by=ctx.user,
        due_at=rules.due_for(kind, ctx.now, due_at, route.due_min if route else None),
        origin=origin,
    )
    case.number = f"C-{draw(ctx, 'work.case'):05d}"
    case.save()
    begin_clocks(ctx, case, promised=due_at is not None)
    publish(ctx, CaseOpened(case.pk, kind, case.topic, origin))
    if receiver is not None and receiver.pk != ctx.user.pk:
        offer(ctx, case, to_user=receiver, to_queue=None, note=for_whom(owner, receiver))
    elif turn is not None and not mine:
        offer(ctx, case, to_user=turn, to_queue=None, note="")
    elif place is not None and not mine and place.role_code not in ctx.roles:
        tell_role(ctx, place.role_code, f"New {rules.KINDS[kind].lower()} for {place}: {case.title}", ref(case))
    return case


def _receiver(ctx: Context, owner: User | None) -> User | None:
    """Who is asked to accept a case meant for somebody: she herself, or who stands in."""
    return here_or_deputy(ctx, owner, "owner") if owner is not None and owner.pk != ctx.user.pk else owner


def _turn(ctx: Context, place: Queue, route: Route | None) -> User | None:
    """Whose turn it is in a queue that hands out.

    Why the lock: of two cases that come at once, the second one sees what the first one was given.
    """
    if place.handing != Queue.Handing.PUSH:
        return None
    Queue.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(pk=place.pk)
    found = whose_turn(team(ctx, ctx.now).places[place.pk], route.skill_id if route else None) if place.active else None
    return User.objects.visible_to(ctx).get(pk=found.key) if found else None
