"""What a person does for the safety of her own account: password, second factors, passkeys, sessions.

Whatever weakens or extends how she signs in asks who she is once more, unless she has just said so (core.signin.sessions.FRESH_S).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from enfilade.core.command import run_raw
from enfilade.core.commands import end_elevation
from enfilade.core.context import Context, Refusal
from enfilade.core.http.dispatch import view
from enfilade.core.http.problems import elevate_url
from enfilade.core.models import Passkey, Role, SignInEvent, TotpDevice, User
from enfilade.core.refs import key_of
from enfilade.core.scope import scope
from enfilade.core.signin import factors, passkeys, sessions
from enfilade.core.signin.elevation import prove
from enfilade.core.signin.events import browser_name, note, place_of
from enfilade.core.signin.links import tell_changed
from enfilade.core.signin.passwords import new_password_errors, strength_of
from enfilade.core.signin.throttle import TooMany, attempt

from .account import account_tabs
from .session import CLOSED, leads_here

METHODS = ("GET", "HEAD", "POST")
HOME = "/account/security/"
EVENTS_SHOWN = 50
PASSWORD_MAX = 4096
# From showing who one is to having written the reason.
ELEVATION_FRESH_S = 5 * 60
Kind = SignInEvent.Kind


def after_confirming(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let nobody in who did not prove who she is within the last quarter of an hour; a window left open is not enough."""

    @wraps(run)
    def handle(request: HttpRequest, ctx: Context, *args: Any) -> HttpResponse:
        if sessions.is_fresh(request.session):
            return run(request, ctx, *args)
        back = request.path if request.method == "GET" else HOME
        if request.headers.get("Accept", "").startswith("application/json"):
            return JsonResponse({"confirm": f"/account/confirm/?{urlencode({'next': back})}"}, status=403)
        return HttpResponseRedirect(f"/account/confirm/?{urlencode({'next': back})}")

    return handle


@view()
def security_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/account/security/: what there is, and what is missing."""
    app = TotpDevice.objects.filter(user=ctx.user).first()
    keys = list(Passkey.objects.filter(user=ctx.user).order_by("pk"))
    context = {
        **account_tabs(ctx, HOME),
        "app": app,
        "keys": keys,
        "codes_left": factors.codes_left(ctx.user),
        "must_set_up": request.session.get("must_set_up", False),
        "has_password": ctx.user.has_usable_password(),
    }
    return render(request, "core/account/security.html", context)


@view(methods=METHODS)
@after_confirming
def app_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/account/security/app/: set the authenticator app up, or remove it."""
    if request.method == "POST" and request.POST.get("remove"):
        return _remove_app(request, ctx.user)
    secret = request.session.get("totp_secret") or factors.new_secret()
    request.session["totp_secret"] = secret
    error = ""
    if request.method == "POST":
        if factors.add_totp(ctx.user, secret, request.POST.get("code", "")[:40], timezone.now()):
            del request.session["totp_secret"]
            note(place_of(request), Kind.TOTP_ADDED, ctx.user)
            return _secured(request, ctx.user, "Your authenticator app is set up.")
        error = "This is not the code that the app should show now. Check the clock of your telephone, and enter the newest code."
    uri, image = factors.provisioning(secret, ctx.user)
    context = {
        **account_tabs(ctx, HOME),
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "image": image,
        "uri": uri,
    }
    return render(request, "core/account/app.html", {**context, "error": error}, status=422 if error else 200)


def _remove_app(request: HttpRequest, user: User) -> HttpResponse:
    removed, _ = TotpDevice.objects.filter(user=user).delete()
    if removed:
        note(place_of(request), Kind.TOTP_REMOVED, user)
    return _weakened(request, user, "The authenticator app is removed.")


@view(methods=("POST",))
@after_confirming
def codes_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/account/security/codes/: ten new recovery codes, shown once."""
    return _show_codes(request, ctx, factors.make_codes(ctx.user))


def _show_codes(request: HttpRequest, ctx: Context, codes: list[str]) -> HttpResponse:
    note(place_of(request), Kind.CODES_MADE, ctx.user)
    return render(request, "core/account/codes.html", {**account_tabs(ctx, HOME), "codes": codes})


@view(methods=("POST",))
@after_confirming
def passkey_options_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """What the browser is asked to make."""
    server = passkeys.server_for(request.get_host(), request.is_secure())
    options, request.session["ceremony"] = passkeys.begin_adding(server, ctx.user)
    return JsonResponse(options)


@view(methods=("POST",))
@after_confirming
def passkeys_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/account/security/passkeys/: add, rename or remove one."""
    name, place = request.POST.get("name", "").strip()[:80], place_of(request)
    try:
        with transaction.atomic():
            if (pk := key_of(request.POST.get("remove", ""))) is not None:
                key = Passkey.objects.filter(user=ctx.user, pk=pk).first()
                if key is not None:
                    key.delete()
                    note(place, Kind.PASSKEY_REMOVED, ctx.user, key.name)
                return _weakened(request, ctx.user, "The passkey is removed.")
            if (pk := key_of(request.POST.get("rename", ""))) is not None:
                if name and Passkey.objects.filter(user=ctx.user, pk=pk).update(name=name):
                    note(place, Kind.PASSKEY_RENAMED, ctx.user, name)
                return HttpResponseRedirect(HOME)
            return _add_passkey(request, ctx, name)
    except IntegrityError:
        messages.error(request, "You have a passkey of this name, or this passkey is known already.")
        return HttpResponseRedirect(HOME)


