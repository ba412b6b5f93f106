"""What happened at a door."""

from enfilade.core.events import event


@event
class HeldReleased:
    """Somebody let a held command run. result: reference of what came out."""

    held: int
    command: str
    result: str


@event
class HeldReturned:
    """Somebody sent a held command back."""

    held: int
    command: str
    reason: str
