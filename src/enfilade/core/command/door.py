"""The door: what stands between a promise and its execution.

Modules (the middle office foremost) register checks; the runner asks all of them before the body of a command that has
a door. A check answers pass, refuse or hold. The order is: any refusal refuses; else any hold holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from enfilade.core.context import Context
from enfilade.core.models import HeldCommand

from .registry import Command

Facts = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """kind: pass, refuse or hold; rule: stable name of the rule; role: code of the role that may release."""

    kind: str
    rule: str = ""
    reason: str = ""
    role: str = ""


PASS = Verdict("pass")

DoorCheck = Callable[[Context, Command, Facts], list[Verdict]]
CHECKS: list[DoorCheck] = []

# Called when a command is held, in the transaction that keeps it: modules tell the people who can open.
ON_HOLD: list[Callable[[Context, HeldCommand], object]] = []

# What stands at the door of a command, in sentences: for whoever asks why somebody can or can't.
STANDING: list[Callable[[Context, Command], list[str]]] = []


def register_door(check: DoorCheck) -> DoorCheck:
    """Add a check that is asked about every command with a door."""
    CHECKS.append(check)
    return check


def ask(ctx: Context, command: Command, facts: Facts, released_rule: str = "") -> Verdict:
    """The verdict of all checks together; holds of a rule that somebody released do not count again."""
    verdicts = [v for check in CHECKS for v in check(ctx, command, facts) if not (v.kind == "hold" and v.rule == released_rule)]
    for kind in ("refuse", "hold"):
        for verdict in verdicts:
            if verdict.kind == kind:
                return verdict
    return PASS
