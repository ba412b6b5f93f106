"""Taking papers, replacing them by newer ones, and saying that they hold no longer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from enfilade.base.document.events import DocumentReplaced, DocumentRevoked, DocumentTaken
from enfilade.base.document.models import Document, DocumentKind
from enfilade.base.document.queries import may_read_file
from enfilade.base.party.models import Party
from enfilade.core.command import Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import StoredFile, User

Day = Annotated[date | None, Input(prefill="ctx.today")]


@command(permission="document.take_document")
def take_document(
    ctx: Context,
    *,
    party: Ref[Party],
    kind: Ref[DocumentKind],
    file: Ref[StoredFile] | None = None,
    received_on: Day = None,
    signed: bool = False,
    valid_until: date | None = None,
    owner: Ref[User] | None = None,
    note: LongText = "",
) -> Document:
    """Take a document that a party hands in.

    file: its scan or photograph; without one the paper itself was seen.
    received_on: left empty, today.
    signed: whether it bears the party's signature.
    valid_until: last day on which it holds; left empty, as long as its kind says.
    owner: who is reminded before it ends; left empty, you.
    Refuses: signature_missing, kind_not_used, not_your_file, in_the_future; document_valid_after_receipt (database).
    """
    document = keep(ctx, kind, file, received_on, signed, valid_until, party=party, owner=owner, note=note)
    publish(ctx, DocumentTaken(document.pk, document.party_id, kind.code))
    return document


@command(permission="document.replace_document", label="Replace by a new version", tone="primary")
def replace_document(
    ctx: Context,
    *,
    document: Document,
    file: Ref[StoredFile] | None = None,
    received_on: Day = None,
    signed: bool = False,
    valid_until: date | None = None,
    note: LongText = "",
) -> Document:
    """Take a new version of a document. The old one stays readable, and counts for the days before.

    received_on: the day from which the new version counts; left empty, today.
    signed: whether the new version bears the party's signature.
    valid_until: its last day; left empty, as long as its kind says.
    Refuses: not_valid_or_expired, older_than_the_last; what take_document refuses; document_one_version_a_day (database).
    """
    day = received_on or ctx.today
    if day < document.received_on:
        raise Refusal("older_than_the_last", "A new version can't count from a day before the one that it replaces.", field="received_on")
    document.state, document.replaced_on = Document.State.REPLACED, day
    document.save(update_fields=["state", "replaced_on"])
    made = keep(
        ctx,
        document.kind,
        file,
        day,
        signed,
        valid_until,
        party=document.party,
        owner=document.owner,
        note=note,
        original_id=document.series_id,
        version=document.version + 1,
    )
    publish(ctx, DocumentReplaced(made.pk, document.pk, made.party_id, made.kind.code))
    return made


@command(permission="document.revoke_document", tone="danger")
def revoke_document(ctx: Context, *, document: Document, reason: str) -> Document:
    """Say that a document holds no longer: withdrawn, or found to be wrong.

    Refuses: not_valid_or_expired.
    """
    document.state, document.revoked_on, document.reason = Document.State.REVOKED, ctx.today, reason
    document.save(update_fields=["state", "revoked_on", "reason"])
    publish(ctx, DocumentRevoked(document.pk, document.party_id, document.kind.code))
    return document


def keep(
    ctx: Context,
    kind: DocumentKind,
    file: StoredFile | None,
    received_on: date | None,
    signed: bool,
    valid_until: date | None,
    *,
    by_house: bool = False,
    **more: Any,
) -> Document:
    """A new row, by the rules of its kind. Refuses as take_document says.

    by_house: the file came in by a way of our own, and whether somebody may use it was asked there.
    """
    if not kind.active:
        raise Refusal("kind_not_used", f"{kind.name} is not asked for any more.", field="kind")
    if kind.signature_needed and not signed:
        raise Refusal("signature_missing", f"{kind.name} has to be signed. Tick the box when it is.", field="signed")
    if file is not None and not by_house and not may_read_file(ctx, file):
        raise Refusal("not_your_file", "This file was given by somebody else and belongs to no document that you may see.", field="file")
    day = received_on or ctx.today
    if day > ctx.today:
        raise Refusal("in_the_future", "A document can't be received on a day to come.", field="received_on")
    until = valid_until or (day + timedelta(days=kind.validity_days) if kind.validity_days else None)
    expired = until is not None and until < ctx.today
    return Document.objects.create(
        company=ctx.company,
        kind=kind,
        file=file,
        received_on=day,
        received_by=ctx.user,
        valid_until=until,
        signed=signed,
        state=Document.State.EXPIRED if expired else Document.State.VALID,
        **more,
    )
