"""What the pages of cheques, customers and suppliers say beside their facts."""

from __future__ import annotations

from typing import Any

from enfilade.back.payables.queries import standing_of
from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.resource import panel

from .models import WrittenCheque
from .queries import given_by


@panel(
    on=WrittenCheque, title="Bills it pays", permission="cheques.view_writtencheque", template="cheques/panel_cheque.html", icon="printer"
)
def bills_of_cheque(ctx: Context, cheque: WrittenCheque) -> dict[str, Any] | None:
    """The bills, and the form to print."""
    if cheque.payment is None:
        return None
    return {"cheque": cheque, "settled": standing_of(ctx, cheque.payment)}


@panel(
    on=Party, title="Cheques given to us", permission="cheques.view_receivedcheque", template="cheques/panel_given.html", icon="signature"
)
def cheques_of_party(ctx: Context, party: Party) -> dict[str, Any] | None:
    """The last cheques of a customer."""
    found = given_by(ctx, party)
    return {"cheques": found} if found else None