def _add_passkey(request: HttpRequest, ctx: Context, name: str) -> HttpResponse:
    state, text = request.session.pop("ceremony", None), request.POST.get("credential", "")
    server = passkeys.server_for(request.get_host(), request.is_secure())
    name = name or f"{browser_name(request.headers.get('User-Agent', ''))}, {timezone.localdate():%d %b %Y}"
    made = passkeys.finish_adding(server, ctx.user, state, text, name, timezone.now()) if state else None
    if made is None:
        messages.error(request, "This passkey was not accepted. Try again.")
        return HttpResponseRedirect(HOME)
    note(place_of(request), Kind.PASSKEY_ADDED, ctx.user, made.name)
    return _secured(request, ctx.user, "Your passkey is ready.")


def _secured(request: HttpRequest, user: User, sentence: str) -> HttpResponse:
    """A second factor was added: it counts for this session; whoever has no recovery codes gets them now."""
    sessions.strengthen(request)
    messages.success(request, sentence)
    if factors.codes_left(user):
        return HttpResponseRedirect(HOME)
    codes = factors.make_codes(user)
    note(place_of(request), Kind.CODES_MADE, user)
    return render(request, "core/account/codes.html", {**account_tabs(request.ctx, HOME), "codes": codes})  # type: ignore[attr-defined]


def _weakened(request: HttpRequest, user: User, sentence: str) -> HttpResponse:
    """A second factor was removed; when it was the last one, a role that asks for one asks again."""
    if not factors.has_second_factor(user):
        request.session["strong"] = False
        request.session["must_set_up"] = factors.needs_second_factor(user)
    messages.success(request, sentence)
    return HttpResponseRedirect(HOME)


@sensitive_post_parameters()
@view(methods=METHODS)
def password_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/account/password/: the present one, the new one twice; all other sessions end."""
    user, errors = ctx.user, {}
    if request.method == "POST":
        new, again = request.POST.get("new", "")[:PASSWORD_MAX], request.POST.get("again", "")[:PASSWORD_MAX]
        errors = _password_errors(request, user, new, again)
        if not errors:
            return _keep_password(request, user, new)
    context = {**account_tabs(ctx, HOME), "errors": errors, "has_password": user.has_usable_password()}
    return render(request, "core/account/password.html", context, status=422 if errors else 200)


def _password_errors(request: HttpRequest, user: User, new: str, again: str) -> dict[str, str]:
    """What is wrong with the new password, then with the present one; the present one is only looked at when the rest is right."""
    if errors := new_password_errors(user, new, again):
        return errors
    if not user.has_usable_password():
        return {} if sessions.is_fresh(request.session) else {"current": "Confirm who you are first."}
    current = request.POST.get("current", "")[:PASSWORD_MAX]
    try:
        passed = attempt(user, place_of(request), lambda: user.check_password(current))
    except TooMany:
        return {"current": CLOSED}
    return {} if passed else {"current": "This is not your present password."}


def _keep_password(request: HttpRequest, user: User, new: str) -> HttpResponse:
    key = request.session.session_key
    user.set_password(new)
    user.save(update_fields=["password"])
    update_session_auth_hash(request, user)
    sessions.move(key, request)
    note(place_of(request), Kind.PASSWORD_CHANGED, user)
    tell_changed(user, place_of(request), timezone.now())
    ended = sessions.end_others(request, user)
    messages.success(request, "Your password is changed.")
    if ended:
        messages.success(request, _ended(ended))
    return HttpResponseRedirect(HOME)


@sensitive_post_parameters()
@view(methods=("POST",))
def strength_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """How good a password would be, while it is typed; nothing of it is kept."""
    found = strength_of(request.POST.get("new", "")[:PASSWORD_MAX], ctx.user)
    return render(request, "core/account/strength.html", {"strength": found})


@view(methods=METHODS)
def sessions_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/account/sessions/: where one is signed in, and what happened lately; end one, or all others."""
    if request.method == "POST" and not sessions.is_fresh(request.session):
        return HttpResponseRedirect(f"/account/confirm/?{urlencode({'next': request.path})}")
    if request.method == "POST":
        if request.POST.get("others"):
            ended = sessions.end_others(request, ctx.user)
            messages.success(request, _ended(ended))
        elif (pk := key_of(request.POST.get("end", ""))) is not None and sessions.end_one(request, ctx.user, pk):
            messages.success(request, "The session is ended.")
        return HttpResponseRedirect(request.path)
    here = request.session.session_key
    context = {
        **account_tabs(ctx, "/account/sessions/"),
        "sessions": [{"row": s, "browser": browser_name(s.agent), "here": s.key == here} for s in sessions.open_sign_ins(ctx.user)[:100]],
        "events": [
            {"row": e, "browser": browser_name(e.agent)} for e in SignInEvent.objects.filter(user=ctx.user).order_by("-pk")[:EVENTS_SHOWN]
        ],
    }
    return render(request, "core/account/sessions.html", context)


