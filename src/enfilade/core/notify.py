"""Telling people: a notification per person, written by the transaction that has something to say."""

from __future__ import annotations

from .access import users_in_role
from .context import Context
from .models import Notification, User
from .push.sending import push_soon


def tell(ctx: Context, users: list[User], text: str, ref: str = "") -> None:
    """Notify users of the caller's company; the caller herself is left out."""
    kind = ref.partition(".")[0]
    rows = [Notification(company=ctx.company, user=u, at=ctx.now, text=text, ref=ref, kind=kind) for u in users if u.pk != ctx.user.pk]
    push_soon(ctx, Notification.objects.bulk_create(rows))
    if rows and ctx.work is not None:
        ctx.work.subjects.add("core.notification:0")


def tell_role(ctx: Context, role_code: str, text: str, ref: str = "") -> None:
    """Notify everybody who holds a role."""
    tell(ctx, users_in_role(ctx.company, role_code), text, ref)
