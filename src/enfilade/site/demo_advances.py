"""What patients of the demo company pay before anything is done: an advance on crowns, and a deposit for a device that is lent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .demo import Cast


def ask_in_advance(cast: Cast) -> None:
    """A patient chose two crowns; 40 percent was asked for in advance and has come, and the draft deducts it when the crowns are in."""
    cast.say("Asking for an advance")
    now = cast.owner.now
    patient = next(row for row in reversed(cast.rows("party.party")) if "patient" in row.roles)
    lines = [
        {"description": "Full ceramic crown, tooth 15 and 16", "quantity": "2", "unit_price": "412.50", "tax_class": "exempt"},
        {"description": "Ceramics from our own laboratory", "quantity": "2", "unit_price": "286.00", "tax_class": "reduced"},
    ]
    draft = cast.do(
        "books", now - timedelta(hours=3), "billing.draft_invoice", party=patient.pk, lines=lines, note="Treatment plan of today"
    )
    asked = cast.do("books", now - timedelta(hours=3), "billing.ask_advance", invoice=draft.pk, percent="40", on=cast.owner.today)
    advance = {"invoice": asked.pk, "method": "transfer", "amount": f"{asked.total_minor / 100:.2f}"}
    cast.do("books", now - timedelta(hours=1), "billing.take_payment", **advance)
    held = {"party": patient.pk, "method": "transfer", "amount": "150.00", "reason": "Sleep monitor, lent for two weeks"}
    back = cast.owner.today + timedelta(days=14)
    cast.do("books", now - timedelta(minutes=50), "billing.take_deposit", until=back, **held)
