"""What budgeting tells."""

from __future__ import annotations

from datetime import date

from enfilade.core.events import event


@event
class BudgetApproved:
    """A budget of a year counts from now on; key of the budget, and the first day of its year."""

    budget: int
    starts_on: date
