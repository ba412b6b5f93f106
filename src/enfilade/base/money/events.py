"""What money publishes."""

from __future__ import annotations

from datetime import date

from enfilade.core.events import event


@event
class RatesTaken:
    """Rates of a file are recorded. rates: those that were new; from_on, to_on: days of the file that were taken."""

    file: int
    rates: int
    from_on: date
    to_on: date
