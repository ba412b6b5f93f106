"""Which papers are there, which are missing, and who may open them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.models import RecordQuerySet, StoredFile

from .models import Document, DocumentKind, RequiredDocument

VIEW = "document.view_document"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One kind that is needed, and the newest document that meets it, if there is one.

    lapsed: the newest one that met it once, where none does today.
    """

    kind: DocumentKind
    subject: str
    blocking: bool
    document: Document | None = None
    lapsed: Document | None = None

    @property
    def met(self) -> bool:
        """Whether it is there."""
        return self.document is not None


def requirements(ctx: Context, party: Party, subject: str, on: date) -> list[Requirement]:
    """Every kind that a party needs for something on a day, the blocking ones first, each once.

    subject: the word of the matrix; "" for all subjects together.
    """
    roles = list(party.party_roles.values_list("role", flat=True))
    rules = RequiredDocument.objects.visible_to(ctx).filter(Q(applies_to="") | Q(applies_to__in=roles), kind__active=True)
    rules = rules.filter(subject=subject) if subject else rules
    needed: dict[int, RequiredDocument] = {}
    for rule in rules.select_related("kind").order_by("-blocking", "kind__name", "pk"):
        needed.setdefault(rule.kind_id, rule)
    if not needed:
        return []
    had: dict[int, list[Document]] = {}
    for document in documents_of(ctx, party).filter(kind__in=needed).order_by("-received_on", "-pk"):
        had.setdefault(document.kind_id, []).append(document)
    return [_requirement(rule, had.get(kind_id, []), on) for kind_id, rule in needed.items()]


def _requirement(rule: RequiredDocument, documents: list[Document], on: date) -> Requirement:
    holding = next((d for d in documents if d.holds_on(on)), None)
    return Requirement(rule.kind, rule.subject, rule.blocking, holding, None if holding else next(iter(documents), None))


def missing_documents(ctx: Context, party: Party, subject: str, on: date) -> list[DocumentKind]:
    """The kinds a party lacks for something on a day, the blocking ones first."""
    return [r.kind for r in requirements(ctx, party, subject, on) if not r.met]


def blocking_documents(ctx: Context, party: Party, subject: str, on: date) -> list[DocumentKind]:
    """The missing kinds without which the next step has to wait."""
    return [r.kind for r in requirements(ctx, party, subject, on) if r.blocking and not r.met]


def documents_of(ctx: Context, party: Party) -> RecordQuerySet:
    """The documents of a party with kind and file."""
    return Document.objects.visible_to(ctx).filter(party=party).select_related("kind", "file")


def expiring_documents(ctx: Context, until: date) -> RecordQuerySet:
    """Valid documents whose last day comes by a day, the next one first."""
    rows = Document.objects.visible_to(ctx).filter(state=Document.State.VALID, valid_until__lte=until)
    return rows.select_related("party", "kind").order_by("valid_until", "pk")


def may_read_file(ctx: Context, file: StoredFile) -> bool:
    """Whether the caller gave the file, or may see a document that carries it."""
    if file.stored_by_id == ctx.user.pk:
        return True
    return ctx.may(VIEW) and Document.objects.visible_to(ctx).filter(file=file).exists()
