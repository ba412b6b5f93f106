"""Telling a patient of her appointment."""

from __future__ import annotations

from enfilade.base.message.commands import write_from_template
from enfilade.base.message.models import Mail
from enfilade.base.message.purposes import Purpose
from enfilade.base.message.queries import as_read_by
from enfilade.core.command import command
from enfilade.core.context import Context
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_clock, format_long_day
from enfilade.front.appointments.mails import CONFIRMATION, REMINDER
from enfilade.front.appointments.models import Visit


@command(permission="appointments.confirm_visit", label="Confirm by e-mail", offered=lambda visit: visit.state == "booked")
def confirm_visit(ctx: Context, *, visit: Visit) -> Mail:
    """Write to a patient when and for what she is expected.

    Refuses: not_booked; what write_from_template refuses, such as no_address, no_mailbox, address_blocked.
    """
    return _write(ctx, visit, CONFIRMATION, automatic=False)


@command(permission="appointments.remind_visit", hidden=True)
def remind_visit(ctx: Context, *, visit: Visit) -> Mail:
    """Remind a patient of her appointment; the clock does so on the day before. Who wants no such messages gets none.

    Refuses: not_booked; what write_from_template refuses, such as no_address, address_blocked.
    """
    return _write(ctx, visit, REMINDER, automatic=True)


def _write(ctx: Context, visit: Visit, purpose: Purpose, *, automatic: bool) -> Mail:
    party = visit.party
    with as_read_by(ctx, party):
        values = {
            "party": party.name,
            "day": format_long_day(visit.starts_at.astimezone(ctx.zone).date()),
            "time": format_clock(visit.starts_at),
            "service": visit.service.name,
            "practitioner": str(visit.practitioner or ""),
            "company": ctx.company.name,
        }
    return write_from_template(ctx, purpose=purpose.code, party=party, values=values, origin=ref(visit), automatic=automatic)
