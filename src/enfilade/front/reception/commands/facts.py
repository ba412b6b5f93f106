"""What an hour of a role costs."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from enfilade.core.command import Amount, Input, command
from enfilade.core.context import Context
from enfilade.front.reception.models import PayRate


@command(permission="reception.add_payrate", label="New pay rate")
def add_payrate(
    ctx: Context,
    *,
    role: Annotated[str, Input(max_length=60)],
    hourly: Amount,
    valid_from: date | None = None,
) -> PayRate:
    """Say what an hour of a role costs the company from a day on; interruptions are priced by it.

    role: code of the role, such as clinical_lead.
    hourly: cost of one hour, with everything the employer pays.
    valid_from: from this day on; since the beginning of this year, when left empty.
    Refuses: pay_rate_once, pay_rate_positive (database).
    """
    begin = valid_from or ctx.today.replace(month=1, day=1)
    return PayRate.objects.create(company=ctx.company, role=role.strip(), hourly_minor=hourly, valid_from=begin)
