"""The search that leaves most to the database finds what the plain one finds."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enfilade.base.calendar.models import Booking, BookingSlot
from enfilade.base.calendar.queries import Span, starts
from enfilade.base.calendar.rules import MINUTE, Interval, crowded, merge, possible_starts
from enfilade.core.scope import scope

from .helpers import MONDAY, add_bookable, practice

pytestmark = pytest.mark.django_db(transaction=True)
UNTIL = MONDAY + timedelta(minutes=400)
# In steps of five minutes, so that what is free is often just as long as what is wanted.
TAKEN = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-12, 80).map(lambda n: n * 5), st.integers(1, 12).map(lambda n: n * 5)), max_size=24
)
SPANS = st.builds(
    Span,
    st.integers(1, 12).map(lambda n: n * 5 * MINUTE),
    st.integers(0, 4).map(lambda n: n * 5 * MINUTE),
    st.integers(0, 4).map(lambda n: n * 5 * MINUTE),
    st.integers(1, 3),
)


@pytest.fixture
def place() -> SimpleNamespace:
    """A desk, a chair that needs tidying up, a room of three places, and a booking whose slots each example lays anew."""
    ctx = practice()
    rows = [add_bookable(ctx, "desk"), add_bookable(ctx, "chair", buffer_after_min=10), add_bookable(ctx, "room", capacity=3)]
    with scope(ctx.company_id):
        booking = Booking.objects.create(company=ctx.company, title="x", starts_at=MONDAY, ends_at=UNTIL)
    return SimpleNamespace(ctx=ctx, rows=rows, booking=booking)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=TAKEN, span=SPANS)
def test_what_the_database_puts_together_hides_no_start(place: SimpleNamespace, taken: list[tuple[int, int, int]], span: Span) -> None:
    """Slots that touch, follow closely, begin before the window or overlap in several places; with buffers of both sides."""
    ctx = place.ctx
    laid: dict[int, list[Interval]] = {row.pk: [] for row in place.rows}
    with scope(ctx.company_id):
        BookingSlot.objects.filter(booking=place.booking).delete()
        kept: dict[tuple[int, int], list[Interval]] = {}
        for lane, begin, minutes in taken:
            for row in place.rows:
                number = lane % row.capacity
                slot = (MONDAY + begin * MINUTE, MONDAY + (begin + minutes) * MINUTE)
                before = kept.setdefault((row.pk, number), [])
                if all(slot[1] <= a or z <= slot[0] for a, z in before):
                    before.append(slot)
                    laid[row.pk].append(slot)
        BookingSlot.objects.bulk_create(
            BookingSlot(company=ctx.company, booking=place.booking, bookable_id=pk, place=number, starts_at=a, ends_at=z)
            for (pk, number), slots in kept.items()
            for a, z in slots
        )
        found = starts(ctx, place.rows, MONDAY, UNTIL, span, anytime=True)
        for row in place.rows:
            wanted = span.seats if row.capacity > 1 else 1
            busy = crowded(laid[row.pk], row.capacity - wanted)
            after = max(span.after, row.buffer_after_min * MINUTE)
            plain = possible_starts([(MONDAY, UNTIL)], busy, length=span.length, before=span.before, after=after)
            assert merge(found[row.pk]) == plain, row
