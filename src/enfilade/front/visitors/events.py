"""What happened to visitors."""

from __future__ import annotations

from enfilade.core.events import event


@event
class VisitorInvited:
    """Somebody is expected. expected_at: ISO time."""

    visitor: int
    host: int
    expected_at: str


@event
class VisitorArrived:
    """Somebody has come in and waits for the host. invited: whether she was expected."""

    visitor: int
    host: int
    invited: bool


@event
class VisitorFetched:
    """The host, or somebody for her, has fetched a visitor."""

    visitor: int
    host: int


@event
class VisitorLeft:
    """A visitor has left the house and given back the badge."""

    visitor: int
    host: int


@event
class VisitorTurnedAway:
    """Somebody was not let in."""

    visitor: int
    host: int
    reason: str


@event
class VisitorMissed:
    """Somebody who was expected did not come."""

    visitor: int
    host: int
