"""The department of the ledger, and which account serves which purpose."""

from __future__ import annotations

from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import importing, pages, panels  # noqa: F401 - they register themselves
from .models import AccountPurpose

department("ledger", "Ledger", "book-open-check", 40)


class AccountPurposeResource(Resource):
    """Accounts that other departments post to."""

    model = AccountPurpose
    columns = ("purpose", "account")
    search = ("purpose", "account__code", "account__name")
    fields = ("purpose", "account")
    ordering = "purpose"
    import_key = "purpose"
    icon = "signpost"
    order = 160
    title = "accounts by purpose"