@sensitive_post_parameters()
@view(methods=METHODS)
def confirm_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/account/confirm/: prove once more who you are, by password, code or passkey."""
    user = ctx.user
    target = request.POST.get("next") or request.GET.get("next") or HOME
    target = target if leads_here(request, target) else HOME
    error = ""
    if request.method == "POST":
        try:
            if attempt(user, place_of(request), lambda: proves(request, user)):
                sessions.confirm(request, user)
                return HttpResponseRedirect(target)
            error = "This does not prove who you are."
        except TooMany as no:
            error = str(no)
    context = {
        **account_tabs(ctx, ""),
        "next": target,
        "error": error,
        "has_password": user.has_usable_password(),
        "has_app": TotpDevice.objects.filter(user=user).exists(),
        "has_passkey": Passkey.objects.filter(user=user).exists(),
    }
    return render(request, "core/account/confirm.html", context, status=422 if error else 200)


def proves(request: HttpRequest, user: User) -> bool:
    """Whether the form carries the person's password, a code of her app, or the answer of a passkey of hers."""
    if text := request.POST.get("credential", ""):
        state = request.session.pop("ceremony", None)
        server = passkeys.server_for(request.get_host(), request.is_secure())
        return state is not None and passkeys.finish_asking(server, state, text, timezone.now(), user) is not None
    if code := request.POST.get("code", "")[:40]:
        return factors.take_totp(user, code)
    return user.check_password(request.POST.get("password", "")[:PASSWORD_MAX])


@view(methods=("POST",))
def confirm_options_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """What the browser is asked for when a passkey confirms."""
    server = passkeys.server_for(request.get_host(), request.is_secure())
    options, request.session["ceremony"] = passkeys.begin_asking(server, ctx.user)
    return JsonResponse(options)


def _names(ctx: Context) -> list[str]:
    """The roles that sleep, by name."""
    return list(Role.objects.filter(company_id=ctx.company_id, code__in=ctx.sleeping).order_by("name").values_list("name", flat=True))


@view("core.elevate", methods=METHODS)
def elevate_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/account/elevate/: why, how long, and who you are, each time anew; POST with `end` puts it to an end."""
    if request.method == "POST" and request.POST.get("end"):
        end_elevation(ctx)
        request.session.pop("elevation", None)
        return HttpResponseRedirect(HOME)
    back = request.POST.get("next") or request.GET.get("next") or "/"
    back = back if leads_here(request, back) else "/"
    if not sessions.is_fresh(request.session, ELEVATION_FRESH_S):
        return HttpResponseRedirect(f"/account/confirm/?{urlencode({'next': elevate_url(back)})}")
    error = ""
    if request.method == "POST":
        raw = {"reason": request.POST.get("reason", ""), "minutes": request.POST.get("minutes", ""), "proof": prove(ctx)}
        try:
            made = run_raw(ctx, "core.start_elevation", raw)
        except Refusal as no:
            error = str(no)
        else:
            # The next one asks again.
            request.session.update({"elevation": made.pk, "fresh": 0})
            return HttpResponseRedirect(back)
    context = {**account_tabs(ctx, request.path), "error": error, "next": back, "given": request.POST, "roles": _names(ctx)}
    with scope(ctx.company_id, read_only=True):
        return render(request, "core/account/elevate.html", context, status=422 if error else 200)


def _ended(count: int) -> str:
    return "1 other session ended." if count == 1 else f"{count} other sessions ended."
