"""What happened to parties."""

from __future__ import annotations

from enfilade.core.events import event


@event
class PartyAdded:
    """A person or organisation was entered for the first time."""

    party_id: int


@event
class PartiesMerged:
    """Two entries turned out to be one: whoever points to `other_id` points to `keep_id` from now on."""

    keep_id: int
    other_id: int


@event
class RoleGiven:
    """A party became a customer, patient, employee ..."""

    party_id: int
    role: str
