"""List and form of tax codes."""

from __future__ import annotations

from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from .models import TaxCode

department("tax", "Tax", "percent", 45)


class TaxCodeResource(Resource):
    """Rates by class and day."""

    model = TaxCode
    columns = ("code", "name", "tax_class", "category", "rate_percent", "country", "valid_from", "valid_until")
    filters = ("tax_class", "category", "country", "valid_from")
    search = ("code", "name")
    fields = ("tax_class", "country", "code", "name", "category", "rate_bp", "valid_from", "valid_until", "exemption_reason")
    ordering = "-valid_from"
    icon = "percent"
    empty = "Load the tax codes of your country, or add them by hand."
