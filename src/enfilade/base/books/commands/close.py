"""Close a period and, with a permission of its own, open it again."""

from __future__ import annotations

from enfilade.base.books.models import Period
from enfilade.core.command import LongText, command
from enfilade.core.context import Context


@command(permission="books.close_period", door=True, hidden=True)
def close_period(ctx: Context, *, period: Period) -> Period:
    """Take no more entries in a period and carry its balances forward.

    Refuses: not_open; period_in_order (database) while an earlier period is open.
    """
    period.state = Period.State.CLOSED
    period.save(update_fields=["state"])
    return period


@command(permission="books.reopen_period", door=True, tone="danger", hidden=True)
def reopen_period(ctx: Context, *, period: Period, reason: LongText) -> Period:
    """Let a closed period take entries again.

    reason: kept in the audit.
    Refuses: not_closed; period_in_order (database) while a later period is closed.
    """
    period.state = Period.State.OPEN
    period.save(update_fields=["state"])
    return period
