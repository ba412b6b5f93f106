"""Where a new case would go, and why."""

from __future__ import annotations

from datetime import datetime, timedelta

from enfilade.base.calendar.queries import company_hours
from enfilade.base.work.models import RoutingRule
from enfilade.base.work.rules.routing import Asked, Decision, Route, decide
from enfilade.core.context import Context

from .people import Team, team


def where_to(ctx: Context, *, kind: str, topic: str, party: int | None, at: datetime, people: Team | None = None) -> Decision:
    """The queue and the person that a new case goes to at an instant, with every rule that was read on the way.

    people: who is there, where the caller knows already.
    """
    routes = [_route(rule) for rule in _rules(ctx)]
    known = people or team(ctx, at)
    is_open = bool(company_hours(ctx, at, at + timedelta(minutes=1))) if any(r.hours for r in routes) else True
    asked = Asked(kind, topic.strip(), party, at.astimezone(ctx.zone).time(), is_open)
    return decide(asked, routes, known.places, asker=ctx.user.is_active)


def _rules(ctx: Context) -> list[RoutingRule]:
    rows = RoutingRule.objects.visible_to(ctx).filter(active=True, queue__active=True)
    return list(rows.select_related("party", "skill").order_by("order", "pk"))


def _route(rule: RoutingRule) -> Route:
    return Route(
        rule.pk,
        str(rule),
        rule.queue_id,
        rule.kind,
        rule.topic,
        rule.party_id,
        str(rule.party or ""),
        rule.from_time,
        rule.until_time,
        rule.hours,
        rule.skill_id,
        str(rule.skill or ""),
        rule.queue_max,
        rule.priority,
        rule.due_min,
    )
