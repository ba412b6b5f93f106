"""By the clock: people are told before the exemption certificate of a supplier ends."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.jobs import for_each_company, schedule
from enfilade.core.scope import scope

from .commands import remind_of_certificate
from .withheld import certificates_ending


@schedule("payables.remind_of_certificates", "28 * * * *")
def remind_of_certificates(timestamp: int) -> None:
    """Hourly, since midnight comes at another hour in every time zone."""
    del timestamp
    for_each_company(remind_of_company)


def remind_of_company(ctx: Context) -> int:
    """Tell of certificates that end soon; of how many."""
    with scope(ctx.company_id, read_only=True):
        due = certificates_ending(ctx)
    for certificate in due:
        remind_of_certificate(ctx.with_key(f"remind:{certificate.pk}:{certificate.valid_until}"), certificate=certificate)
    return len(due)
