"""Which facts a command tells its door: its own plain inputs, and what its facts function promises by type."""

from __future__ import annotations

import typing
from datetime import date, datetime, time
from decimal import Decimal

from enfilade.core.command import Command
from enfilade.core.command.inputs import Parameter

_PLAIN = (str, int, float, bool, Decimal, date, datetime, time)


def own_facts(command: Command) -> set[str]:
    """Inputs that are single plain values or rows (told by their key)."""
    return {n for n, p in command.parameters.items() if _is_plain(p)}


def promised_facts(command: Command) -> set[str] | None:
    """Keys of the TypedDict that the facts function is annotated with; None where it promises nothing in particular."""
    if command.door is None:
        return set()
    hint = typing.get_type_hints(command.door).get("return")
    if typing.is_typeddict(hint):
        return set(typing.get_type_hints(hint))
    return set() if hint is None else None


def facts_of(command: Command) -> set[str] | None:
    """Every fact a rule about this command may name; None where that can't be known before it runs."""
    promised = promised_facts(command)
    return None if promised is None else own_facts(command) | promised


def _is_plain(parameter: Parameter) -> bool:
    if parameter.many or parameter.meta.secret:
        return False
    return parameter.is_row or (isinstance(parameter.kind, type) and issubclass(parameter.kind, _PLAIN))
