"""Lists, forms and panels of documents."""

from __future__ import annotations

from typing import Any, ClassVar

from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.files import file_guard
from enfilade.core.models import RecordQuerySet, StoredFile
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource, panel

from . import commands, label_pages, mails, pages, queries, report_paper  # noqa: F401 - commands, purposes, pages and paper register themselves
from .models import (
    Destruction,
    Document,
    DocumentKind,
    DocumentWord,
    LegalHold,
    PaperTemplate,
    RequiredDocument,
    RetentionRule,
    SignatureRequest,
    Signer,
)
from .papers import PAPERS

department("document", "Documents", "file-check", 45, office="front")


class DocumentResource(Resource):
    """Papers that were handed in."""

    model = Document
    columns = ("party", "kind", "version", "received_on", "valid_until", "signed", "state")
    filters = ("state", "kind", "party", "received_on", "valid_until", "signed", "owner")
    search = ("party__name", "party__number", "kind__name", "note", "text__content")
    words = DocumentWord
    facts = (
        "party",
        "kind",
        "version",
        "state",
        "received_on",
        "received_by",
        "valid_until",
        "owner",
        "signed",
        "file",
        "replaced_on",
        "revoked_on",
        "reason",
        "destroyed_on",
        "note",
    )
    ordering = "-received_on"
    verbs = ("take_document",)
    icon = "file-check"
    order = 10
    empty = "Take the first document from the page of a person: open the person and choose “Take document”."


class DocumentKindResource(Resource):
    """Kinds of documents."""

    model = DocumentKind
    columns = ("code", "name", "validity_days", "remind_days", "signature_needed", "active")
    filters = ("signature_needed", "active")
    search = ("code", "name", "description")
    fields = ("code", "name", "validity_days", "remind_days", "signature_needed", "description", "active")
    import_key = "code"
    ordering = "code"
    icon = "files"
    order = 20
    empty = "Name the papers you ask for: consent, insurance card, identity. Then say under “Required documents” what they are needed for."


class RequiredDocumentResource(Resource):
    """The matrix: which kinds are needed for what."""

    model = RequiredDocument
    columns = ("subject", "kind", "applies_to", "blocking", "max_age_days", "min_days_left")
    filters = ("subject", "kind", "blocking")
    search = ("subject", "kind__name", "applies_to")
    fields = ("subject", "kind", "applies_to", "blocking", "max_age_days", "min_days_left")
    ordering = "subject"
    icon = "list-checks"
    order = 30
    empty = "Say which document is needed for what, so that the desk sees what is missing when somebody comes."


class RetentionRuleResource(Resource):
    """How long documents of each kind are kept."""

    model = RetentionRule
    columns = ("kind", "keep_months", "starts", "whole_years", "basis")
    filters = ("kind", "starts")
    search = ("kind__name", "basis")
    fields = ("kind", "keep_months", "starts", "whole_years", "basis")
    ordering = "kind"
    icon = "archive"
    order = 70
    empty = "Say how long each kind of document is kept. What has no rule is kept for ever; what is over is proposed for destruction."


class DestructionResource(Resource):
    """What was proposed for destruction, and what became of it."""

    model = Destruction
    columns = ("document", "proposed_on", "kept_until", "basis", "state", "decided_at", "decided_by")
    filters = ("state", "document__kind", "document__party", "proposed_on", "kept_until")
    search = ("document__party__name", "document__kind__name", "basis")
    facts = (
        "document",
        "state",
        "proposed_on",
        "kept_until",
        "basis",
        "decided_by",
        "decided_at",
        "reason",
        "not_before",
        "sha256",
        "size_bytes",
    )
    ordering = "-proposed_on"
    icon = "trash-2"
    order = 80
    empty = "Nothing to destroy: every night the documents are listed here whose time is over by the rules for keeping them."

    def queryset(self) -> RecordQuerySet:
        """With what the name of a document is made of."""
        return super().queryset().select_related("document__kind", "document__party")


class LegalHoldResource(Resource):
    """What must not be changed or destroyed."""

    model = LegalHold
    columns = ("name", "party", "kind", "document", "placed_at", "placed_by", "state")
    filters = ("state", "party", "kind")
    search = ("name", "reason", "party__name")
    facts = ("name", "state", "reason", "party", "kind", "document", "placed_by", "placed_at", "lifted_by", "lifted_at", "lifted_because")
    ordering = "-placed_at"
    verbs = ("place_hold",)
    icon = "lock"
    order = 90
    empty = "Nothing is held. “Place a legal hold” keeps documents from being changed or destroyed while somebody may want to see them."

    def queryset(self) -> RecordQuerySet:
        """With what the name of a document is made of."""
        return super().queryset().select_related("document__kind", "document__party")


class PaperTemplateResource(Resource):
    """The company's own words for what it prints."""

    model = PaperTemplate
    columns = ("paper", "language", "valid_from", "valid_until", "title", "written_by")
    filters = ("paper", "language", "valid_from")
    search = ("paper", "title", "text")
    facts = ("paper", "language", "valid_from", "valid_until", "title", "text", "written_by")
    ordering = "paper"
    icon = "file-pen"
    order = 66
    empty = "Enfilade brings a layout along for each paper. Word one on the page “Papers” where yours should be used."


