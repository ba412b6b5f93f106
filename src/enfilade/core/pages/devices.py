"""The house on telephones and desks: how it is installed as an application, the service worker of web push, and what is said of browsers.

The page of the account says it when somebody switches one on, and every page after a sign-in that it is there again.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.utils.translation import get_language

from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.core.http.dispatch import view
from enfilade.core.http.problems import page_problem
from enfilade.core.language.words import say
from enfilade.core.models import PushDevice
from enfilade.core.push.sealing import public_key
from enfilade.core.signin.events import browser_name
from enfilade.core.signin.sessions import sign_in_of

HOME = "/account/notifications/"
KEYS = ("endpoint", "p256dh", "auth")
SESSION = "push"
ICONS = (
    ("mark.svg", "any", "image/svg+xml", "any"),
    ("icon-192.png", "192x192", "image/png", "any"),
    ("icon-512.png", "512x512", "image/png", "any"),
    ("icon-maskable-512.png", "512x512", "image/png", "maskable"),
)


def worker_view(request: HttpRequest) -> HttpResponse:
    """/worker.js: the service worker, for everybody. It lies at the root, since it watches over no more than its own folder."""
    found = finders.find("dist/worker.js")
    if not isinstance(found, str) or request.method not in {"GET", "HEAD"}:
        return page_problem(request, 404 if found is None else 405, "The pages are not built yet: make build.")
    with open(found, "rb") as script:  # noqa: PTH123 - a path of the finders
        answer = HttpResponse(script.read(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


def manifest_view(request: HttpRequest) -> HttpResponse:
    """/app.webmanifest: what a telephone or a desk needs to know to install the house as an application, for everybody (W3C manifest)."""
    icons = [{"src": static(f"dist/{name}"), "sizes": sizes, "type": kind, "purpose": purpose} for name, sizes, kind, purpose in ICONS]
    manifest = {
        "id": "/",
        "name": "Enfilade",
        "short_name": "Enfilade",
        "lang": get_language(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f8fafb",
        "theme_color": "#00616f",
        "icons": icons,
    }
    answer = JsonResponse(manifest, content_type="application/manifest+json")
    answer["Cache-Control"] = "no-cache"
    return answer


@view("core.read_notifications", methods=("POST",))
def devices_view(request: HttpRequest, ctx: Context) -> HttpResponse:
    """/account/devices/: what is done with a browser: subscribe and renew by its script, the rest by the forms of the list."""
    asked = request.POST
    if asked.get("do") in {"subscribe", "renew"}:
        device = _heard_of(request, ctx)
        request.session[SESSION] = ctx.company_id
        return JsonResponse({"id": device.pk})
    if pk := asked.get("remove"):
        run_raw(ctx, "core.unsubscribe_device", {"device": pk})
        request.session.pop(SESSION, None)
        messages.success(request, say("The browser is removed."))
    elif pk := asked.get("test"):
        run_raw(ctx, "core.send_test_push", {"device": pk})
        messages.success(request, say("A notification is on its way to this browser."))
    elif pk := asked.get("discreet"):
        run_raw(ctx, "core.make_discreet", {"device": pk, "discreet": asked.get("on", "")})
    return HttpResponseRedirect(HOME)


def _heard_of(request: HttpRequest, ctx: Context) -> PushDevice:
    asked = request.POST
    raw: dict[str, Any] = {name: asked.get(name, "") for name in KEYS} | {"sign_in": sign_in_of(request)}
    if asked["do"] == "renew":
        return run_raw(ctx, "core.renew_device", raw | {"known": asked.get("known", "")})
    more = {"name": browser_name(request.headers.get("User-Agent", "")), "discreet": asked.get("discreet", "")}
    return run_raw(ctx, "core.subscribe_device", raw | more)


def devices_of(ctx: Context) -> list[dict[str, Any]]:
    """The caller's own browsers for the page. digest: by which the script knows its own among them."""
    rows = PushDevice.objects.visible_to(ctx).filter(user=ctx.user).select_related("sign_in").order_by("slot")
    awake = set(PushDevice.objects.visible_to(ctx).filter(user=ctx.user).awake(ctx.now).values_list("pk", flat=True))
    return [{"row": d, "digest": hashlib.sha256(d.endpoint.encode()).hexdigest(), "awake": d.pk in awake} for d in rows]


def push_key() -> str:
    """The key that browsers bind their subscription to; "" where the house has no secret to make it of."""
    return public_key() if settings.SECRET_KEY else ""


def key_to_renew(request: HttpRequest, ctx: Context) -> str:
    """The same, for pages of a session in which this browser has not been heard of yet."""
    return "" if request.session.get(SESSION) == ctx.company_id or not ctx.may("core.read_notifications") else push_key()
