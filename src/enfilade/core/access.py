"""Who may what: from a signed-in user and a company to a context. Deny by default."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from .context import Context, NotAllowed
from .models import ApiToken, Company, Membership, User
from .narrowing import narrowed

HOUSE_EMAIL = "house@enfilade.invalid"
TOKEN_PREFIX = "enf_"  # noqa: S105 - by which a person, or a scanner for lost secrets, knows what it is
USE_NOTED_EVERY = timedelta(minutes=1)


def context_for(user: User, company: Company, **more: Any) -> Context:
    """The context of a member. Refuses NotAllowed for anybody who is no active member of the company."""
    membership = Membership.objects.filter(user=user, company=company, active=True, user__is_active=True).first()
    if membership is None:
        raise NotAllowed(f"member of {company.slug}")
    permissions: set[str] = set()
    codes: set[str] = set()
    for code, granted in membership.roles.values_list("code", "permissions"):
        codes.add(code)
        permissions.update(granted)
    return Context(user=user, company=company, permissions=frozenset(permissions), roles=frozenset(codes), **more)


def house_context(company: Company, **more: Any) -> Context:
    """The house itself as the caller of what the clock asks for: an account that nobody signs in with and that is no member anywhere."""
    user = User.objects.filter(email=HOUSE_EMAIL).first()
    if user is None:
        user = User.objects.create_user(HOUSE_EMAIL, name="Enfilade", is_active=False)
    return Context(user=user, company=company, permissions=frozenset({"*"}), channel="job", **more)


def companies_of(user: User) -> list[Company]:
    """Companies a user works for, by name."""
    return list(Company.objects.filter(memberships__user=user, memberships__active=True).order_by("name"))


def users_in_role(company: Company, role_code: str) -> list[User]:
    """Active members who hold a role."""
    rows = Membership.objects.filter(company=company, active=True, user__is_active=True, roles__code=role_code)
    return [m.user for m in rows.select_related("user").distinct()]


def new_token() -> tuple[str, str]:
    """The text of a new API token, which is shown once, and its digest, which is kept."""
    text = TOKEN_PREFIX + secrets.token_urlsafe(32)
    return text, _digest(text)


def issue_token(user: User, company: Company, name: str, expires_at: datetime | None = None, *, scope: Sequence[str] = ("*",)) -> str:
    """Make an API token outside of any command (for tests and set-up) and return its text.

    scope: patterns of permission that the token is narrowed to; it never may more than its owner.
    """
    text, digest = new_token()
    ApiToken.objects.create(user=user, company=company, name=name, digest=digest, expires_at=expires_at, scope=sorted(set(scope)))
    return text


def context_of_token(text: str) -> Context | None:
    """The context of a bearer token, or None when it is unknown, expired or revoked.

    It holds what the owner holds now, narrowed to the scope of the token; that it was used is noted once a minute.
    """
    now = timezone.now()
    token = ApiToken.objects.live(now).filter(digest=_digest(text)).select_related("user", "company").first()
    if token is None or not token.user.is_active:
        return None
    try:
        ctx = context_for(token.user, token.company, channel="api", authority=f"core.apitoken:{token.pk}")
    except NotAllowed:
        return None
    if token.last_used_at is None or now - token.last_used_at >= USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return replace(ctx, permissions=narrowed(ctx.permissions, token.scope))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
