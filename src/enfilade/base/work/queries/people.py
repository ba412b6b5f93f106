"""Who serves a queue, who is away, and who stands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q

from enfilade.base.work.models import Absence, Case, HandOver, Queue, SkillHolder
from enfilade.base.work.rules import UNFINISHED
from enfilade.base.work.rules.routing import Away, Person, Place, stands_in
from enfilade.core.access import holders_of_roles
from enfilade.core.context import Context
from enfilade.core.models import RecordQuerySet, User
from enfilade.core.ui.format import format_instant


@dataclass
class Team:
    """What one has to know of the people to give out work. places: queues by key; away: absences by user, now."""

    places: dict[int, Place] = field(default_factory=dict)
    away: dict[int, Away] = field(default_factory=dict)


def absences_at(ctx: Context, at: datetime) -> RecordQuerySet:
    """Who is away at an instant."""
    return Absence.objects.visible_to(ctx).filter(Q(until_at=None) | Q(until_at__gt=at), from_at__lte=at).select_related("user", "deputy")


def away_at(ctx: Context, at: datetime) -> dict[int, Away]:
    """The absences of an instant by the person who is away."""
    return {a.user_id: Away(a.deputy_id, str(a.deputy or ""), a.until_at) for a in absences_at(ctx, at)}


def deputy_of(ctx: Context, user: User) -> User | None:
    """Who does the work of somebody now: she herself, or who stands in; None where nobody does."""
    found = stands_in(user.pk, away_at(ctx, ctx.now))
    return user if found == user.pk else User.objects.visible_to(ctx).filter(pk=found).first()


def stood_in_for(ctx: Context, user: int) -> set[int]:
    """For whom somebody stands in now."""
    away = away_at(ctx, ctx.now)
    return {absent for absent in away if stands_in(absent, away) == user}


def team(ctx: Context, at: datetime) -> Team:
    """Every open queue with who serves it, who of them is away, how much each has and what each can do: six queries."""
    holders = holders_of_roles(ctx.company)
    away = away_at(ctx, at)
    loads = _loads(ctx)
    skills = _skills(ctx, at)
    names = {user: name for people in holders.values() for user, name in people.items()} | {
        a.deputy_id: a.deputy for a in away.values() if a.deputy_id
    }
    waiting = dict(Case.objects.visible_to(ctx).filter(state="open").values_list("queue").annotate(Count("pk")).order_by())
    found = Team(away=away)
    for queue in Queue.objects.visible_to(ctx).filter(active=True).order_by("pk"):
        served = holders.get(queue.role_code, {})
        here = {stands_in(user, away) for user in served}
        people = [Person(k, names[k], loads.get(k, 0), frozenset(skills.get(k, ()))) for k in sorted(k for k in here if k in names)]
        gone = [away_words(served[user], away[user]) for user in served if user in away]
        found.places[queue.pk] = Place(
            queue.pk,
            queue.name,
            queue.handing == Queue.Handing.PUSH,
            queue.each_max,
            queue.last_resort,
            waiting.get(queue.pk, 0),
            tuple(people),
            tuple(gone),
        )
    return found


def away_words(name: str, away: Away) -> str:
    """Who is away until when, and who stands in."""
    until = f" until {format_instant(away.until_at)}" if away.until_at else ""
    return f"{name} is away{until}" + (f", {away.deputy} stands in" if away.deputy_id else "")


def _loads(ctx: Context) -> dict[int, int]:
    """Unfinished cases by person, those offered to her out of a queue included."""
    mine = (
        Case.objects.visible_to(ctx).filter(state__in=UNFINISHED, owner__isnull=False).values_list("owner").annotate(Count("pk")).order_by()
    )
    offers = HandOver.objects.visible_to(ctx).filter(state=HandOver.State.OFFERED, to_user__isnull=False)
    found = dict(mine)
    for user, number in offers.values_list("to_user").annotate(Count("pk")).order_by():
        found[user] = found.get(user, 0) + number
    return found


def _skills(ctx: Context, at: datetime) -> dict[int, set[int]]:
    on = at.astimezone(ctx.zone).date()
    found: dict[int, set[int]] = {}
    rows = SkillHolder.objects.visible_to(ctx).filter(Q(valid_until=None) | Q(valid_until__gte=on))
    for user, skill in rows.values_list("user", "skill"):
        found.setdefault(user, set()).add(skill)
    return found
