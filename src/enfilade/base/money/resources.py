"""Lists and forms of exchange rates."""

from __future__ import annotations

from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import commands, reports
from .models import Rate

department("money", "Money", "coins", 60)
__all__ = ["RateResource", "commands", "reports"]


class RateResource(Resource):
    """Exchange rates."""

    model = Rate
    columns = ("base", "rate", "quote", "on", "source")
    filters = ("base", "quote", "on")
    search = ("base", "quote", "source")
    fields = ("base", "rate", "quote", "on", "source")
    ordering = "-on"
    verbs = ("import_rates",)
    icon = "arrow-left-right"
    empty = "Take a file of reference rates of the European Central Bank, or record a rate. Amounts in the company's currency need none."
