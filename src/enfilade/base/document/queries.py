"""Which papers are there, which are missing, and who may open them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import DateField, Exists, Func, OuterRef, Q, Value
from django.db.models.functions import Cast, Coalesce, Left, Length

from enfilade.base.party.models import Party
from enfilade.base.party.queries import live_parties, party_roles
from enfilade.core.context import Context, NotFound
from enfilade.core.models import Company, RecordQuerySet, StoredFile
from enfilade.core.scope import scope

from .models import (
    Destruction,
    Document,
    DocumentKind,
    DocumentText,
    LegalHold,
    PaperTemplate,
    RequiredDocument,
    RetentionRule,
    SignatureRequest,
    Signer,
)
from .rules import latest_start

VIEW = "document.view_document"
VIEW_SIGNATURES = "document.view_signaturerequest"
LONGEST_KEY = 19
ALWAYS_DAYS = 365_000
# So much of a text is shown on the page of its document.
SHOWN_MAX = 3_000


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
    return requirements_of(ctx, [party.pk], subject, on)[party.pk]


def requirements_of(ctx: Context, party_ids: Sequence[int], subject: str, on: date) -> dict[int, list[Requirement]]:
    """The same for many parties, by key, in three queries.

    Where two lines of the matrix ask for the same kind, a document has to meet both, and blocks if one of them does.
    """
    rules = RequiredDocument.objects.visible_to(ctx).filter(kind__active=True).select_related("kind")
    lines = list((rules.filter(subject=subject) if subject else rules).order_by("-blocking", "kind__name", "pk"))
    roles: dict[int, set[str]] = defaultdict(set)
    if any(line.applies_to for line in lines):
        for party_id, role in party_roles(ctx).filter(party__in=party_ids).values_list("party_id", "role"):
            roles[party_id].add(role)
    had: dict[tuple[int, int], list[Document]] = defaultdict(list)
    if lines:
        documents = Document.objects.visible_to(ctx).filter(party__in=party_ids, kind__in={line.kind_id for line in lines})
        for document in documents.select_related("kind", "file").order_by("-received_on", "-pk"):
            had[document.party_id, document.kind_id].append(document)
    found: dict[int, list[Requirement]] = {}
    for party_id in party_ids:
        needed: dict[int, list[RequiredDocument]] = defaultdict(list)
        for line in lines:
            if not line.applies_to or line.applies_to in roles[party_id]:
                needed[line.kind_id].append(line)
        found[party_id] = [_requirement(asked, had[party_id, kind_id], on) for kind_id, asked in needed.items()]
    return found


def _requirement(asked: list[RequiredDocument], documents: list[Document], on: date) -> Requirement:
    holding = next((d for d in documents if d.holds_on(on) and all(line.accepts(d.received_on, d.valid_until, on) for line in asked)), None)
    first = asked[0]
    return Requirement(first.kind, first.subject, first.blocking, holding, None if holding else next(iter(documents), None))


def parties_that_owe(ctx: Context, subject: str, *, blocking: bool, limit: int) -> list[Party]:
    """Parties in a role of which the matrix wants something that they have never handed in, or that holds no longer; by name.

    Lines without a role are left out: they are for whoever comes, not for everybody who is known.
    """
    lines = RequiredDocument.objects.visible_to(ctx).filter(kind__active=True, applies_to=OuterRef("role"))
    lines = lines.filter(subject=subject) if subject else lines
    lines = lines.filter(blocking=True) if blocking else lines
    holding = Document.objects.visible_to(ctx).filter(
        Q(valid_until=None) | Q(valid_until__gte=_days_from(ctx.today, "+", OuterRef("min_days_left"))),
        party=OuterRef(OuterRef("party")),
        kind=OuterRef("kind"),
        state=Document.State.VALID,
        received_on__gte=_days_from(ctx.today, "-", Coalesce(OuterRef("max_age_days"), ALWAYS_DAYS)),
    )
    owing = party_roles(ctx).filter(Exists(lines.filter(~Exists(holding)))).values("party")
    return list(live_parties(ctx).filter(pk__in=owing, archived_at=None).order_by("name", "pk")[:limit])


def missing_documents(ctx: Context, party: Party, subject: str, on: date) -> list[DocumentKind]:
    """The kinds a party lacks for something on a day, the blocking ones first."""
    return [r.kind for r in requirements(ctx, party, subject, on) if not r.met]


def blocking_documents(ctx: Context, party: Party, subject: str, on: date) -> list[DocumentKind]:
    """The missing kinds without which the next step has to wait."""
    return [r.kind for r in requirements(ctx, party, subject, on) if r.blocking and not r.met]


def documents_of(ctx: Context, party: Party) -> RecordQuerySet:
    """The documents of a party with kind and file."""
    return Document.objects.visible_to(ctx).filter(party=party).select_related("kind", "file")


def _days_from(day: date, sign: str, days: Any) -> Func:
    return Func(Cast(Value(day), DateField()), days, template="(%(expressions)s)", arg_joiner=f" {sign} ", output_field=DateField())


def versions_of(ctx: Context, document: Document) -> RecordQuerySet:
    """Every version of a document, the newest first."""
    rows = Document.objects.visible_to(ctx).filter(Q(pk=document.series_id) | Q(original=document.series_id))
    return rows.select_related("party", "kind", "file", "received_by").order_by("-version")


def version_on(ctx: Context, document: Document, day: date) -> Document | None:
    """The version that counted on a day, if one did."""
    return next((d for d in versions_of(ctx, document) if d.in_force_on(day)), None)


def to_be_reminded_of(ctx: Context) -> RecordQuerySet:
    """Documents that end soon, as their kinds understand soon, and of which nobody was told."""
    kinds = DocumentKind.objects.visible_to(ctx).filter(remind_days__isnull=False).values_list("pk", "remind_days")
    soon = Q(pk__in=[])
    for kind_id, days in kinds:
        soon |= Q(kind=kind_id, valid_until__range=(ctx.today, ctx.today + timedelta(days=days or 0)))
    return Document.objects.visible_to(ctx).filter(soon, state=Document.State.VALID, reminded_on=None).order_by("valid_until", "pk")


def retention_rule(ctx: Context, kind_id: int) -> RetentionRule | None:
    """How long documents of a kind are kept; None: for ever."""
    return RetentionRule.objects.visible_to(ctx).filter(kind=kind_id).first()


def holds_on(ctx: Context, document: Document) -> list[LegalHold]:
    """The holds that cover a document now."""
    rows = LegalHold.objects.visible_to(ctx).filter(
        Q(party=None) | Q(party=document.party_id),
        Q(kind=None) | Q(kind=document.kind_id),
        Q(document=None) | Q(document=document.pk),
        state=LegalHold.State.ACTIVE,
    )
    return list(rows.order_by("pk"))


def time_is_over(ctx: Context, limit: int = 1000) -> list[Document]:
    """Documents that nobody has to keep any longer, that are not held, and of which nothing is decided yet; the oldest first."""
    decided = Destruction.objects.visible_to(ctx).filter(Q(state__in=["proposed", "destroyed"]) | Q(not_before__gt=ctx.today))
    held = LegalHold.objects.visible_to(ctx).filter(
        Q(party=None) | Q(party=OuterRef("party")),
        Q(kind=None) | Q(kind=OuterRef("kind")),
        Q(document=None) | Q(document=OuterRef("pk")),
        state=LegalHold.State.ACTIVE,
    )
    found: list[Document] = []
    for rule in RetentionRule.objects.visible_to(ctx).order_by("pk"):
        latest = latest_start(ctx.today, rule.keep_months)
        rows = Document.objects.visible_to(ctx).filter(kind=rule.kind_id, received_on__lte=latest).exclude(state=Document.State.DESTROYED)
        rows = rows.filter(~Exists(decided.filter(document=OuterRef("pk"))), ~Exists(held)).select_related("kind", "party")
        if rule.starts == RetentionRule.Start.ENDED:
            rows = rows.filter(Q(valid_until__lte=latest) | Q(replaced_on__lte=latest) | Q(revoked_on__lte=latest))
        over = ((d, rule.kept_until(d)) for d in rows.order_by("received_on", "pk")[:limit])
        found += [d for d, until in over if until is not None and until < ctx.today]
    return found


def documents_to_read(ctx: Context, limit: int) -> list[int]:
    """Keys of documents whose file nobody has read yet, the oldest first."""
    rows = Document.objects.visible_to(ctx).filter(file__isnull=False, text=None)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def documents_with_file(ctx: Context, file_id: int) -> list[int]:
    """Keys of documents that carry a file and were not read yet."""
    with scope(ctx.company_id, read_only=True):
        return list(Document.objects.visible_to(ctx).filter(file=file_id, text=None).order_by("pk").values_list("pk", flat=True))


def text_of(ctx: Context, document: Document) -> DocumentText | None:
    """What the file of a document says, its beginning only, as `beginning`; None while it was not read."""
    rows = DocumentText.objects.visible_to(ctx).filter(document=document).defer("content")
    return rows.annotate(beginning=Left("content", SHOWN_MAX), length=Length("content")).first()


def template_on(ctx: Context, paper: str, languages: Sequence[str], day: date) -> PaperTemplate | None:
    """The company's own words for a paper on a day, in the first of the languages that has any. One query."""
    rows = PaperTemplate.objects.visible_to(ctx).filter(Q(valid_until=None) | Q(valid_until__gte=day), paper=paper, valid_from__lte=day)
    found = list(rows.filter(language__in=languages).order_by("-valid_from", "-pk"))
    return next((one for language in languages for one in found if one.language == language), None)


