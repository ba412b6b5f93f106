"""Events leave through the transaction that caused them: kept in the outbox, later reactions enqueued with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import bulk
from .events import event_name
from .models import EventEntry
from .traces import carried

if TYPE_CHECKING:
    from .command.work import Work
    from .context import Context

Spread = Callable[["Context", list[tuple[int, str]]], object]
SPREADS: list[Spread] = []


def spreads(run: Spread) -> Spread:
    """Register `def spread(ctx, entries)`: called in the transaction of every command that publishes, with key and name of each event."""
    SPREADS.append(run)
    return run


def deliver(ctx: Context, work: Work) -> None:
    """Write the events of a command to the outbox and enqueue its later reactions, in the same transaction."""
    if not work.events:
        return
    same = {"company_id": ctx.company_id, "at": ctx.now, "entry_id": work.parent}
    keys = bulk.reserve(EventEntry, len(work.events))
    rows = [
        same | {"id": key, "name": event_name(type(fact)), "payload": _payload(fact)} for key, fact in zip(keys, work.events, strict=True)
    ]
    bulk.insert(EventEntry, rows)
    for spread in SPREADS:
        spread(ctx, [(key, event_name(type(fact))) for key, fact in zip(keys, work.events, strict=True)])
    ids = {id(fact): key for key, fact in zip(keys, work.events, strict=True)}
    if work.later:
        from .jobs import react

        react.batch_defer(*[_job(ctx, ids[id(fact)], reaction) for fact, reaction in work.later])


def _payload(fact: Any) -> dict[str, Any]:
    """The values of a fact, which are plain."""
    return {name: getattr(fact, name) for name in fact.__dataclass_fields__}


def _job(ctx: Context, event_id: int, reaction: Any) -> dict[str, Any]:
    return {"company_id": ctx.company_id, "user_id": ctx.user.pk, "event_id": event_id, "reaction": reaction.name, **carried()}
