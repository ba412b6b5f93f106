"""By the clock: reminders before papers end, marks when they have, proposals to destroy what nobody has to keep any longer, and
the reading of files whose turn was missed.
"""

from __future__ import annotations

import logging

from enfilade.core.context import Context, Refusal
from enfilade.core.jobs import for_each_company, schedule
from enfilade.core.scope import scope

from .commands import expire_document, expire_signature, propose_destruction, remind_of_expiry, remind_signer
from .commands.signing import REMINDED_EVERY
from .models import Document
from .queries import documents_to_read, signatures_to_expire, signers_to_remind, time_is_over, to_be_reminded_of
from .texts import read_document

READ_AN_HOUR_MAX = 1_000
_LOG = logging.getLogger("enfilade.document")


@schedule("document.expire", "20 * * * *")
def expire_documents(timestamp: int) -> None:
    """Hourly, since midnight comes at another hour in every time zone."""
    del timestamp
    for_each_company(expire_of_company)


@schedule("document.remind", "25 * * * *")
def remind_of_documents(timestamp: int) -> None:
    """Hourly, for the same reason."""
    del timestamp
    for_each_company(remind_of_company)


@schedule("document.propose_destruction", "40 2 * * *")
def propose_destructions(timestamp: int) -> None:
    """Every night: what nobody has to keep any longer is proposed; a person decides."""
    del timestamp
    for_each_company(propose_of_company)


@schedule("document.read_texts", "50 * * * *")
def read_texts(timestamp: int) -> None:
    """Every hour: files that were there before files were read, or whose job came to nothing."""
    del timestamp
    for_each_company(read_of_company)


@schedule("document.follow_signatures", "35 * * * *")
def follow_signatures(timestamp: int) -> None:
    """Hourly: what was not signed in time is closed, and who has not signed for three days is written to."""
    del timestamp
    for_each_company(follow_signatures_of_company)


def follow_signatures_of_company(ctx: Context) -> tuple[int, int]:
    """How many requests were closed, and how many people were written to. Whom nobody can write to now is tried the next hour."""
    with scope(ctx.company_id, read_only=True):
        over, silent = list(signatures_to_expire(ctx)), list(signers_to_remind(ctx, ctx.now - REMINDED_EVERY))
    for request in over:
        expire_signature(ctx.with_key(f"expire:{request.pk}"), request=request)
    written = 0
    for signer in silent:
        try:
            remind_signer(ctx.with_key(f"remind:{signer.pk}:{signer.reminded_at}:{ctx.now:%Y%m%d%H}"), signer=signer)
            written += 1
        except Refusal as no:
            _LOG.warning("signer %s was not reminded: %s", signer.pk, no.code)
    return len(over), written


def propose_of_company(ctx: Context) -> int:
    """Propose what the rules of one company let go; of how many documents."""
    with scope(ctx.company_id, read_only=True):
        over = time_is_over(ctx)
    for document in over:
        propose_destruction(ctx.with_key(f"propose:{document.pk}:{ctx.today}"), document=document)
    return len(over)


def expire_of_company(ctx: Context) -> int:
    """Mark what ended before today where the company is; how many."""
    with scope(ctx.company_id, read_only=True):
        ended = list(Document.objects.visible_to(ctx).filter(state=Document.State.VALID, valid_until__lt=ctx.today).order_by("pk"))
    for document in ended:
        expire_document(ctx.with_key(f"expire:{document.pk}:{document.valid_until}"), document=document)
    return len(ended)


def remind_of_company(ctx: Context) -> int:
    """Tell of what ends soon; of how many documents."""
    with scope(ctx.company_id, read_only=True):
        due = list(to_be_reminded_of(ctx))
    for document in due:
        remind_of_expiry(ctx.with_key(f"remind:{document.pk}:{document.valid_until}:{document.owner_id}"), document=document)
    return len(due)


def read_of_company(ctx: Context) -> int:
    """Read files that nobody has read yet; how many were."""
    with scope(ctx.company_id, read_only=True):
        due = documents_to_read(ctx, READ_AN_HOUR_MAX)
    return sum(read_document(ctx, pk) is not None for pk in due)