def expiring_documents(ctx: Context, until: date) -> RecordQuerySet:
    """Valid documents whose last day comes by a day, the next one first."""
    rows = Document.objects.visible_to(ctx).filter(state=Document.State.VALID, valid_until__lte=until)
    return rows.select_related("party", "kind").order_by("valid_until", "pk")


def signer_by_token(company: Company, token: str) -> Signer:
    """Who holds a link, with what is to be signed. Refuses NotFound for whatever is wrong.

    Why no context: nobody is signed in who could have one; the link itself is the proof.
    """
    key = token.partition("-")[0]
    pk = int(key) if key.isascii() and key.isdigit() and len(key) < LONGEST_KEY else 0
    rows = Signer.objects.filter(company=company, pk=pk).prefetch_related("request__signers")
    signer = rows.select_related("company", "request__file", "request__kind", "request__party", "request__asked_by").first()
    if signer is None or not signer.opens_with(token):
        raise NotFound("link", "")
    return signer


def signers_to_remind(ctx: Context, before: datetime) -> RecordQuerySet:
    """Those whose turn it is, who have an address, and to whom nobody wrote since a time."""
    rows = Signer.objects.visible_to(ctx).filter(state=Signer.State.ASKED, request__state=SignatureRequest.State.OPEN).exclude(email="")
    rows = rows.filter(Q(reminded_at=None, asked_at__lte=before) | Q(reminded_at__lte=before), request__expires_on__gte=ctx.today)
    return rows.select_related("request").order_by("pk")


def signatures_to_expire(ctx: Context) -> RecordQuerySet:
    """Open requests whose last day is over."""
    return SignatureRequest.objects.visible_to(ctx).filter(state=SignatureRequest.State.OPEN, expires_on__lt=ctx.today).order_by("pk")


def may_read_file(ctx: Context, file: StoredFile) -> bool:
    """Whether the caller gave the file, or may see a document that carries it."""
    if file.stored_by_id == ctx.user.pk:
        return True
    if ctx.may(VIEW) and Document.objects.visible_to(ctx).filter(file=file).exists():
        return True
    asked = SignatureRequest.objects.visible_to(ctx).filter(Q(file=file) | Q(evidence=file))
    return ctx.may(VIEW_SIGNATURES) and asked.exists()
