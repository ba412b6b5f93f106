"""Commands of core itself: saved views, notifications, API tokens; those on roles and members are in `members`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from django.db.models import Value
from django.db.models.functions import Greatest, Least

from . import importing  # noqa: F401 - its commands are core's too
from .access import new_token
from .command import Choice, Input, Ref, command
from .context import Context, Refusal
from .language.words import LANGUAGES
from .models import ApiToken, Elevation, ListChoice, Membership, Notification, NotificationChoice, Role, SavedView, User
from .narrowing import covers, is_pattern, narrowed
from .resource import resource_named
from .resource.views import choosable, views_for
from .signin.elevation import is_proof
from .signin.sessions import end_all, forget_factors, works_elsewhere


@command(permission="core.save_view", hidden=True)
def save_view(
    ctx: Context,
    *,
    resource: str,
    name: str,
    query: Annotated[str, Input(max_length=4000)] = "",
    shared: bool = False,
    roles: list[str] | None = None,
) -> SavedView:
    """Keep a list with its filters and columns under a name.

    shared: everybody in the company sees it too.
    roles: codes of roles whose people see it too.
    Refuses: not_found, unknown_role; view_name_once (database).
    """
    ctx.require(resource_named(resource).view_permission)
    codes = sorted(set(roles or []))
    if missing := set(codes) - set(Role.objects.filter(company=ctx.company, code__in=codes).values_list("code", flat=True)):
        raise Refusal("unknown_role", f"There is no role {min(missing)}.", field="roles")
    return SavedView.objects.create(
        company=ctx.company, owner=ctx.user, resource=resource, name=name, query=query, shared=shared, roles=codes
    )


@command(permission="core.save_view", hidden=True, label="Keep in the view")
def change_view(ctx: Context, *, view: SavedView, query: Annotated[str, Input(max_length=4000)] = "") -> SavedView:
    """Let a saved view of one's own show what the list shows now.

    Refuses: not_yours.
    """
    _require_own(ctx, view)
    view.query = query
    view.save(update_fields=["query"])
    return view


@command(permission="core.save_view", tone="danger")
def delete_view(ctx: Context, *, view: SavedView) -> None:
    """Remove a saved view of one's own."""
    _require_own(ctx, view)
    view.delete()


def _require_own(ctx: Context, view: SavedView) -> None:
    if view.owner_id != ctx.user.pk:
        raise Refusal("not_yours", "Only the person who saved this view can change or remove it.")


@command(permission="core.save_view", hidden=True, label="Open the list like this")
def open_list_with(ctx: Context, *, resource: str, view: Ref[SavedView] | None = None) -> ListChoice:
    """Open a list in a saved view from now on, or as it is where none is named.

    Refuses: not_found; wrong_list for a view of another list.
    """
    ctx.require(resource_named(resource).view_permission)
    if view is not None and (view.resource != resource or not views_for(ctx, resource).filter(pk=view.pk).exists()):
        raise Refusal("wrong_list", "This is no view of this list.", field="view")
    return _choose(ctx, resource, view=view)


@command(permission="core.save_view", hidden=True, label="Always show these columns")
def choose_columns(ctx: Context, *, resource: str, columns: list[str] | None = None) -> ListChoice:
    """Show these columns of a list from now on; none named means those of the house.

    Refuses: not_found, unknown_column.
    """
    found = resource_named(resource)
    ctx.require(found.view_permission)
    wanted = [c for text in columns or [] for c in text.split(",") if c]
    if unknown := [c for c in wanted if c not in choosable(found)]:
        raise Refusal("unknown_column", f"There is no column called {unknown[0][:60]!r}.", field="columns")
    return _choose(ctx, resource, columns=list(dict.fromkeys(wanted)))


def _choose(ctx: Context, resource: str, **values: Any) -> ListChoice:
    made, _ = ListChoice.objects.update_or_create(company=ctx.company, user=ctx.user, resource=resource, defaults=values)
    return made


@command(permission="core.read_notifications", hidden=True)
def read_notifications(ctx: Context) -> None:
    """Mark one's own notifications as read."""
    Notification.objects.visible_to(ctx).filter(user=ctx.user, read_at=None).update(read_at=ctx.now)


@command(permission="core.read_notifications", hidden=True)
def choose_notification(
    ctx: Context, *, kind: Annotated[str, Input(max_length=60)] = "", how: Annotated[str, Choice(*NotificationChoice.How.choices)]
) -> NotificationChoice:
    """Say how notifications of one kind reach you beside the page.

    kind: a module such as work; left empty, everything that has no choice of its own.
    """
    choice, _ = NotificationChoice.objects.update_or_create(company=ctx.company, user=ctx.user, kind=kind, defaults={"how": how})
    return choice


@command(permission="core.read_notifications", hidden=True)
def choose_language(ctx: Context, *, language: Annotated[str, Choice(("", "As the company"), *LANGUAGES.items())] = "") -> None:
    """Read the house in another language than the company's; left empty, in the company's."""
    User.objects.filter(pk=ctx.user.pk).update(language=language)


