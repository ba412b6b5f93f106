"""Named reads: what waits for whom, and what a rule would have done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, cast

from django.db import connection

from enfilade.core.access import users_in_role
from enfilade.core.command import REGISTRY
from enfilade.core.context import Context
from enfilade.core.held import held_for, held_steps
from enfilade.core.models import AuditEntry, HeldCommand, Membership, User

from .models import DoorRule

__all__ = ["Past", "Rehearsal", "active_rules", "held_for", "held_steps", "openers", "rehearse_rule", "waiting"]

REHEARSED_MAX = 20_000


# Asked about every command that has a door, so it is spared the cost of building a query.
_ACTIVE = """
SELECT id, fact, op, value, maker_role, verdict, release_role, sentence FROM doors_doorrule
 WHERE company_id = %s AND command = %s AND active ORDER BY "order" DESC, id DESC
"""


def active_rules(ctx: Context, command: str) -> list[DoorRule]:
    """The rules that look at a command, highest rank first; only what a decision needs is loaded, and once for many rows of one command."""
    asked = ctx.work.asked if ctx.work else None
    if asked is None:
        return _read_rules(ctx, command)
    if command not in asked:
        asked[command] = _read_rules(ctx, command)
    return cast("list[DoorRule]", asked[command])


def _read_rules(ctx: Context, command: str) -> list[DoorRule]:
    with connection.cursor() as cursor:
        cursor.execute(_ACTIVE, [ctx.company_id, command])
        names = [column.name for column in cursor.description]
        return [DoorRule.from_db("default", names, row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Past:
    """A command of the past that a rule would have stopped. became: ran, released, waiting or returned."""

    at: datetime
    who: str
    facts: dict[str, Any]
    became: str
    released_by: str = ""


@dataclass(frozen=True)
class Rehearsal:
    """looked_at: past commands that a rule would have been asked about; hits: those it would have stopped, newest first."""

    looked_at: int
    hits: list[Past]
    complete: bool


def waiting(ctx: Context) -> list[HeldCommand]:
    """What waits now, longest first."""
    return list(HeldCommand.objects.visible_to(ctx).filter(state="waiting").select_related("maker").order_by("pk"))


def openers(ctx: Context, held: HeldCommand) -> list[User]:
    """People who can open: they hold the release role and are not the maker."""
    return [u for u in users_in_role(ctx.company, held.release_role) if u.pk != held.maker_id]


def rehearse_rule(ctx: Context, rule: DoorRule, from_on: date) -> Rehearsal:
    """What a rule would have stopped since a day, by the facts that were kept. Roles are those that people hold now.

    Shape: at most the newest 20,000 commands; `complete` says whether that was all.
    """
    since = datetime.combine(from_on, time(), ctx.zone)
    ran = AuditEntry.objects.visible_to(ctx).filter(at__gte=since, command=rule.command).exclude(facts={})
    held = HeldCommand.objects.visible_to(ctx).filter(held_at__gte=since, command=rule.command).exclude(state=HeldCommand.State.RELEASED)
    if rule.maker_role:
        makers = Membership.objects.visible_to(ctx).filter(roles__code=rule.maker_role).values("user_id")
        ran, held = ran.filter(user_id__in=makers), held.filter(maker_id__in=makers)
    entries = list(ran.select_related("user", "released_by").order_by("-pk")[: REHEARSED_MAX + 1])
    looked = [_ran(e) for e in entries[:REHEARSED_MAX]]
    looked += [Past(h.held_at, str(h.maker), h.facts, h.state) for h in held.select_related("maker").order_by("-pk")[:REHEARSED_MAX]]
    command = REGISTRY.get(rule.command)
    hits = [past for past in looked if command is not None and rule.stops(command, past.facts)]
    return Rehearsal(len(looked), sorted(hits, key=lambda p: p.at, reverse=True), len(entries) <= REHEARSED_MAX)


def _ran(entry: AuditEntry) -> Past:
    who = str(entry.user) if entry.user else "Enfilade"
    return Past(entry.at, who, entry.facts, "released" if entry.released_by else "ran", str(entry.released_by or ""))
