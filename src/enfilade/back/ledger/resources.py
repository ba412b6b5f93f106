"""The department of the ledger, which account serves which purpose, and journals of other programs."""

from __future__ import annotations

from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import exporting, importing, pages, panels  # noqa: F401 - they register themselves
from .models import AccountName, AccountPurpose, JournalFile

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


class JournalFileResource(Resource):
    """Journals of other programs that were entered."""

    model = JournalFile
    columns = ("taken_at", "format", "from_on", "to_on", "entry_count", "taken_by", "state", "remarks")
    filters = ("state", "taken_at", "taken_by", "format")
    facts = ("taken_at", "taken_by", "format", "file", "from_on", "to_on", "entry_count", "remarks")
    ordering = "-taken_at"
    icon = "file-down"
    order = 170
    empty = "Take a journal of hledger, Ledger or beancount, or a CSV file with date, account and amount: all of its entries, or nothing."


class AccountNameResource(Resource):
    """What journals of other programs call our accounts."""

    model = AccountName
    columns = ("name", "account")
    search = ("name", "account__code", "account__name")
    fields = ("name", "account")
    ordering = "name"
    import_key = "name"
    icon = "replace"
    order = 180
    empty = "Needed only where a journal names accounts without their codes."
