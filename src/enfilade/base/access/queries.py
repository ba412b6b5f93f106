"""The access of one company as it is, when it was last used, and what clashes in it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

from django.db.models import Max

from enfilade.core.context import Context
from enfilade.core.models import AuditEntry, Department, Membership, Role
from enfilade.core.permissions import Permission

from .models import AcceptedConflict, AccessDecision, ConflictRule
from .rules import Clash, House, Pair, Part, Person, RoleFacts, clashes, read_lines

Uses = dict[int, dict[str, datetime]]


def load_house(ctx: Context) -> House:
    """Roles, departments and members of the caller's company. Five queries, however many there are."""
    found = Role.objects.filter(company_id=ctx.company_id)
    roles = {r.pk: RoleFacts(r.pk, r.code, r.name, read_lines(r.permissions), r.privileged) for r in found}
    gives = _links(Department.roles.through.objects.filter(department__company_id=ctx.company_id).values_list("department_id", "role_id"))
    parts = {d.pk: Part(d.pk, d.name, d.parent_id, frozenset(gives[d.pk])) for d in Department.objects.filter(company_id=ctx.company_id)}
    holds = _links(Membership.roles.through.objects.filter(membership__company_id=ctx.company_id).values_list("membership_id", "role_id"))
    works = _links(
        Membership.departments.through.objects.filter(membership__company_id=ctx.company_id).values_list("membership_id", "department_id")
    )
    people = {
        m.user_id: Person(m.pk, m.user_id, m.user.name, m.active and m.user.is_active, frozenset(holds[m.pk]), frozenset(works[m.pk]))
        for m in Membership.objects.filter(company_id=ctx.company_id).select_related("user")
    }
    return House(roles, parts, people)


def _links(pairs: object) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:  # type: ignore[attr-defined]
        found[one].add(other)
    return found


def pairs_of(ctx: Context, *, listed: bool = True) -> list[Pair]:
    """Active conflict rules; without `listed` only those that stop a change."""
    rows = ConflictRule.objects.filter(company_id=ctx.company_id, active=True).order_by("pk")
    rows = rows if listed else rows.exclude(verdict=ConflictRule.Verdict.LIST)
    return [Pair(r.pk, r.code, r.first, r.second, r.sentence, r.verdict, r.release_role) for r in rows]


def found_clashes(ctx: Context) -> list[tuple[Clash, date | None]]:
    """What clashes now, with the day until which somebody answers for it."""
    accepted: dict[tuple[int, int], date] = {}
    rows = AcceptedConflict.objects.filter(company_id=ctx.company_id, until_on__gte=ctx.today)
    for rule, person, until in rows.values_list("rule_id", "person_id", "until_on"):
        accepted[rule, person] = max(until, accepted.get((rule, person), until))
    return [(c, accepted.get((c.pair.pk, c.user)) if c.user else None) for c in clashes(load_house(ctx), pairs_of(ctx))]


def last_uses(ctx: Context, users: list[int]) -> Uses:
    """When each of some people last ran each operation, from the audit: user -> operation -> instant."""
    found: Uses = defaultdict(dict)
    rows = AuditEntry.objects.filter(company_id=ctx.company_id, user_id__in=users, parent=None)
    for user, command, at in rows.values_list("user_id", "command").annotate(last=Max("at")).values_list("user_id", "command", "last"):
        found[user][command] = at
    return found


def last_use(uses: Uses, user: int, permission: Permission) -> datetime | None:
    """When somebody last did something that asks for a permission; None for never, and for what only reads."""
    mine = uses.get(user, {})
    return max((mine[c] for c in permission.commands if c in mine), default=None)


def decisions(ctx: Context, memberships: list[int]) -> dict[tuple[int, int], AccessDecision]:
    """The newest decision of a review on each role of some members: (membership, role) -> decision."""
    rows = AccessDecision.objects.filter(company_id=ctx.company_id, membership__in=memberships)
    newest = rows.order_by("membership_id", "role_id", "-pk").distinct("membership_id", "role_id").select_related("by")
    return {(d.membership_id, d.role_id): d for d in newest}
