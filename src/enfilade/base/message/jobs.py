"""The clock looks after the outbox: what waits is tried again, what was cut off is told."""

from __future__ import annotations

from enfilade.core.context import Context, Refusal
from enfilade.core.jobs import for_each_company, schedule
from enfilade.core.scope import scope

from .commands import doubt_delivery
from .delivery import deliver
from .imap import fetch
from .queries import cut_off_messages, due_messages, mailboxes_to_fetch

CUT_OFF = "The program ended while this was handed to the mail server. Whether it was sent is not known: look in the log of the server."


@schedule("message.outbox", "* * * * *")
def empty_outbox(timestamp: int) -> None:
    """Every minute."""
    del timestamp
    for_each_company(empty_outbox_of_company)


def empty_outbox_of_company(ctx: Context) -> int:
    """Send what is due in one company, and tell of what was cut off; how many were tried."""
    with scope(ctx.company_id, read_only=True):
        due, cut_off = due_messages(ctx), cut_off_messages(ctx)
    for message in cut_off:
        try:
            doubt_delivery(ctx, message=message, reason=CUT_OFF)
        except Refusal as no:
            # It ended in the meantime.
            if no.code != "not_sending":
                raise
    return sum(deliver(ctx, pk) is not None for pk in due)


@schedule("message.fetch", "* * * * *")
def fetch_mail(timestamp: int) -> None:
    """Every minute."""
    del timestamp
    for_each_company(fetch_mail_of_company)


def fetch_mail_of_company(ctx: Context) -> int:
    """Take what came to the mailboxes of one company; how many mails."""
    with scope(ctx.company_id, read_only=True):
        boxes = mailboxes_to_fetch(ctx)
    return sum(fetch(ctx, box) for box in boxes)
