"""Cases by what they belong to, by who has to do something, and by time; and where each stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Case as When_
from django.db.models import Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When

from enfilade.base.work.models import Case, CaseNote, HandOver, Queue, Topic
from enfilade.base.work.rules import PRIORITIES, UNFINISHED
from enfilade.core.context import Context
from enfilade.core.models import Membership, RecordQuerySet

from .people import stood_in_for

_RANK = When_(
    *(When(priority=word, then=Value(rank)) for rank, word in enumerate(PRIORITIES)),
    default=Value(len(PRIORITIES)),
    output_field=IntegerField(),
)
_LANE_MAX = 100


@dataclass(slots=True)
class MyWork:
    """What one person has to look at. Each list is in the order in which to work on it; no case is in two of them."""

    overdue: list[Case] = field(default_factory=list)
    offered: list[Case] = field(default_factory=list)
    mine: list[Case] = field(default_factory=list)
    waiting: list[Case] = field(default_factory=list)
    open: list[Case] = field(default_factory=list)
    to_tell: list[Case] = field(default_factory=list)


def cases(ctx: Context) -> RecordQuerySet:
    """All cases with what a line about them needs."""
    return named(Case.objects.visible_to(ctx)).select_related("party", "queue", "owner", "opened_by", "answered_by", "told_by")


def named(rows: RecordQuerySet) -> RecordQuerySet:
    """The same cases, each with the name of its topic."""
    topics = Topic.objects.filter(company=OuterRef("company"), code=OuterRef("topic"))
    return rows.annotate(topic_named=Subquery(topics.values("name")[:1]))


def with_offices(ctx: Context, rows: RecordQuerySet) -> RecordQuerySet:
    """The same cases, each with the office in which its owner works, by the queues that her roles serve (`owner_office`, else None)."""
    holders = Membership.objects.visible_to(ctx).filter(user=OuterRef(OuterRef("owner")), roles__code=OuterRef("role_code"))
    served = Queue.objects.visible_to(ctx).filter(Exists(holders)).order_by("pk")
    return rows.annotate(owner_office=Subquery(served.values("office")[:1]))


def notes_of(ctx: Context, case: Case) -> RecordQuerySet:
    """Notes on a case and on those that were merged into it, newest first."""
    notes = CaseNote.objects.visible_to(ctx).filter(Q(case=case) | Q(case__merged_into=case))
    return notes.select_related("by").order_by("-pk")


def waiting_in(ctx: Context, queues: list[int]) -> RecordQuerySet:
    """Cases of some queues that nobody has taken, in the order in which to work on them."""
    return in_order(cases(ctx).filter(queue__in=queues, state=Case.State.OPEN))


def in_order(rows: RecordQuerySet) -> RecordQuerySet:
    """The order in which to work: what is due first, then by priority, then by age."""
    return rows.order_by(F("due_at").asc(nulls_last=True), _RANK, "pk")


def cases_of(ctx: Context, reference: str) -> RecordQuerySet:
    """Cases that came from a record (`appointments.visit:5`), or of a party (`party.party:7`), newest first."""
    label, _, pk = reference.partition(":")
    of_party = Q(party_id=int(pk)) if label == "party.party" and pk.isdecimal() else Q()
    return cases(ctx).filter(Q(origin=reference) | of_party if of_party else Q(origin=reference)).order_by("-pk")


def open_cases(ctx: Context, *, queue: Queue | None = None, kind: str = "", owner: int | None = None) -> RecordQuerySet:
    """Cases that are not finished, in the order in which to work on them."""
    rows = cases(ctx).filter(state__in=UNFINISHED)
    rows = rows.filter(queue=queue) if queue is not None else rows
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(owner_id=owner) if owner is not None else rows
    return in_order(rows)


def overdue(ctx: Context) -> RecordQuerySet:
    """Cases that should have been done by now, and answers that nobody has told yet, the latest first."""
    owes = Q(state="answered", told_party_at=None) & (Q(party__isnull=False) | ~Q(contact_name=""))
    return cases(ctx).filter(Q(state__in=UNFINISHED) | owes, due_at__lt=ctx.now).order_by("due_at", "pk")


def my_queues(ctx: Context) -> list[Queue]:
    """Queues that the caller's roles serve."""
    return list(Queue.objects.visible_to(ctx).filter(role_code__in=ctx.roles, active=True).order_by("name"))


def my_work(ctx: Context) -> MyWork:
    """Everything one person has to look at now, that of those included for whom she stands in: four queries however much it is."""
    queues = [q.pk for q in my_queues(ctx)]
    offers = HandOver.objects.visible_to(ctx).filter(Q(to_user=ctx.user) | Q(to_queue__in=queues), state=HandOver.State.OFFERED)
    to_me = set(offers.values_list("case_id", flat=True))
    told = Q(state="answered", told_party_at=None, opened_by=ctx.user) & (Q(party__isnull=False) | ~Q(contact_name=""))
    wanted = (
        Q(pk__in=to_me)
        | Q(owner__in=[ctx.user.pk, *stood_in_for(ctx, ctx.user.pk)], state__in=UNFINISHED)
        | Q(queue__in=queues, state="open")
        | told
    )
    found = MyWork()
    for case in in_order(cases(ctx).filter(wanted))[: _LANE_MAX * 5]:
        _lane(found, case, ctx, case.pk in to_me).append(case)
    return found


def _lane(found: MyWork, case: Case, ctx: Context, offered: bool) -> list[Case]:
    if offered:
        return found.offered
    if case.is_overdue(ctx.now):
        return found.overdue
    if case.state == Case.State.ANSWERED:
        return found.to_tell
    if case.state == Case.State.OPEN:
        return found.open
    waits = case.state == Case.State.WAITING or case.state == Case.State.OFFERED
    return found.waiting if waits else found.mine


def offices_of_users(ctx: Context, users: set[int]) -> dict[int, str]:
    """In which office people work, by the queues that their roles serve; who serves none is not in it."""
    served = dict(Queue.objects.visible_to(ctx).order_by("-pk").values_list("role_code", "office"))
    if not users or not served:
        return {}
    rows = Membership.objects.visible_to(ctx).filter(user__in=users, roles__code__in=served)
    return {user: served[code] for user, code in rows.values_list("user_id", "roles__code")}
