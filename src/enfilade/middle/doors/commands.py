"""Opening a door, or sending back what waits there."""

from __future__ import annotations

from django.db import models

from enfilade.core.access import context_for
from enfilade.core.command import LongText, command, command_named
from enfilade.core.command.runner import release
from enfilade.core.context import Context, NotAllowed, Refusal
from enfilade.core.events import publish
from enfilade.core.models import HeldCommand
from enfilade.core.notify import tell
from enfilade.core.refs import ref

from .events import HeldReleased, HeldReturned


@command(permission="doors.release_held", label="Open the door", tone="primary")
def release_held(ctx: Context, *, held: HeldCommand, note: LongText = "") -> HeldCommand:
    """Let a held command run, as the person who asked for it.

    note: for the maker and the audit.
    Refuses: not_waiting, own_release, not_your_door, maker_not_allowed, and whatever the command itself refuses.
    Why: it runs inside this transaction, so it is either released and done, or still waiting.
    """
    _require_door(ctx, held)
    try:
        maker = context_for(held.maker, ctx.company, channel=ctx.channel)
        result = release(ctx, held, maker)
    except NotAllowed as no:
        raise Refusal("maker_not_allowed", f"{held.maker} may no longer do this ({no.permission}). Return it instead.") from no
    held.result = ref(result) if isinstance(result, models.Model) and result.pk else ""
    _decide(ctx, held, HeldCommand.State.RELEASED, note)
    publish(ctx, HeldReleased(held=held.pk, command=held.command, result=held.result))
    tell(ctx, [held.maker], _sentence(ctx, "released", held, note), held.result or ref(held))
    return held


@command(permission="doors.return_held", label="Return", tone="danger")
def return_held(ctx: Context, *, held: HeldCommand, reason: LongText) -> HeldCommand:
    """Send a held command back to the person who asked, undone.

    reason: why not; she reads it.
    Refuses: not_waiting, own_release, not_your_door.
    """
    _require_door(ctx, held)
    _decide(ctx, held, HeldCommand.State.RETURNED, reason)
    publish(ctx, HeldReturned(held=held.pk, command=held.command, reason=reason))
    tell(ctx, [held.maker], _sentence(ctx, "returned", held, reason), ref(held))
    return held


def _require_door(ctx: Context, held: HeldCommand) -> None:
    if held.maker_id == ctx.user.pk:
        raise Refusal("own_release", "You asked for this yourself, so somebody else has to decide.")
    if held.release_role not in ctx.roles:
        raise Refusal("not_your_door", f"Only the role {held.release_role.replace('_', ' ')} can open this door.")


def _decide(ctx: Context, held: HeldCommand, state: HeldCommand.State, note: str) -> None:
    held.state, held.decided_by, held.decided_at, held.note = state, ctx.user, ctx.now, note
    held.save(update_fields=["state", "decided_by", "decided_at", "note", "result"])


def _sentence(ctx: Context, what: str, held: HeldCommand, note: str) -> str:
    label = command_named(held.command).label.lower()
    return f"{ctx.user} {what} what you asked for ({label}).{f' {note}' if note else ''}"
