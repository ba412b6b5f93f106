"""Commands of core itself: saved views, notifications, roles and members."""

from __future__ import annotations

from typing import Annotated

from .command import Input, LongText, command
from .context import Context, Refusal
from .models import Membership, Notification, Role, SavedView, User
from .resource import resource_named


@command(permission="core.save_view", hidden=True)
def save_view(
    ctx: Context, *, resource: str, name: str, query: Annotated[str, Input(max_length=4000)] = "", shared: bool = False
) -> SavedView:
    """Keep a list with its filters under a name.

    shared: colleagues see it too.
    Refuses: not_found; view_name_once (database).
    """
    ctx.require(resource_named(resource).view_permission)
    return SavedView.objects.create(company=ctx.company, owner=ctx.user, resource=resource, name=name, query=query, shared=shared)


@command(permission="core.save_view", tone="danger")
def delete_view(ctx: Context, *, view: SavedView) -> None:
    """Remove a saved view of one's own."""
    if view.owner_id != ctx.user.pk:
        raise Refusal("not_yours", "Only the person who saved this view can remove it.")
    view.delete()


@command(permission="core.read_notifications", hidden=True)
def read_notifications(ctx: Context) -> None:
    """Mark one's own notifications as read."""
    Notification.objects.visible_to(ctx).filter(user=ctx.user, read_at=None).update(read_at=ctx.now)


@command(permission="core.manage_access", hidden=True)
def save_role(ctx: Context, *, code: str, name: str, permissions: LongText = "") -> Role:
    """Create a role or replace its permissions.

    permissions: one `module.action`, `module.*` or `*` a line.
    """
    granted = sorted({p.strip() for p in permissions.splitlines() if p.strip()})
    role, _ = Role.objects.update_or_create(company=ctx.company, code=code, defaults={"name": name, "permissions": granted})
    return role


@command(permission="core.manage_access", hidden=True)
def add_member(ctx: Context, *, email: Annotated[str, Input(widget="email")], name: str, roles: list[str]) -> Membership:
    """Give a person access to this company in some roles.

    roles: codes of roles of this company.
    Refuses: unknown_role; membership_once (database).
    """
    found = list(Role.objects.filter(company=ctx.company, code__in=roles))
    if missing := set(roles) - {r.code for r in found}:
        raise Refusal("unknown_role", f"There is no role {min(missing)}.", field="roles")
    user = User.objects.filter(email=email.lower()).first() or User.objects.create_user(email, name=name)
    membership = Membership.objects.create(company=ctx.company, user=user)
    membership.roles.set(found)
    return membership
