"""What calendar tells."""

from __future__ import annotations

from enfilade.core.events import event


@event
class TimeFreed:
    """Bookings were moved or released; between these instants somebody may now find time. ISO 8601."""

    from_at: str
    until_at: str


@event
class SlotOffered:
    """Somebody who waits was offered a time. party_id: 0 where nobody is known; instants in ISO 8601."""

    offer_id: int
    party_id: int
    origin: str
    starts_at: str
    expires_at: str


@event
class OfferAccepted:
    """Somebody who waited took the time she was offered. origin: what it is for."""

    offer_id: int
    entry_id: int
    booking_id: int
    origin: str
