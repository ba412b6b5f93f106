"""What waits or waited at a door about a record: for its flow strip, whatever module it belongs to.

Owns nothing; reads the audit, in which every held command names the rows it is about.
"""

from __future__ import annotations

from .context import Context
from .models import AuditSubject, HeldCommand
from .refs import split
from .resource.hooks import Step


def held_for(ctx: Context, *references: str) -> list[HeldCommand]:
    """Held commands whose inputs name one of these rows, oldest first."""
    entries = AuditSubject.objects.visible_to(ctx).filter(ref__in=references, entry__command="doors.hold_command")
    keys = {split(result)[1] for result in entries.values_list("entry__result", flat=True)}
    return (
        list(HeldCommand.objects.visible_to(ctx).filter(pk__in=keys).select_related("maker", "decided_by").order_by("pk")) if keys else []
    )


def held_steps(ctx: Context, *references: str) -> list[Step]:
    """A middle office step for each of them: held now, or released or returned and by whom."""
    return [_step(held) for held in held_for(ctx, *references)]


def _step(held: HeldCommand) -> Step:
    url = f"/doors/held-commands/{held.pk}/"
    if held.state == HeldCommand.State.WAITING:
        who = f"waits for {held.release_role.replace('_', ' ')}"
        return Step("Held at the door", "middle", "held", who, held.held_at, note=held.reason, url=url)
    return Step(f"{held.state.capitalize()} at the door", "middle", "done", str(held.decided_by), held.decided_at, note=held.note, url=url)
