"""What commands about lines share."""

from __future__ import annotations

from typing import Any

from enfilade.back.banking.events import LineMatched
from enfilade.back.banking.models import LineMatch, StatementLine
from enfilade.base.books.models import Entry
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish


def require_open(line: StatementLine) -> None:
    """Refuse a line of which nothing is left."""
    if line.state == StatementLine.State.MATCHED:
        raise Refusal("already_matched", "This line is matched already; take that back first.")


def write_match(ctx: Context, line: StatementLine, kind: str, amount_minor: int, entry: Entry, **more: Any) -> LineMatch:
    """Write down what a part of a line was matched with; the database sums up what is left of the line."""
    match = LineMatch.objects.create(
        company=ctx.company,
        line=line,
        kind=kind,
        amount_minor=amount_minor,
        currency=line.currency,
        entry=entry,
        made_at=ctx.now,
        made_by=ctx.user,
        **more,
    )
    line.refresh_from_db(fields=["matched_minor", "open_minor", "state"])
    publish(ctx, LineMatched(line=line.pk, origin=entry.origin, kind=kind, amount_minor=amount_minor, open_minor=line.open_minor))
    return match
