"""Lists and forms of exchange rates."""

from __future__ import annotations

from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from .models import Rate

department("money", "Money", "coins", 60)


class RateResource(Resource):
    """Exchange rates."""

    model = Rate
    columns = ("base", "quote", "on", "rate", "source")
    filters = ("base", "quote", "on")
    search = ("base", "quote", "source")
    fields = ("base", "quote", "on", "rate", "source")
    ordering = "-on"
    icon = "arrow-left-right"
    empty = "Record the first rate when you quote or pay in another currency. Amounts in the company's own currency need none."
