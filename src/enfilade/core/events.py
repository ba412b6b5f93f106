"""Facts go up: a module publishes what happened, modules above react.

An event is a frozen dataclass in the past tense whose values are plain (text, numbers, dates, references). It is kept in
the outbox by the transaction that caused it. A reaction runs inside that transaction, in the order of the modules;
a reaction declared `later` runs in a job of its own, at least once, under a key made of the event and the reaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from .context import Context

REACTIONS: dict[type, list[Reaction]] = defaultdict(list)
EVENTS: dict[str, type] = {}

Reactor = Callable[[Any, Any], object]
Fact = TypeVar("Fact")


@dataclass(frozen=True)
class Reaction:
    """One subscriber: its function, and whether it runs in a job afterwards."""

    run: Reactor
    later: bool

    @property
    def name(self) -> str:
        """module.function; part of the key of a later run."""
        return f"{self.run.__module__.split('.')[-2]}.{self.run.__name__}"


@dataclass_transform(frozen_default=True)
def event(cls: type[Fact]) -> type[Fact]:
    """Class decorator: make a frozen dataclass and file it under `module.ClassName`."""
    made: type[Fact] = dataclass(frozen=True, slots=True)(cls)
    EVENTS[event_name(made)] = made
    return made


def event_name(cls: type) -> str:
    """`billing.InvoiceIssued`."""
    return f"{cls.__module__.split('.')[-2]}.{cls.__name__}"


def reacts(kind: type, *, later: bool = False) -> Callable[[Reactor], Reactor]:
    """Subscribe `def reaction(ctx, event)` to an event of a lower module."""

    def wrap(run: Reactor) -> Reactor:
        REACTIONS[kind].append(Reaction(run, later))
        return run

    return wrap


def publish(ctx: Context, fact: object) -> None:
    """Record a fact in the transaction under way and let the reactions of the modules above run. Only commands publish."""
    if ctx.work is None:
        raise RuntimeError("publish() belongs inside a command")
    ctx.work.events.append(fact)
    for reaction in REACTIONS[type(fact)]:
        if reaction.later:
            ctx.work.later.append((fact, reaction))
        else:
            reaction.run(ctx, fact)


@event
class AuditSealed:
    """A block of the company's record was sealed: the head of its chain is now `hash`."""

    number: int
    hash: str
