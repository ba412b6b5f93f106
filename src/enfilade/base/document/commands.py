"""Taking papers, and saying that they hold no longer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from enfilade.base.party.models import Party
from enfilade.core.command import Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import StoredFile

from .events import DocumentRevoked, DocumentTaken
from .models import Document, DocumentKind
from .queries import may_read_file


@command(permission="document.take_document")
def take_document(
    ctx: Context,
    *,
    party: Ref[Party],
    kind: Ref[DocumentKind],
    file: Ref[StoredFile] | None = None,
    received_on: Annotated[date | None, Input(prefill="ctx.today")] = None,
    signed: bool = False,
    valid_until: date | None = None,
    note: LongText = "",
) -> Document:
    """Take a document that a party hands in.

    file: its scan or photograph; without one the paper itself was seen.
    received_on: left empty, today.
    signed: whether it bears the party's signature.
    valid_until: last day on which it holds; left empty, as long as its kind says.
    Refuses: signature_missing, kind_not_used, not_your_file, in_the_future; document_valid_after_receipt (database).
    """
    if not kind.active:
        raise Refusal("kind_not_used", f"{kind.name} is not asked for any more.", field="kind")
    if kind.signature_needed and not signed:
        raise Refusal("signature_missing", f"{kind.name} has to be signed. Tick the box when it is.", field="signed")
    if file is not None and not may_read_file(ctx, file):
        raise Refusal("not_your_file", "This file was given by somebody else and belongs to no document that you may see.", field="file")
    day = received_on or ctx.today
    if day > ctx.today:
        raise Refusal("in_the_future", "A document can't be received on a day to come.", field="received_on")
    until = valid_until or (day + timedelta(days=kind.validity_days) if kind.validity_days else None)
    expired = until is not None and until < ctx.today
    document = Document.objects.create(
        company=ctx.company,
        party=party,
        kind=kind,
        file=file,
        received_on=day,
        received_by=ctx.user,
        valid_until=until,
        signed=signed,
        note=note,
        state=Document.State.EXPIRED if expired else Document.State.VALID,
    )
    publish(ctx, DocumentTaken(document.pk, party.pk, kind.code))
    return document


@command(permission="document.revoke_document", tone="danger")
def revoke_document(ctx: Context, *, document: Document, reason: str) -> Document:
    """Say that a document holds no longer: withdrawn, replaced, found to be wrong.

    Refuses: not_valid_or_expired.
    """
    document.state, document.revoked_on, document.reason = Document.State.REVOKED, ctx.today, reason
    document.save(update_fields=["state", "revoked_on", "reason"])
    publish(ctx, DocumentRevoked(document.pk, document.party_id, document.kind.code))
    return document


@command(permission="document.expire_documents", hidden=True)
def expire_document(ctx: Context, *, document: Document) -> Document:
    """Mark a document whose last day is over; run every night.

    Refuses: not_valid, still_valid.
    """
    if document.valid_until is None or document.valid_until >= ctx.today:
        raise Refusal("still_valid", "This document still holds.")
    document.state = Document.State.EXPIRED
    document.save(update_fields=["state"])
    return document
