"""Close a period, softly or for good; admit somebody to a softly closed one; open it again. Each has a permission of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from enfilade.base.books.models import LATE_HOURS_MAX, LateAdmission, Period
from enfilade.core.command import Input, LongText, Ref, command
from enfilade.core.context import Context
from enfilade.core.models import User

Hours = Annotated[int, Input(label="For how many hours", min_value=1, max_value=LATE_HOURS_MAX)]


@command(permission="books.soft_close_period", door=True, hidden=True)
def soft_close_period(ctx: Context, *, period: Period) -> Period:
    """Take entries in a period from those only who are admitted.

    Refuses: not_open; period_in_order (database) while an earlier period is open.
    """
    period.state = Period.State.SOFT
    period.save(update_fields=["state"])
    return period


@command(permission="books.admit_late", door=True, hidden=True)
def admit_late(ctx: Context, *, period: Period, who: Ref[User], reason: LongText, hours: Hours = 8) -> LateAdmission:
    """Let somebody post into a softly closed period for some hours.

    reason: kept with the admission and in the audit.
    Refuses: not_soft; late_admission_says_why, late_admission_short (database).
    """
    until = ctx.now + timedelta(hours=hours)
    return LateAdmission.objects.create(
        company=ctx.company, period=period, user=who, reason=reason, until=until, admitted_by=ctx.user, admitted_at=ctx.now
    )


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
    """Let a closed or softly closed period take entries again.

    reason: kept in the audit.
    Refuses: not_closed; period_in_order (database) while a later period is closed.
    """
    period.state = Period.State.OPEN
    period.save(update_fields=["state"])
    return period
