"""What happened to cases."""

from __future__ import annotations

from enfilade.core.events import event


@event
class CaseOpened:
    """Something has to be done or answered."""

    case_id: int
    kind: str
    topic: str
    origin: str


@event
class CaseHandedOver:
    """A case was offered to a person or a queue; it stays with the sender until it is accepted."""

    case_id: int
    hand_over_id: int


@event
class CaseAccepted:
    """Somebody has the case now and is responsible for it."""

    case_id: int
    owner_id: int


@event
class CaseReturned:
    """A hand-over was not accepted; the case is with its sender again."""

    case_id: int
    hand_over_id: int


@event
class CaseAnswered:
    """There is an answer."""

    case_id: int
    kind: str
    origin: str


@event
class PartyTold:
    """The person who asked knows the answer."""

    case_id: int
    channel: str


@event
class CaseClosed:
    """Nothing more has to be done."""

    case_id: int
    kind: str
    origin: str
    outcome: str


@event
class CaseOverdue:
    """A case was not done by the time it was promised for."""

    case_id: int
    due_at: str


@event
class CaseEscalated:
    """So much of the time that was promised for a case is used; over 100 percent the promise is broken. target: taken or settled."""

    case_id: int
    target: str
    at_percent: int


@event
class CasesMerged:
    """Two cases are one: what belonged to the other belongs to the one that stays."""

    keep_id: int
    other_id: int
