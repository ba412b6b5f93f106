"""The check that stands at every door: the company's rules over the facts of a command, and the news of what is held."""

from __future__ import annotations

from typing import cast

from enfilade.core import audit
from enfilade.core.command import Command, Facts, Verdict, register_door
from enfilade.core.command.door import ON_HOLD, STANDING
from enfilade.core.command.work import Work
from enfilade.core.context import Context
from enfilade.core.models import HeldCommand
from enfilade.core.notify import tell_role
from enfilade.core.refs import ref

from .models import DoorRule
from .queries import active_rules
from .rules import PLACEHOLDER, fill

CHANGED = "What this was asked for has changed since. Return it, so that it can be asked for again."


@register_door
def check_rules(ctx: Context, command: Command, facts: Facts) -> list[Verdict]:
    """Every refusal of a rule, and the one hold of the highest rank, with the reasons of all that hold.

    Why one: a release covers the holds of lower ranks, so that no command needs two people in turn.
    """
    hit = [r for r in active_rules(ctx, command.name) if (not r.maker_role or r.maker_role in ctx.roles) and r.stops(command, facts)]
    refusals = [Verdict("refuse", ref(r), fill(r.sentence, facts)) for r in hit if r.verdict == DoorRule.Verdict.REFUSE]
    holds = [r for r in hit if r.verdict == DoorRule.Verdict.HOLD]
    if not holds or refusals:
        return refusals
    first, reason = holds[0], " ".join(fill(r.sentence, facts) for r in holds)
    if _has_changed(ctx, ref(first), facts):
        return [Verdict("refuse", ref(first), CHANGED)]
    return [Verdict("hold", ref(first), reason, first.release_role)]


def _has_changed(ctx: Context, rule: str, facts: Facts) -> bool:
    """While a held command is released: whether the first thing its rule stops is other than what was shown to the releaser."""
    work = cast("Work", ctx.work)
    held = work.release
    if held is None or held.rule != rule or rule in work.door_passed:
        return False
    work.door_passed.add(rule)
    return bool(audit.jsonable(facts) != held.facts)


def tell_who_can_open(ctx: Context, held: HeldCommand) -> None:
    """Notify everybody who holds the release role."""
    tell_role(ctx, held.release_role, f"{ctx.user} waits at the door: {held.reason}", ref(held))


def standing(ctx: Context, command: Command) -> list[str]:
    """The rules at the door of a command, each with its condition."""
    return [_standing(r) for r in active_rules(ctx, command.name)]


def _standing(rule: DoorRule) -> str:
    what = f"Held for {rule.release_role.replace('_', ' ')}" if rule.verdict == DoorRule.Verdict.HOLD else "Refused"
    who = f", asked for by {rule.maker_role.replace('_', ' ')}" if rule.maker_role else ""
    return f"{what} when {rule.fact.replace('_', ' ')} {rule.get_op_display()} {rule.value}{who}. {PLACEHOLDER.sub('…', rule.sentence)}"


ON_HOLD.append(tell_who_can_open)
STANDING.append(standing)
