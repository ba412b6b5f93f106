"""What can be told of a command from outside: its name, how it ended, how long it took, and its audit entry."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from .context import Held, OutcomeUnknown, Refusal
from .metrics import count_command
from .traces import Traced, traced

if TYPE_CHECKING:
    from .command.work import Work
    from .context import Context

_LOG = structlog.stdlib.get_logger("enfilade.command")


@dataclass
class Seen:
    """The attempt under way. An attempt without an entry was answered by an earlier call with the same key."""

    work: Work | None = None


@contextmanager
def seen_command(name: str, ctx: Context) -> Iterator[Seen]:
    """Note one outermost command: done, replayed, rehearsed, held, the code of a refusal, unknown or failed."""
    with traced(name) as span:
        yield from _observed(name, ctx, span)


def _observed(name: str, ctx: Context, span: Traced) -> Iterator[Seen]:
    seen, began, outcome = Seen(), time.perf_counter(), "failed"
    try:
        yield seen
        outcome = "rehearsed" if ctx.rehearse else "done" if seen.work and seen.work.first else "replayed"
    except Held:
        outcome = "held"
        raise
    except Refusal as no:
        outcome = no.code
        raise
    except OutcomeUnknown:
        outcome = "unknown"
        raise
    finally:
        seconds = time.perf_counter() - began
        count_command(name, outcome, seconds)
        entry = seen.work.first if seen.work and outcome in {"done", "unknown"} else None
        span.note(command=name, outcome=outcome, entry=entry, company=ctx.company_id, channel=ctx.channel)
        _LOG.info(
            "command",
            command=name,
            outcome=outcome,
            entry=entry,
            ms=round(seconds * 1000, 1),
            company=ctx.company_id,
            user=ctx.user.pk,
            channel=ctx.channel,
        )
