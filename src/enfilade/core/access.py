"""Who may what: from a signed-in user and a company to a context. Deny by default."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from .context import Context, NotAllowed
from .grants import read_grant, split_grants
from .models import ApiToken, Company, Department, Membership, User
from .narrowing import covers, limits_narrowed, narrowed

HOUSE_EMAIL = "house@enfilade.invalid"
TOKEN_PREFIX = "enf_"  # noqa: S105 - by which a person, or a scanner for lost secrets, knows what it is
# As soon as a privileged role of a company grants one of these, nobody there holds it without an elevation.
ADMINISTRATION = frozenset({"core.manage_access"})
ELEVATE = "core.elevate"
USE_NOTED_EVERY = timedelta(minutes=1)


_MEMBER = """
WITH RECURSIVE member AS (
    SELECT m.id FROM core_membership m JOIN core_user u ON u.id = m.user_id
     WHERE m.user_id = %s AND m.company_id = %s AND m.active AND u.is_active
), joined AS (
    SELECT d.id, d.parent_id FROM core_department d
      JOIN core_membership_departments md ON md.department_id = d.id JOIN member ON member.id = md.membership_id
), above AS (
    SELECT id, parent_id FROM joined UNION SELECT d.id, d.parent_id FROM core_department d JOIN above ON above.parent_id = d.id
), below AS (
    SELECT id FROM joined UNION SELECT d.id FROM core_department d JOIN below ON d.parent_id = below.id
), held AS (
    SELECT mr.role_id FROM core_membership_roles mr JOIN member ON member.id = mr.membership_id
    UNION SELECT dr.role_id FROM core_department_roles dr JOIN above ON above.id = dr.department_id
), elevation AS (
    SELECT id FROM core_elevation WHERE id = %s AND user_id = %s AND company_id = %s AND ended_at IS NULL AND until > now()
), role AS (
    SELECT r.code, r.permissions, r.privileged AND NOT EXISTS (SELECT FROM elevation) AS sleeps
      FROM core_role r JOIN held ON held.role_id = r.id
)
SELECT ARRAY(SELECT id FROM below), ARRAY(SELECT code FROM role WHERE NOT sleeps),
       ARRAY(SELECT DISTINCT unnest(permissions) FROM role WHERE NOT sleeps), ARRAY(SELECT code FROM role WHERE sleeps),
       ARRAY(SELECT DISTINCT unnest(permissions) FROM role WHERE sleeps),
       ARRAY(SELECT DISTINCT unnest(permissions) FROM core_role WHERE company_id = %s AND privileged), (SELECT id FROM elevation)
  FROM member
"""


def context_for(user: User, company: Company, *, elevation: int | None = None, **more: Any) -> Context:
    """The context of a member. Refuses NotAllowed for anybody who is no active member of the company.

    elevation: key of one she has begun; while it lasts her privileged roles are awake. Without it they sleep, and what
        they hold of administration is withheld whatever other role would give it.
    Why one statement: it is asked once for every request, before anything else.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MEMBER, [user.pk, company.pk, elevation, user.pk, company.pk, company.pk])
        found = cursor.fetchone()
    if found is None:
        raise NotAllowed(f"member of {company.slug}")
    departments, codes, lines, sleeping, dormant, guarded, elevated = found
    whole, limited = split_grants(lines)
    if sleeping or elevated is not None:
        # Whoever holds a privileged role may wake it: that needs no permission beside.
        whole |= {ELEVATE}
    if elevated is not None:
        more = {"authority": f"core.elevation:{elevated}", **more}
    return Context(
        user=user,
        company=company,
        permissions=whole,
        limited=limited,
        roles=frozenset(codes),
        departments=frozenset(departments),
        sleeping=frozenset(sleeping),
        dormant=frozenset(g.permission for g in map(read_grant, dormant) if g),
        withheld=frozenset() if elevated is not None or not guarded else frozenset(p for p in ADMINISTRATION if covers(guarded, p)),
        **more,
    )


def house_context(company: Company, **more: Any) -> Context:
    """The house itself as the caller of what the clock asks for: an account that nobody signs in with and that is no member anywhere."""
    user = User.objects.filter(email=HOUSE_EMAIL).first()
    if user is None:
        # Two workers may begin at once; an unusable password is one that no text hashes to.
        fresh = {"name": "Enfilade", "is_active": False, "password": make_password(None)}
        user, _ = User.objects.get_or_create(email=HOUSE_EMAIL, defaults=fresh)
    return Context(user=user, company=company, permissions=frozenset({"*"}), channel="job", **more)


_COMPANIES = """
SELECT {} FROM core_company c JOIN core_membership m ON m.company_id = c.id WHERE m.user_id = %s AND m.active ORDER BY c.name
"""


def companies_of(user: User) -> list[Company]:
    """Companies a user works for, by name.

    Why in SQL: it is asked once for every request, and having it written by the model takes longer than the database.
    """
    fields = Company._meta.concrete_fields
    with connection.cursor() as cursor:
        cursor.execute(_COMPANIES.format(", ".join(f"c.{field.column}" for field in fields)), [user.pk])
        names = [field.attname for field in fields]
        return [Company.from_db(connection.alias, names, row) for row in cursor.fetchall()]


def users_in_role(company: Company, role_code: str) -> list[User]:
    """Active members who hold a role, themselves or by a department they work in."""
    rows = Membership.objects.filter(company=company, active=True, user__is_active=True)
    by_department = Q(departments__in=departments_with_role(company, role_code))
    found = rows.filter(Q(roles__code=role_code) | by_department).select_related("user").order_by("pk")
    return list({m.user_id: m.user for m in found}.values())


_HOLDERS = """
WITH RECURSIVE gives AS (
    SELECT dr.department_id, dr.role_id FROM core_department_roles dr JOIN core_role r ON r.id = dr.role_id AND r.company_id = %(company)s
    UNION SELECT d.id, g.role_id FROM core_department d JOIN gives g ON d.parent_id = g.department_id
), held AS (
    SELECT m.user_id, mr.role_id FROM core_membership m JOIN core_membership_roles mr ON mr.membership_id = m.id
     WHERE m.company_id = %(company)s AND m.active
    UNION SELECT m.user_id, g.role_id FROM core_membership m
      JOIN core_membership_departments md ON md.membership_id = m.id JOIN gives g ON g.department_id = md.department_id
     WHERE m.company_id = %(company)s AND m.active
)
SELECT r.code, u.id, u.name FROM held JOIN core_role r ON r.id = held.role_id
  JOIN core_user u ON u.id = held.user_id AND u.is_active ORDER BY u.id
"""


def holders_of_roles(company: Company) -> dict[str, dict[int, str]]:
    """Active members by the code of each role that they hold, themselves or by a department: keys and names, in one query."""
    found: dict[str, dict[int, str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, {"company": company.pk})
        for code, user, name in cursor.fetchall():
            found.setdefault(code, {})[user] = name
    return found


def departments_with_role(company: Company, role_code: str) -> set[int]:
    """Departments in which everybody holds a role: those that give it, and all below them."""
    found: set[int] = set()
    new = set(Department.objects.filter(company=company, roles__code=role_code).values_list("pk", flat=True))
    while new:
        found |= new
        new = set(Department.objects.filter(company=company, parent__in=new).values_list("pk", flat=True)) - found
    return found


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
    narrower = narrowed(ctx.permissions, token.scope)
    # Nobody can be asked through a token who she is, so none wakes anything.
    return replace(ctx, permissions=narrower, limited=limits_narrowed(ctx.limited, token.scope), sleeping=frozenset())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
