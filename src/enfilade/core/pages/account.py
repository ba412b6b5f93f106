"""What a person sees of her own account: the tabs of these pages, and the tokens of her programs. `security` has the rest."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from enfilade.core.command import REGISTRY, run_raw
from enfilade.core.commands import NewToken
from enfilade.core.context import Context, Refusal
from enfilade.core.http.dispatch import view
from enfilade.core.language.words import LANGUAGES, say
from enfilade.core.models import ApiToken, NotificationChoice
from enfilade.core.resource import RESOURCES
from enfilade.core.resource.hooks import PAGES, REPORTS
from enfilade.core.scope import scope

from .context import DEPARTMENTS
from .devices import devices_of, push_key

DAYS = (7, 30, 90, 180, 365)
TOKENS_SHOWN = 100


def account_tabs(ctx: Context, here: str) -> dict[str, Any]:
    """What the frame of every page of the account needs."""
    tabs = [("/account/security/", "Security"), ("/account/sessions/", "Sessions")]
    tabs += [("/account/language/", "Language")] if ctx.may("core.read_notifications") else []
    tabs += [("/account/notifications/", "Notifications")] if ctx.may("core.read_notifications") else []
    tabs += [("/account/tokens/", "API tokens")] if ctx.may("core.make_token") else []
    tabs += [("/account/elevate/", "Elevate")] if ctx.sleeping and ctx.may("core.elevate") else []
    return {
        "tabs": [{"url": url, "label": label, "active": url == here} for url, label in tabs],
        "crumbs": [{"label": "Your account", "url": ""}],
    }


@view("core.make_token", methods=("GET", "HEAD", "POST"))
def tokens_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/account/tokens/: make one, see its text once, revoke."""
    if request.method != "POST":
        return _tokens(request, ctx)
    if pk := request.POST.get("revoke"):
        run_raw(ctx, "core.revoke_token", {"token": pk})
        return HttpResponseRedirect(request.path)
    chosen = {m: request.POST.get(f"module-{m}", "") for m in _readable(ctx)}
    try:
        made = run_raw(
            ctx,
            "core.make_token",
            {
                "name": request.POST.get("name", ""),
                "scope": _scope(ctx, request.POST.get("reach", ""), chosen),
                "days": request.POST.get("days", ""),
            },
        )
    except Refusal as no:
        with scope(ctx.company_id, read_only=True):
            return _tokens(request, ctx, error=str(no), chosen=chosen)
    with scope(ctx.company_id, read_only=True):
        return _tokens(request, ctx, fresh=made)


def _tokens(
    request: HttpRequest, ctx: Context, *, error: str = "", fresh: NewToken | None = None, chosen: dict[str, str] | None = None
) -> HttpResponse:
    rows = ApiToken.objects.filter(company=ctx.company, user=ctx.user).order_by("-pk")[:TOKENS_SHOWN]
    words = [
        {"module": m, "label": DEPARTMENTS.get(m, (m.replace("_", " ").capitalize(),))[0], "chosen": (chosen or {}).get(m, "")}
        for m in sorted(_readable(ctx))
    ]
    context = {
        **account_tabs(ctx, request.path),
        "tokens": [{"row": t, "state": _state(t, ctx), "scope": _words(t.scope)} for t in rows],
        "modules": sorted(words, key=lambda w: w["label"]),
        "days": DAYS,
        "given": request.POST if error else {"days": "90", "reach": "all"},
        "error": error,
        "fresh": fresh,
    }
    return render(request, "core/account/tokens.html", context, status=422 if error else 200)


@view("core.read_notifications", methods=("GET", "HEAD", "POST"))
def language_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/account/language/: in which language the caller reads the house."""
    if request.method == "POST":
        run_raw(ctx, "core.choose_language", {"language": request.POST.get("language", "")})
        return HttpResponseRedirect(request.path)
    context = {
        **account_tabs(ctx, request.path),
        "languages": LANGUAGES.items(),
        "own": ctx.user.language,
        "company_language": LANGUAGES.get(ctx.company.language[:2], ctx.company.language),
    }
    return render(request, "core/account/language.html", context)


@view("core.read_notifications", methods=("GET", "HEAD", "POST"))
def notices_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/account/notifications/: how each kind of notification reaches the caller beside the page."""
    with scope(ctx.company_id, read_only=True):
        devices = devices_of(ctx)
        chosen = dict(NotificationChoice.objects.visible_to(ctx).filter(user=ctx.user).values_list("kind", "how"))
    kinds = sorted(((DEPARTMENTS.get(m, (m.replace("_", " ").capitalize(),))[0], m) for m in _readable(ctx)), key=str)
    if request.method == "POST":
        for kind in ("", *(m for _, m in kinds)):
            how = request.POST.get(f"how-{kind}", "")
            if how and how != chosen.get(kind):
                run_raw(ctx, "core.choose_notification", {"kind": kind, "how": how})
        return HttpResponseRedirect(request.path)
    context = {
        **account_tabs(ctx, request.path),
        "kinds": [{"kind": m, "label": label, "how": chosen.get(m, "")} for label, m in kinds],
        "rest": chosen.get("", NotificationChoice.How.PAGE.value),
        "ways": NotificationChoice.How.choices,
        "address": ctx.user.email,
        "devices": devices,
        "push_key": push_key(),
    }
    return render(request, "core/account/notifications.html", context)


def _state(token: ApiToken, ctx: Context) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at is not None and token.expires_at <= ctx.now else "live"


def _words(patterns: list[str]) -> str:
    """A scope in a few words: whole modules by name, single permissions by number."""
    if "*" in patterns:
        return say("everything you may")
    whole = [p.removesuffix(".*").replace("_", " ") for p in patterns if p.endswith(".*")]
    single = len(patterns) - len(whole)
    return ", ".join([*whole, *([say(f"{single} single permissions" if single > 1 else "1 single permission")] if single else [])])


def _readable(ctx: Context) -> dict[str, list[str]]:
    """Module -> the permissions to read that the caller holds there; [] for a module in which she may only act."""
    reading = {r.view_permission for r in RESOURCES.values()}
    reading |= {r.permission for r in REPORTS.values()} | {p.permission for p in PAGES.values()}
    acting = {c.permission for c in REGISTRY.values()}
    found: dict[str, list[str]] = {}
    for permission in sorted(reading | acting):
        if ctx.may(permission):
            held = found.setdefault(permission.partition(".")[0], [])
            if permission in reading and permission not in acting:
                held.append(permission)
    return found


def _scope(ctx: Context, reach: str, chosen: dict[str, str]) -> list[str]:
    """The patterns that a choice on the form stands for."""
    if reach == "all":
        return ["*"]
    readable = _readable(ctx)
    if reach == "read":
        return [p for found in readable.values() for p in found]
    whole = [f"{m}.*" for m, how in chosen.items() if how == "all"]
    return whole + [p for m, how in chosen.items() if how == "read" for p in readable[m]]
