"""By the clock: reminders before papers end, marks when they have, and proposals to destroy what nobody has to keep any longer."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.jobs import for_each_company, schedule
from enfilade.core.scope import scope

from .commands import expire_document, propose_destruction, remind_of_expiry
from .models import Document
from .queries import time_is_over, to_be_reminded_of


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
