"""The evidence of signatures as PDF/A-3: who signed which bytes, when, from where, after which words, with the signed file inside."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from enfilade.core import files
from enfilade.core.context import Context

from .models import PaperTemplate, SignatureRequest, Signer
from .papers import Paper, Printed, declare_paper, render_paper
from .pdf import Attached

LAW = "Simple electronic signature, Regulation (EU) 910/2014 (eIDAS) art. 3(10)"

EVIDENCE = "document.evidence"


def evidence_pdf(ctx: Context, request: SignatureRequest, signers: Sequence[Signer], template: PaperTemplate | None = None) -> bytes:
    """One document for whoever has to be convinced, and the same for programs as an attachment. Times are UTC.

    template: printed by it; the one that is in force when left out.
    """
    with files.open_file(request.file) as content:
        signed = content.read()
    data = {
        "title": f"Evidence of signature: {request.kind.name}",
        "language": "en",
        "company": {"name": ctx.company.name},
        "facts": [
            ["Document", request.kind.name],
            ["Of", request.party.name],
            ["File", request.file.name],
            ["SHA-256", request.fingerprint],
            ["Asked by", request.asked_by.name],
            ["Kind of signature", LAW],
        ],
        "signers": [{"name": f"{s.place}. {s.name}", "facts": _facts(s)} for s in signers],
        "consent_title": f"What each signer agreed to (version {request.consent_version})",
        "consent": request.consent,
        "events_title": "What happened",
        "columns": [{"label": "When (UTC)"}, {"label": "Who", "width": "1fr"}, {"label": "What", "width": "1fr"}],
        "rows": [[_at(at), who, what] for at, who, what in _happened(request, signers)],
    }
    attached = (
        Attached(request.file.name, signed, request.file.media_type, "What was signed", "source"),
        Attached("evidence.json", _json(request, signers), "application/json", "The evidence for programs", "data"),
    )
    names = {
        "paper": request.kind.name,
        "party": request.party.name,
        "file": request.file.name,
        "sha256": request.fingerprint,
        "asked_by": request.asked_by.name,
        "company": ctx.company.name,
        "law": LAW,
        "consent_version": request.consent_version,
    }
    language = (request.party.language or ctx.company.language)[:2]
    printed = Printed(EVIDENCE, names, data, language, ctx.today, "document/evidence.typ")
    return render_paper(ctx, printed, at=ctx.now, attached=attached, template=template)


def _facts(signer: Signer) -> list[list[str]]:
    return [
        ["Typed name", signer.typed_name],
        ["Signed", _at(signer.decided_at)],
        ["Link sent to", signer.email or "shown on the spot"],
        ["Network address", signer.address or "not known"],
        ["Program", signer.agent[:120] or "not known"],
    ]


def _happened(request: SignatureRequest, signers: Sequence[Signer]) -> list[tuple[datetime, str, str]]:
    found = [(request.asked_at, request.asked_by.name, "asked for signatures")]
    for signer in signers:
        for at, what in ((signer.asked_at, "was asked"), (signer.reminded_at, "was reminded"), (signer.read_at, "opened the document")):
            if at is not None:
                found.append((at, signer.name, what))
        if signer.decided_at is not None:
            found.append((signer.decided_at, signer.name, "signed"))
    return sorted(found, key=lambda one: one[0])


def _json(request: SignatureRequest, signers: Sequence[Signer]) -> bytes:
    said = {
        "request": request.pk,
        "sha256": request.sha256,
        "consent": request.consent,
        "consent_version": request.consent_version,
        "signers": [
            {
                "place": s.place,
                "name": s.name,
                "email": s.email,
                "typed_name": s.typed_name,
                "asked_at": _at(s.asked_at),
                "read_at": _at(s.read_at),
                "signed_at": _at(s.decided_at),
                "signed_sha256": s.signed_sha256,
                "address": s.address,
                "agent": s.agent,
            }
            for s in signers
        ],
    }
    return json.dumps(said, ensure_ascii=False, indent=2).encode()


def _at(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S") if at is not None else ""


def _preview(ctx: Context, template: PaperTemplate, pk: int | None) -> bytes | None:
    rows = SignatureRequest.objects.visible_to(ctx).filter(state=SignatureRequest.State.SIGNED, file__erasure=None)
    rows = rows.select_related("kind", "party", "file", "asked_by").order_by("-pk")
    request = (rows.filter(pk=pk) if pk else rows).first()
    if request is None:
        return None
    return evidence_pdf(ctx, request, list(Signer.objects.visible_to(ctx).filter(request=request).order_by("place")), template)


declare_paper(
    Paper(
        code=EVIDENCE,
        label="Evidence of a signature",
        names={
            "paper": "Consent to treatment",
            "party": "Ada Lovelace",
            "file": "consent.pdf",
            "sha256": "9f86d081 884c7d65",
            "asked_by": "Grace Hopper",
            "company": "Lindenhof Dental",
            "law": LAW,
            "consent_version": "2026-11-en",
        },
        parts={"facts": 0, "signers": 0, "consent": 0, "lines": 3},
        required=("facts", "signers", "consent", "lines"),
        title="Evidence of signature: {paper}",
        text="{facts}\n\n{signers}\n\n## What each signer agreed to (version {consent_version})\n{consent}\n\n## What happened\n{lines}",
        permission="document.view_signaturerequest",
        preview=_preview,
    )
)
