"""Doors for other people's programs: /hooks/<company>/<name>/<key>/, each call signed with a secret that was agreed before.

The signature is that of Standard Webhooks: HMAC-SHA256 over id, time and body. The time keeps an old call from being sent again; a call
that is sent twice within minutes is recognised by what it carries. Whoever can't sign learns nothing, not even whether the key exists.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest, HttpResponse

from enfilade.core.access import house_context
from enfilade.core.context import Context, Refusal
from enfilade.core.models import Company

from .problems import problem

TOLERANCE = timedelta(minutes=5)
PREFIX = "whsec_"


class NotSigned(Exception):
    """The call is not from who it should be from, or too old."""


Hook = Callable[[Context, int, HttpRequest], HttpResponse]
HOOKS: dict[str, Hook] = {}


def hook(name: str) -> Callable[[Hook], Hook]:
    """Register `def take(ctx, key, request)` for /hooks/<company>/<name>/<key>/. It calls `require_signature` before anything else."""

    def wrap(run: Hook) -> Hook:
        HOOKS[name] = run
        return run

    return wrap


def hook_view(request: HttpRequest, company: str, name: str, pk: int) -> HttpResponse:
    """A call from outside, as the house itself. It carries no cookie, so there is nothing that a forged form could use."""
    if request.method != "POST":
        answer = problem(405, "method", f"This address does not answer {request.method}.")
        answer["Allow"] = "POST"
        return answer
    found = Company.objects.filter(slug=company).first()
    run = HOOKS.get(name)
    try:
        if found is None or run is None:
            raise NotSigned
        return run(house_context(found), pk, request)
    except NotSigned:
        return problem(401, "signature", "This call is not signed as it was agreed.")
    except Refusal as no:
        return problem(no.status, no.code, str(no))


def require_signature(request: HttpRequest, secret: str | None, body: bytes, now: datetime) -> str:
    """The id of a call. Raises NotSigned. secret: as it was shown, whsec_...; None: nothing was agreed."""
    name, at, given = (request.headers.get(f"Webhook-{part}", "") for part in ("Id", "Timestamp", "Signature"))
    try:
        sent_at = datetime.fromtimestamp(int(at), UTC)
        key = base64.b64decode((secret or "").removeprefix(PREFIX), validate=True)
    except (ValueError, OverflowError, OSError, binascii.Error) as error:
        raise NotSigned from error
    if not name or not key or abs(now - sent_at) > TOLERANCE:
        raise NotSigned
    mine = "v1," + base64.b64encode(hmac.new(key, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()).decode()
    if not any(hmac.compare_digest(mine, one) for one in given.split()[:5] if one.isascii()):
        raise NotSigned
    return name
