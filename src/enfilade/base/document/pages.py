"""Pages of documents that a resource cannot express: signing by link, showing the link, and the papers that the house prints."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import segno
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation

from enfilade.core import files
from enfilade.core.access import house_context
from enfilade.core.context import Context, NotFound, Refusal
from enfilade.core.models import Company
from enfilade.core.resource import open_page, page
from enfilade.core.scope import scope

from .commands import decline_by_link, read_by_link, sign_by_link
from .commands.signing import link_of
from .models import PaperTemplate, SignatureRequest, Signer
from .papers import PAPERS
from .pdf import LayoutError
from .queries import LONGEST_KEY, signer_by_token

ASK = "document.ask_signature"


@page("signers/<int:pk>/link/", title="Link to sign", permission=ASK, menu=False)
def show_link(request: HttpRequest, ctx: Context, pk: int) -> HttpResponse:
    """The link of somebody whose turn it is, as text and as a picture to scan with her own telephone."""
    signer = Signer.objects.visible_to(ctx).select_related("request__kind", "request__party", "company").filter(pk=pk).first()
    if signer is None or signer.state != Signer.State.ASKED or signer.request.state != SignatureRequest.State.OPEN:
        raise NotFound("link", pk)
    link = link_of(signer, f"{request.scheme}://{request.get_host()}")
    picture = segno.make(link, error="m", micro=False).svg_data_uri(scale=6, border=2, dark="#000", light="#fff")
    crumbs = [
        {"label": "Signature requests", "url": "/document/signature-requests/"},
        {"label": str(signer.request), "url": f"/document/signature-requests/{signer.request_id}/"},
        {"label": signer.name, "url": ""},
    ]
    return render(request, "document/show_link.html", {"signer": signer, "link": link, "picture": picture, "crumbs": crumbs})


@open_page("sign/<str:token>/", methods=("GET", "HEAD", "POST"))
def sign(request: HttpRequest, company: Company, token: str) -> HttpResponseBase:
    """What somebody sees who was sent a link: the document, the words, a place for her name; and what she answers."""
    if request.method != "POST":
        return _shown(request, company, token)
    ctx = replace(house_context(company), channel="page")
    with scope(company.pk, read_only=True):
        signer = signer_by_token(company, token)
    given = {"address": request.META.get("REMOTE_ADDR", "")[:64], "agent": request.headers.get("User-Agent", "")[:300]}
    answered, wrong = request.POST.get("answer", ""), None
    try:
        if answered == "read":
            read_by_link(ctx, signer=signer.pk, token=token)
            return HttpResponseRedirect(f"{request.path}file/")
        if answered == "decline":
            reason = request.POST.get("reason", "").strip()[:500]
            if not reason:
                raise Refusal("required", "Say in a few words why.", field="reason")
            decline_by_link(ctx, signer=signer.pk, token=token, reason=reason, **given)
        else:
            name, digest = request.POST.get("typed_name", "")[:200], request.POST.get("sha256", "")[:64]
            agreed = request.POST.get("agreed") == "on"
            sign_by_link(ctx, signer=signer.pk, token=token, typed_name=name, agreed=agreed, sha256=digest, **given)
    except NotFound:
        raise
    except Refusal as no:
        wrong = no
    if wrong is None:
        return HttpResponseRedirect(request.path)
    with scope(company.pk, read_only=True):
        return _shown(request, company, token, wrong)


@open_page("sign/<str:token>/file/")
def sign_file(request: HttpRequest, company: Company, token: str) -> HttpResponseBase:
    """The exact bytes that are to be signed; for whoever holds the link, as long as it works."""
    signer = signer_by_token(company, token)
    if not _is_open(company, signer):
        raise NotFound("file", "")
    return files.response(signer.request.file)


def _is_open(company: Company, signer: Signer) -> bool:
    asked, today = signer.request, timezone.now().astimezone(ZoneInfo(company.timezone)).date()
    return asked.state == SignatureRequest.State.OPEN and signer.state == Signer.State.ASKED and asked.expires_on >= today


def _shown(request: HttpRequest, company: Company, token: str, wrong: Refusal | None = None) -> HttpResponse:
    signer = signer_by_token(company, token)
    context: dict[str, Any] = {
        "signer": signer,
        "asked": signer.request,
        "company": company,
        "open": _is_open(company, signer),
        "wrong": wrong,
        "typed": request.POST.get("typed_name", ""),
        "others": [s for s in signer.request.signers.all() if s.pk != signer.pk],
    }
    language = signer.request.party.language or company.language
    with timezone.override(ZoneInfo(company.timezone)), translation.override(language):
        answer = render(request, "document/sign.html", context, status=wrong.status if wrong else 200)
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "same-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer


@page("papers/", title="Papers", permission="document.view_papertemplate", icon="file-pen", order=65)
def papers(request: HttpRequest, ctx: Context) -> HttpResponse:
    """Every paper with what its text may show, the words to begin with, and the company's own versions."""
    own: dict[str, list[PaperTemplate]] = defaultdict(list)
    for row in PaperTemplate.objects.visible_to(ctx).order_by("language", "-valid_from"):
        if row.valid_until is None or row.valid_until >= ctx.today:
            own[row.paper].append(row)
    shown = [{"paper": p, "own": own[p.code], "may_see": ctx.may(p.permission)} for p in sorted(PAPERS.values(), key=lambda p: p.label)]
    crumbs = [{"label": "Papers", "url": ""}]
    return render(
        request, "document/papers.html", {"papers": shown, "may_change": ctx.may("document.change_papertemplate"), "crumbs": crumbs}
    )


@page("papers/<int:pk>/preview/", title="Preview of a paper", permission="document.view_papertemplate", menu=False)
def preview(request: HttpRequest, ctx: Context, pk: int) -> HttpResponse:
    """A version printed with a real record of the caller's: the one that ?record= names, or the newest."""
    template = PaperTemplate.objects.visible_to(ctx).filter(pk=pk).first()
    paper = PAPERS.get(template.paper) if template is not None else None
    if template is None or paper is None:
        raise NotFound("paper", pk)
    ctx.require(paper.permission)
    named = request.GET.get("record", "")
    if named and not (named.isascii() and named.isdecimal() and len(named) < LONGEST_KEY):
        raise NotFound("record", named[:20])
    try:
        content = paper.preview(ctx, template, int(named) if named else None)
    except LayoutError as error:
        raise Refusal("layout", f"This paper can't be printed: {error}") from error
    if content is None:
        raise Refusal("nothing_to_print", f"There is no record yet with which “{paper.label}” could be shown.")
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{paper.code}.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
