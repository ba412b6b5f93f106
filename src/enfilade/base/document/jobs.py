"""By the clock: who looks after a paper hears in time that it ends, and papers whose last day is over are marked."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.jobs import for_each_company, schedule
from enfilade.core.scope import scope

from .commands import expire_document, remind_of_expiry
from .models import Document
from .queries import to_be_reminded_of


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
