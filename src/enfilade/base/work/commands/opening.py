"""Taking something that has to be done or answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from enfilade.base.party.models import Party
from enfilade.base.work import rules
from enfilade.base.work.events import CaseOpened
from enfilade.base.work.models import Case, Queue, RoutingRule
from enfilade.core.command import Choice, Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import User
from enfilade.core.notify import tell_role
from enfilade.core.numbers import draw
from enfilade.core.refs import ref

from .common import offer

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
    queue: left empty, the routing rules choose; where none fits, it stays with you.
    owner: you, or a colleague, who is asked to accept it.
    due_at: left empty, as the rule or the kind says: a call-back 2 hours, a follow-up 1 day, a complaint 2 days.
    origin: text reference of what it came from.
    Refuses: in_the_past; case_titled, case_promise_has_time (database).
    """
    route = None if queue is not None else rules.choose_route(_routes(ctx), kind, topic)
    due = rules.due_for(kind, ctx.now, due_at, route.due_min if route else None)
    if due_at is not None and due_at <= ctx.now:
        raise Refusal("in_the_past", "This time is over already.", field="due_at")
    place = queue or (Queue.objects.visible_to(ctx).get(pk=route.queue_id) if route and owner is None else None)
    # Whoever opens a case for a colleague has it until the colleague accepts.
    mine = place is None or owner is not None
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
        due_at=due,
        origin=origin,
    )
    case.number = f"C-{draw(ctx, 'work.case'):05d}"
    case.save()
    publish(ctx, CaseOpened(case.pk, kind, case.topic, origin))
    if owner is not None and owner.pk != ctx.user.pk:
        offer(ctx, case, to_user=owner, to_queue=None, note="")
    elif place is not None and owner is None and place.role_code not in ctx.roles:
        tell_role(ctx, place.role_code, f"New {rules.KINDS[kind].lower()} for {place}: {case.title}", ref(case))
    return case


def _routes(ctx: Context) -> list[rules.Route]:
    rows = RoutingRule.objects.visible_to(ctx).filter(active=True, queue__active=True).order_by("order", "pk")
    return [rules.Route(*row) for row in rows.values_list("topic", "kind", "queue_id", "priority", "due_min")]
