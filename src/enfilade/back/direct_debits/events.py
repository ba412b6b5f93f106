"""What happened to mandates and collections. Amounts in euro cents."""

from __future__ import annotations

from enfilade.core.events import event


@event
class MandateSuspended:
    """A mandate is not used until somebody has asked the payer."""

    mandate: int
    party: int
    reason: str


@event
class CollectionsReleased:
    """A second person released a collection run; its file can go to the bank."""

    run: int
    total_minor: int
    collection_count: int


@event
class InvoicesCollected:
    """The bank has credited what was collected from a payer."""

    collection: int
    party: int
    payment: int
    amount_minor: int


@event
class CollectionReturned:
    """The bank refused a collection, or took its money back. code: as ISO 20022 has it; payment: 0 where it was never credited."""

    collection: int
    party: int
    payment: int
    amount_minor: int
    code: str