class SignatureRequestResource(Resource):
    """What people were asked to sign."""

    model = SignatureRequest
    columns = ("party", "kind", "asked_at", "asked_by", "expires_on", "state")
    filters = ("state", "party", "kind", "asked_by", "expires_on")
    search = ("party__name", "kind__name")
    facts = (
        "party",
        "kind",
        "state",
        "file",
        "sha256",
        "asked_by",
        "asked_at",
        "expires_on",
        "closed_at",
        "reason",
        "document",
        "evidence",
        "message",
        "consent",
        "consent_version",
    )
    lines: ClassVar = {
        "signers": ("place", "name", "email", "state", "asked_at", "read_at", "decided_at", "typed_name", "address", "reason"),
    }
    ordering = "-asked_at"
    verbs = ("ask_signature",)
    icon = "signature"
    order = 15
    empty = "Nobody was asked to sign yet. Choose “Ask for a signature” on the page of a party: a link by e-mail, or a picture to scan."

    def queryset(self) -> RecordQuerySet:
        """With what the name of a document is made of."""
        return super().queryset().select_related("document__kind", "document__party")


@panel(
    on=SignatureRequest, title="Whose turn it is", permission="document.ask_signature", template="document/panel_turn.html", icon="qr-code"
)
def turn_panel(ctx: Context, request: SignatureRequest) -> dict[str, Any] | None:
    """Who is asked now, with the link to show."""
    if request.state != SignatureRequest.State.OPEN:
        return None
    return {"signers": list(request.signers.visible_to(ctx).filter(state=Signer.State.ASKED).order_by("place"))}


@panel(on=Party, title="Signatures", permission=queries.VIEW_SIGNATURES, template="document/panel_signatures.html", icon="signature")
def signatures_panel(ctx: Context, party: Party) -> dict[str, Any]:
    """What a party, or somebody for it, was asked to sign."""
    rows = list(SignatureRequest.objects.visible_to(ctx).filter(party=party).select_related("kind", "asked_by").order_by("-pk")[:50])
    url = f"/document/do/ask_signature/?party={party.pk}" if ctx.may("document.ask_signature") else ""
    return {"requests": rows, "count": len(rows), "new_url": url, "new_label": "Ask for a signature"}


@panel(on=Party, title="Documents", permission=queries.VIEW, template="document/panel_documents.html", icon="file-check")
def documents_panel(ctx: Context, party: Party) -> dict[str, Any]:
    """What a party handed in, and what it still owes."""
    missing = [r for r in queries.requirements(ctx, party, "", ctx.today) if not r.met]
    documents = list(queries.documents_of(ctx, party).exclude(state=Document.State.REPLACED).order_by("-received_on", "-pk"))
    may_take = ctx.may("document.take_document")
    url = f"/document/do/take_document/?party={party.pk}" if may_take else ""
    return {"documents": documents, "missing": missing, "count": len(documents), "new_url": url, "new_label": "Take document"}


@panel(on=Document, title="Versions", permission=queries.VIEW, template="document/panel_versions.html", icon="history")
def versions_panel(ctx: Context, document: Document) -> dict[str, Any] | None:
    """Every version with the days on which it counted; nothing where there is one only."""
    versions = list(queries.versions_of(ctx, document))
    return {"versions": versions, "count": len(versions)} if len(versions) > 1 else None


@panel(on=PaperTemplate, title="Preview", permission="document.view_papertemplate", template="document/panel_preview.html", icon="eye")
def preview_panel(ctx: Context, template: PaperTemplate) -> dict[str, Any] | None:
    """The way to see it printed."""
    paper = PAPERS.get(template.paper)
    return {"paper": paper, "url": f"/document/papers/{template.pk}/preview/"} if paper and ctx.may(paper.permission) else None


@panel(on=Document, title="Text", permission=queries.VIEW, template="document/panel_text.html", icon="text-search")
def text_panel(ctx: Context, document: Document) -> dict[str, Any] | None:
    """What its file says, by which it is found, or why it says nothing."""
    if document.file_id is None:
        return None
    return {"text": queries.text_of(ctx, document)}


@panel(on=Document, title="Keeping", permission=queries.VIEW, template="document/panel_keeping.html", icon="archive")
def keeping_panel(ctx: Context, document: Document) -> dict[str, Any] | None:
    """Until when it is kept, by which rule, and what holds it."""
    if document.state == Document.State.DESTROYED:
        return None
    rule, holds = queries.retention_rule(ctx, document.kind_id), queries.holds_on(ctx, document)
    url = f"/document/do/place_hold/?document={document.pk}" if ctx.may("document.place_hold") else ""
    until = rule.kept_until(document) if rule else None
    return {"rule": rule, "until": until, "holds": holds, "new_url": url, "new_label": "Place a legal hold"}


@file_guard
def guard(ctx: Context, file: StoredFile) -> bool:
    """A scan may be opened by whoever may see its document."""
    return queries.may_read_file(ctx, file)
