"""Asking for signatures by link, in an order, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from django.conf import settings

from enfilade.base.document.events import DocumentSigned, SignatureDeclined
from enfilade.base.document.evidence import evidence_pdf
from enfilade.base.document.mails import SIGN, SIGN_REMINDER
from enfilade.base.document.models import DocumentKind, SignatureRequest, Signer
from enfilade.base.document.queries import may_read_file
from enfilade.base.message.commands import write_from_template
from enfilade.base.message.queries import as_read_by
from enfilade.base.party.models import Party
from enfilade.core import files
from enfilade.core.access import HOUSE_EMAIL
from enfilade.core.command import Input, LongText, Ref, command
from enfilade.core.context import Context, NotFound, Refusal
from enfilade.core.events import publish
from enfilade.core.models import StoredFile
from enfilade.core.notify import tell
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_day

from .taking import keep

CONSENT_VERSION = "2026-11"
CONSENT = {
    "en": (
        "I have read this document. By typing my name and pressing “Sign” I sign it electronically, and I agree that name, time,"
        " network address and program are kept as evidence."
    ),
    "de": (
        "Ich habe dieses Dokument gelesen. Indem ich meinen Namen eintippe und auf „Unterschreiben“ drücke, unterschreibe ich es"
        " elektronisch, und ich bin einverstanden, dass Name, Zeit, Netzadresse und Programm als Nachweis aufbewahrt werden."
    ),
}
LIVES_DAYS = 14
LONGEST_DAYS = 365
SIGNERS_MAX = 10
REMINDED_EVERY = timedelta(days=3)

Secret = Annotated[str, Input(secret=True, max_length=120)]
Reason = Annotated[str, Input(max_length=500)]


@dataclass(frozen=True)
class Asked:
    """Somebody who is asked to sign.

    email: where the link is sent to; left empty, it is shown as a picture to scan.
    """

    name: str
    email: str = ""


@command(permission="document.ask_signature", tone="primary", label="Ask for a signature")
def ask_signature(
    ctx: Context,
    *,
    party: Ref[Party],
    kind: Ref[DocumentKind],
    file: Ref[StoredFile],
    signers: tuple[Asked, ...],
    message: LongText = "",
    expires_on: date | None = None,
) -> SignatureRequest:
    """Ask people to sign a file by a link, one after the other. When all have, it is a signed document of the party.

    file: exactly these bytes are shown and signed.
    signers: in the order in which they sign.
    message: a few words to them.
    expires_on: last day on which it can be signed; left empty, in two weeks.
    Refuses: not_your_file, kind_not_used, nobody_signs, too_many, no_such_day, no_site_address; what write_from_template refuses.
    """
    if not may_read_file(ctx, file):
        raise Refusal("not_your_file", "This file was given by somebody else and belongs to no document that you may see.", field="file")
    if not kind.active:
        raise Refusal("kind_not_used", f"{kind.name} is not asked for any more.", field="kind")
    if not 1 <= len(signers) <= SIGNERS_MAX:
        raise Refusal("nobody_signs", f"Name from one to {SIGNERS_MAX} people who sign.", field="signers")
    last = expires_on or ctx.today + timedelta(days=LIVES_DAYS)
    if not ctx.today <= last <= ctx.today + timedelta(days=LONGEST_DAYS):
        raise Refusal("no_such_day", "Choose a last day between today and a year from now.", field="expires_on")
    language = (party.language or ctx.company.language)[:2]
    request = SignatureRequest.objects.create(
        company=ctx.company,
        party=party,
        kind=kind,
        file=file,
        sha256=file.sha256,
        message=message,
        consent=CONSENT.get(language, CONSENT["en"]),
        consent_version=f"{CONSENT_VERSION}-{language if language in CONSENT else 'en'}",
        asked_by=ctx.user,
        asked_at=ctx.now,
        expires_on=last,
    )
    rows = [Signer(company=ctx.company, request=request, place=i, name=s.name, email=s.email) for i, s in enumerate(signers, 1)]
    for row in rows:
        row.save()
    _ask_next(ctx, request)
    return request


@command(permission="document.ask_signature", tone="danger", label="Withdraw")
def withdraw_signature(ctx: Context, *, request: SignatureRequest, reason: Reason) -> SignatureRequest:
    """Ask nobody any longer; the links stop working.

    Refuses: not_open.
    """
    return _close(ctx, request, SignatureRequest.State.WITHDRAWN, reason)


@command(permission="document.expire_documents", hidden=True)
def expire_signature(ctx: Context, *, request: SignatureRequest) -> SignatureRequest:
    """Close a request whose last day is over, and tell who asked; run every hour.

    Refuses: not_open, still_open.
    """
    if request.expires_on >= ctx.today:
        raise Refusal("still_open", "This can still be signed.")
    tell(ctx, [request.asked_by], f"{request} was not signed in time.", ref(request))
    return _close(ctx, request, SignatureRequest.State.EXPIRED, "")


@command(permission="document.ask_signature", hidden=True)
def remind_signer(ctx: Context, *, signer: Signer) -> Signer:
    """Write once more to somebody whose turn it is; by the clock every third day.

    Refuses: not_asked, too_early, no_address; what write_from_template refuses.
    """
    if signer.state != Signer.State.ASKED or signer.request.state != SignatureRequest.State.OPEN:
        raise Refusal("not_asked", "Nothing is asked of this person now.")
    if not signer.email:
        raise Refusal("no_address", "There is no address to write to; show the link instead.")
    if ctx.now - (signer.reminded_at or signer.asked_at or ctx.now) < REMINDED_EVERY:
        raise Refusal("too_early", "This person was written to less than three days ago.")
    _write(ctx, signer, SIGN_REMINDER.code)
    signer.reminded_at = ctx.now
    signer.save(update_fields=["reminded_at"])
    return signer


@command(permission="document.sign_by_link", hidden=True)
def read_by_link(ctx: Context, *, signer: Signer, token: Secret) -> Signer:
    """Note that the document was opened by a link.

    Refuses: not_found, signature_is_closed.
    """
    _by_link(ctx, signer, token)
    if signer.read_at is None:
        signer.read_at = ctx.now
        signer.save(update_fields=["read_at"])
    return signer


@command(permission="document.sign_by_link", hidden=True)
def sign_by_link(
    ctx: Context,
    *,
    signer: Signer,
    token: Secret,
    typed_name: Annotated[str, Input(max_length=200)],
    agreed: bool,
    sha256: Annotated[str, Input(max_length=64)],
    address: Annotated[str, Input(max_length=64)] = "",
    agent: Annotated[str, Input(max_length=300)] = "",
) -> Signer:
    """Sign by a link. The last signature makes the document, and seals the evidence.

    sha256: of what was read.
    address, agent: from where and with which program, as the request said.
    Refuses: not_found, signature_is_closed, not_read, not_agreed, no_name; signed_what_was_read, signed_in_order (database).
    """
    request = _by_link(ctx, signer, token)
    if signer.read_at is None:
        raise Refusal("not_read", "Read the document first.", field="typed_name")
    if not agreed:
        raise Refusal("not_agreed", "Tick the box to agree.", field="agreed")
    if len(typed_name.strip()) < 2:
        raise Refusal("no_name", "Type your name.", field="typed_name")
    signer.state, signer.decided_at, signer.typed_name, signer.signed_sha256 = Signer.State.SIGNED, ctx.now, typed_name.strip(), sha256
    signer.address, signer.agent = address, agent
    signer.save(update_fields=["state", "decided_at", "typed_name", "signed_sha256", "address", "agent"])
    if not _ask_next(ctx, request):
        _complete(ctx, request)
    return signer


@command(permission="document.sign_by_link", hidden=True)
def decline_by_link(
    ctx: Context,
    *,
    signer: Signer,
    token: Secret,
    reason: Reason,
    address: Annotated[str, Input(max_length=64)] = "",
    agent: Annotated[str, Input(max_length=300)] = "",
) -> Signer:
    """Decline to sign, with a reason. Nobody else is asked then, and who asked is told.

    Refuses: not_found, signature_is_closed.
    """
    request = _by_link(ctx, signer, token)
    signer.state, signer.decided_at, signer.reason = Signer.State.DECLINED, ctx.now, reason
    signer.address, signer.agent = address, agent
    signer.save(update_fields=["state", "decided_at", "reason", "address", "agent"])
    _close(ctx, request, SignatureRequest.State.DECLINED, reason)
    tell(ctx, [request.asked_by], f"{signer} declined to sign: {request}", ref(request))
    publish(ctx, SignatureDeclined(request.pk, request.party_id))
    return signer


def link_of(signer: Signer, site: str) -> str:
    """The address under which somebody signs."""
    return f"{site}/document/open/{signer.company.slug}/sign/{signer.token}/"


def _by_link(ctx: Context, signer: Signer, token: str) -> SignatureRequest:
    """The open request of a link, locked. Only the page of the link comes here: whoever works here signs for nobody."""
    if ctx.user.email != HOUSE_EMAIL or not signer.opens_with(token):
        raise NotFound("link", "")
    rows = SignatureRequest.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True)
    request: SignatureRequest = rows.select_related("party", "kind", "file", "asked_by").get(pk=signer.request_id)
    if request.state != SignatureRequest.State.OPEN or signer.state != Signer.State.ASKED or request.expires_on < ctx.today:
        raise Refusal("signature_is_closed", "This link does not work any more.")
    return request


def _ask_next(ctx: Context, request: SignatureRequest) -> bool:
    """Ask the first who has not signed yet; False when everybody has."""
    waiting = Signer.objects.visible_to(ctx).filter(request=request, state=Signer.State.WAITING).order_by("place").first()
    if waiting is None:
        return False
    waiting.state, waiting.asked_at = Signer.State.ASKED, ctx.now
    waiting.save(update_fields=["state", "asked_at"])
    if waiting.email:
        waiting.request = request
        _write(ctx, waiting, SIGN.code)
    return True


def _write(ctx: Context, signer: Signer, purpose: str) -> None:
    request = signer.request
    if not settings.SITE_URL:
        raise Refusal(
            "no_site_address", "Links can't be sent: whoever runs Enfilade has to set SITE_URL. Leave the e-mail empty to show the link."
        )
    with as_read_by(ctx, request.party):
        values = {
            "signer": signer.name,
            "paper": request.kind.name,
            "until": format_day(request.expires_on),
            "link": link_of(signer, settings.SITE_URL),
            "message": request.message,
            "company": ctx.company.name,
        }
    write_from_template(ctx, purpose=purpose, party=request.party, values=values, to=(signer.email,), origin=ref(request))


def _complete(ctx: Context, request: SignatureRequest) -> None:
    """Everybody has signed: the document is taken, the evidence is sealed, who asked is told."""
    signers: Sequence[Signer] = list(Signer.objects.visible_to(ctx).filter(request=request).order_by("place"))
    document = keep(
        ctx,
        request.kind,
        request.file,
        ctx.today,
        signed=True,
        valid_until=None,
        party=request.party,
        owner=request.asked_by,
        by_house=True,
    )
    content = evidence_pdf(ctx, request, signers)
    request.evidence = files.store_bytes(ctx, f"evidence-{request.pk}.pdf", content, "application/pdf")
    request.document = document
    request.state, request.closed_at = SignatureRequest.State.SIGNED, ctx.now
    request.save(update_fields=["state", "closed_at", "document", "evidence"])
    tell(ctx, [request.asked_by], f"Everybody has signed: {request}", ref(request))
    publish(ctx, DocumentSigned(request.pk, document.pk, request.party_id, request.kind.code))


def _close(ctx: Context, request: SignatureRequest, state: str, reason: str) -> SignatureRequest:
    request.state, request.closed_at, request.reason = state, ctx.now, reason
    request.save(update_fields=["state", "closed_at", "reason"])
    return request
