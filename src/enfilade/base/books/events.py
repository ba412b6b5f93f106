"""What books publishes."""

from __future__ import annotations

from enfilade.core.events import event


@event
class BookSealed:
    """A block of entries was sealed: the head of the chain is now `hash`."""

    book: int
    number: int
    last_entry: int
    hash: str
