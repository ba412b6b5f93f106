"""The decorator that makes a function a command."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .registry import Command, CommandFunction, Deprecated, FactsOf, register
from .runner import execute


def command(
    *,
    permission: str,
    door: bool | FactsOf = False,
    label: str = "",
    tone: str = "",
    hidden: bool = False,
    target: str | None = None,
    offered: Callable[[Any], bool] | None = None,
    deprecated: Deprecated | None = None,
) -> Callable[[Callable[..., Any]], CommandFunction]:
    """Make a command of `def verb_noun(ctx, *, ...)`.

    door: True when the rules of the middle office may look at its inputs, or a function of the context and them giving further facts.
    tone: how its button looks (primary, danger); hidden: no button or palette entry (a part of other commands).
    target: name of the input its button stands at; "" when it belongs to no record page.
    deprecated: programs that call it are told when it goes and what to use instead.
    offered: whether a row gets its button, where the state table of a lower module can't know the command.
    """

    def wrap(body: Callable[..., Any]) -> CommandFunction:
        facts: FactsOf | None = (lambda **_: {}) if door is True else (door or None)
        words = label or body.__name__.replace("_", " ").capitalize()
        made = Command(
            _module_of(body), body.__name__, permission, body, facts, words, tone, hidden, target, offered=offered, deprecated=deprecated
        )
        return register(made, functools.wraps(body)(functools.partial(execute, made)))

    return wrap


def _module_of(body: Callable[..., Any]) -> str:
    """`enfilade.back.billing.commands.issue_invoice` is in module `billing`."""
    parts = body.__module__.split(".")
    return parts[parts.index("commands") - 1] if "commands" in parts else parts[-2]
