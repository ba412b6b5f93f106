"""The check at the door of every command that gives access: nobody comes to hold what does not go together unseen."""

from __future__ import annotations

from enfilade.core.command import Command, Facts, Verdict, register_door
from enfilade.core.command.door import STANDING
from enfilade.core.context import Context

from .changes import GIVING, house_after
from .models import ConflictRule
from .queries import load_house, pairs_of
from .rules import Clash, new_clashes

TOLD_MAX = 5


@register_door
def check_segregation(ctx: Context, command: Command, facts: Facts) -> list[Verdict]:
    """Refuse or hold a change that makes a conflict; one hold with all reasons, for the role of the first rule."""
    if command.name not in GIVING:
        return []
    pairs = pairs_of(ctx, listed=False)
    if not pairs:
        return []
    before = load_house(ctx)
    made = new_clashes(before, house_after(before, command.verb, facts), pairs)
    refused = [c for c in made if c.pair.verdict == ConflictRule.Verdict.REFUSE]
    held = [c for c in made if c.pair.verdict == ConflictRule.Verdict.HOLD]
    if refused:
        return [Verdict("refuse", _name(refused[0]), _told(refused))]
    return [Verdict("hold", _name(held[0]), _told(held), held[0].pair.release_role)] if held else []


def _name(clash: Clash) -> str:
    return f"access.conflictrule:{clash.pair.pk}"


def _told(made: list[Clash]) -> str:
    more = f" And {len(made) - TOLD_MAX} more." if len(made) > TOLD_MAX else ""
    return " ".join(c.sentence for c in made[:TOLD_MAX]) + more


def standing(ctx: Context, command: Command) -> list[str]:
    """What the rules of segregation say at the door of a command that gives access."""
    if command.name not in GIVING:
        return []
    how = {"refuse": "Refused", "hold": "Held"}
    return [
        f"{how[p.verdict]}{p.release_role and f' for {p.release_role}'} when somebody would come to hold {p.first} and {p.second}."
        for p in pairs_of(ctx, listed=False)
    ]


STANDING.append(standing)
