"""What reception does when somebody below has done something."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.events import reacts
from enfilade.front.appointments.events import VisitBooked
from enfilade.front.reception.commands import book_in_call
from enfilade.front.reception.queries.calls import open_call_with


@reacts(VisitBooked)
def end_contact_with_booking(ctx: Context, fact: VisitBooked) -> None:
    """A visit booked while its patient is on the line is what that contact was about: nobody has to log it."""
    call = open_call_with(ctx, fact.party_id)
    if call is not None:
        book_in_call(ctx, call=call.pk, visit=fact.visit_id)
