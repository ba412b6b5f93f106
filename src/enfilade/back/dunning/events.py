"""What happened to customers who are late. Amounts in minor units of the currency that is named; older ones name none."""

from __future__ import annotations

from enfilade.core.events import event


@event
class ReminderSent:
    """A customer was reminded. level: the highest one in the letter."""

    reminder: int
    party: int
    level: int
    owed_minor: int
    currency: str = ""


@event
class LastLevelReached:
    """There is no higher level for this customer: collect otherwise, or sell no more on credit."""

    reminder: int
    party: int
    owed_minor: int
    currency: str = ""