@dataclass(frozen=True)
class NewToken:
    """A token just made. text: what the program sends; it is shown here once and kept nowhere."""

    id: int
    name: str
    text: str
    scope: list[str]
    expires_at: datetime


@command(permission="core.make_token", hidden=True)
def make_token(
    ctx: Context,
    *,
    name: str,
    scope: list[str],
    days: Annotated[int, Input(min_value=1, max_value=366)] = 90,
) -> NewToken:
    """Make an API token that acts as the caller, for a program of hers.

    name: what it is for.
    scope: `module.action`, `module.*` or `*`, one a line; the token may what the caller may at that moment and the scope covers.
    days: after how many it expires.
    Refuses: token_makes_no_token, not_a_permission, beyond_your_own.
    Why: a token that could make tokens would outlive its own expiry.
    """
    if ctx.authority.startswith("core.apitoken:"):
        raise Refusal("token_makes_no_token", "A token can't make another one: sign in and make it there.")
    held = ctx.permissions | ctx.limited.keys()
    for pattern in scope:
        if not is_pattern(pattern):
            raise Refusal("not_a_permission", f"{pattern[:80]!r} is no permission: write module.action, module.* or *.", field="scope")
        if not narrowed(held, [pattern]) or not (pattern.endswith("*") or covers(held, pattern)):
            raise Refusal("beyond_your_own", f"You don't hold {pattern} yourself, so no token of yours can.", field="scope")
    text, digest = new_token()
    ends = ctx.now + timedelta(days=days)
    token = ApiToken.objects.create(
        company=ctx.company, user=ctx.user, name=name, digest=digest, scope=sorted(set(scope)), made_at=ctx.now, expires_at=ends
    )
    return NewToken(token.pk, name, text, token.scope, ends)


@command(permission="core.make_token", tone="danger", offered=lambda token: token.revoked_at is None)
def revoke_token(ctx: Context, *, token: ApiToken) -> ApiToken:
    """End an API token now and for ever; what sends it is answered 401 from the next request on.

    token: one's own, or anybody's in the company for who manages access.
    Refuses: already_revoked.
    """
    if token.revoked_at is not None:
        raise Refusal("already_revoked", "This token was revoked before.")
    token.revoked_at = ctx.now
    token.save(update_fields=["revoked_at"])
    return token


@command(permission="core.manage_access")
def require_second_factor(ctx: Context, *, role: Role, required: bool = True) -> Role:
    """Say whether who holds a role signs in with a second factor; who has none is led through setting one up at the next sign-in.

    role: of this company.
    """
    role.second_factor = required
    role.save(update_fields=["second_factor"])
    return role


@command(permission="core.manage_access", tone="danger")
def sign_out_member(ctx: Context, *, member: Membership, reason: str) -> int:
    """End all sessions of a member now, wherever she is signed in; how many there were.

    reason: what she and others read in the record of sign-ins.
    """
    return end_all(member.user, f"{ctx.user.name}: {reason}", ctx.now)


@command(permission="core.manage_access", tone="danger")
def reset_second_factor(ctx: Context, *, member: Membership, reason: str) -> Membership:
    """Take away a member's authenticator app, passkeys and recovery codes, when she has lost them, and end her sessions.

    reason: how it was made sure that it is she who asks.
    Refuses: works_elsewhere.
    Why: an account of two companies is not one company's to weaken.
    """
    if works_elsewhere(member.user, ctx.company):
        raise Refusal("works_elsewhere", "This person works for another company as well, so no administrator of one can do this.")
    forget_factors(member.user, f"{ctx.user.name}: {reason}", ctx.now)
    return member


@command(permission="core.elevate", hidden=True)
def start_elevation(
    ctx: Context,
    *,
    reason: str,
    minutes: Annotated[int, Input(min_value=1, max_value=60)] = 30,
    proof: Annotated[str, Input(secret=True)],
) -> Elevation:
    """Wake the caller's privileged roles for a while; every command that she then runs names the elevation in the audit.

    reason: what for; others read it.
    proof: that she has just shown who she is (see core.signin.elevation).
    Refuses: not_proven, nothing_sleeps; elevation_an_hour_at_most (database).
    """
    if ctx.authority.startswith("core.apitoken:") or not is_proof(ctx, proof):
        raise Refusal("not_proven", "Show once more who you are, on the page of your account.", field="proof")
    if not ctx.sleeping and not ctx.authority:
        raise Refusal("nothing_sleeps", "You hold no privileged role here, so there is nothing to wake.")
    _end_elevations(ctx)
    return Elevation.objects.create(
        company=ctx.company, user=ctx.user, reason=reason, began_at=ctx.now, until=ctx.now + timedelta(minutes=minutes)
    )


@command(permission="core.elevate", hidden=True)
def end_elevation(ctx: Context) -> int:
    """Put the caller's privileged roles to sleep again; how many elevations that ended, 0 when there was none any more."""
    return _end_elevations(ctx)


def _end_elevations(ctx: Context) -> int:
    """End what is open; what ran out by itself ended then."""
    rows = Elevation.objects.filter(company=ctx.company, user=ctx.user, ended_at=None)
    return rows.update(ended_at=Greatest("began_at", Least("until", Value(ctx.now))))
