"""Who may what: from a signed-in user and a company to a context. Deny by default."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from .context import Context, NotAllowed
from .models import ApiToken, Company, Membership, User

HOUSE_EMAIL = "house@enfilade.invalid"


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


def issue_token(user: User, company: Company, name: str, expires_at: datetime | None = None) -> str:
    """Make an API token and return its text, which is shown once: only its hash is kept."""
    text = "enf_" + secrets.token_urlsafe(32)
    ApiToken.objects.create(user=user, company=company, name=name, digest=_digest(text), expires_at=expires_at)
    return text


def context_of_token(text: str) -> Context | None:
    """The context of a bearer token, or None when it is unknown, expired or revoked."""
    live = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    token = ApiToken.objects.filter(live, digest=_digest(text), revoked_at=None).select_related("user", "company").first()
    if token is None or not token.user.is_active:
        return None
    try:
        return context_for(token.user, token.company, channel="api")
    except NotAllowed:
        return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
