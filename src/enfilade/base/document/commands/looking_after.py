"""Who looks after a paper, and what the clock says about it."""

from __future__ import annotations

from datetime import timedelta

from enfilade.base.document.models import Document
from enfilade.core.access import users_in_role
from enfilade.core.command import Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.models import Membership, User
from enfilade.core.notify import tell
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_day


@command(permission="document.assign_document", label="Give to somebody")
def assign_document(ctx: Context, *, document: Document, owner: Ref[User]) -> Document:
    """Say who looks after a document, and is reminded before it ends.

    Refuses: not_valid_or_expired; not_found for who does not work here.
    """
    document.owner, document.reminded_on = owner, None
    document.save(update_fields=["owner", "reminded_on"])
    tell(ctx, [owner], f"{document} is yours to look after.", ref(document))
    return document


@command(permission="document.expire_documents", hidden=True)
def remind_of_expiry(ctx: Context, *, document: Document) -> Document:
    """Tell whoever looks after a document that it ends soon; run every hour.

    Refuses: not_valid, no_end, too_early, reminded_already.
    """
    if document.valid_until is None or document.kind.remind_days is None:
        raise Refusal("no_end", "Nobody is reminded of this document: it has no last day, or its kind says so.")
    if document.valid_until - timedelta(days=document.kind.remind_days) > ctx.today:
        raise Refusal("too_early", "It is too early to remind anybody of this document.")
    if document.reminded_on is not None:
        raise Refusal("reminded_already", "Whoever looks after this document was told.")
    document.reminded_on = ctx.today
    document.save(update_fields=["reminded_on"])
    tell(ctx, _told(ctx, document), f"{document} holds until {format_day(document.valid_until)}: ask for a new one.", ref(document))
    return document


@command(permission="document.expire_documents", hidden=True)
def expire_document(ctx: Context, *, document: Document) -> Document:
    """Mark a document whose last day is over, and say so to whoever looks after it; run every hour.

    Refuses: not_valid, still_valid.
    """
    if document.valid_until is None or document.valid_until >= ctx.today:
        raise Refusal("still_valid", "This document still holds.")
    document.state = Document.State.EXPIRED
    document.save(update_fields=["state"])
    if document.kind.remind_days is not None:
        tell(ctx, _told(ctx, document), f"{document} holds no longer.", ref(document))
    return document


def _told(ctx: Context, document: Document) -> list[User]:
    """Who looks after it; the owners of the company where that person has left."""
    return [document.keeper] if _works_here(ctx, document.keeper) else users_in_role(ctx.company, "owner")


def _works_here(ctx: Context, user: User) -> bool:
    return user.is_active and Membership.objects.filter(company=ctx.company, user=user, active=True).exists()
