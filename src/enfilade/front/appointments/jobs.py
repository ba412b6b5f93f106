"""Patients are reminded by the clock."""

from __future__ import annotations

import logging
from datetime import timedelta

from enfilade.core.context import Context, Refusal
from enfilade.core.jobs import for_each_company, schedule
from enfilade.core.scope import scope

from .commands import remind_visit
from .queries import visits_to_remind_of

# Nobody is written to at night. Local hours: from the first, before the second.
HOURS = (9, 20)
_LOG = logging.getLogger("enfilade.appointments")
# No reason to call somebody: the patient has no address or wants no mail, or the company writes none.
SILENT = {"no_address", "address_blocked", "no_mailbox", "not_booked"}


@schedule("appointments.remind", "10 * * * *")
def remind_patients(timestamp: int) -> None:
    """Every hour of the day, since the morning comes at another hour in every time zone."""
    del timestamp
    for_each_company(remind_of_company)


def remind_of_company(ctx: Context) -> int:
    """Remind who is expected tomorrow and has not been reminded yet; how many were written to."""
    if not HOURS[0] <= ctx.now.astimezone(ctx.zone).hour < HOURS[1]:
        return 0
    with scope(ctx.company_id, read_only=True):
        due = visits_to_remind_of(ctx, ctx.today + timedelta(days=1))
    written = 0
    for visit in due:
        try:
            remind_visit(ctx.with_key(f"remind:{visit.pk}:{visit.starts_at.isoformat()}"), visit=visit.pk)
            written += 1
        except Refusal as no:
            if no.code not in SILENT:
                _LOG.warning("visit %s was not reminded of: %s", visit.pk, no)
    return written
