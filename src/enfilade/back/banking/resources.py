"""Lists, record pages, forms and API of banking."""

from __future__ import annotations

from typing import Any

from enfilade.core.context import Context
from enfilade.core.files import carries_file
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource, panel

from . import closing, deposits, pages, proving, reports, verify
from .models import BankAccount, BankFile, CsvLayout, LineMatch, MatchRule, Statement, StatementLine
from .queries import matches_of

department("banking", "Banking", "landmark", 30)
__all__ = [
    "BankAccountResource",
    "BankFileResource",
    "CsvLayoutResource",
    "MatchRuleResource",
    "StatementLineResource",
    "StatementResource",
    "closing",
    "deposits",
    "pages",
    "proving",
    "reports",
    "verify",
]


class StatementLineResource(Resource):
    """What moved at the bank; what is not matched yet is a break, and has somebody who clears it."""

    model = StatementLine
    columns = ("booked_on", "name", "purpose", "amount_minor", "open_minor", "state", "owner", "bank_account")
    filters = ("state", "owner", "bank_account", "booked_on", "amount_minor")
    search = ("name", "purpose", "reference", "iban")
    facts = (
        "bank_account", "statement", "booked_on", "value_on", "amount_minor", "matched_minor", "open_minor", "name", "iban", "bic",
        "reference", "mandate", "purpose", "bank_reference", "return_code", "owner",
    )  # fmt: skip
    ordering = "-booked_on"
    charts = ("state", "owner", "booked_on")
    icon = "arrow-left-right"
    order = 20
    empty = "Lines come with the statements of the bank: take a bank file."


class StatementResource(Resource):
    """Statements, each proved: its opening balance and its lines make its closing balance."""

    model = Statement
    columns = ("number", "bank_account", "from_on", "to_on", "opening_minor", "moved_minor", "closing_minor", "line_count", "proof")
    filters = ("bank_account", "to_on", "proof")
    search = ("number",)
    facts = (
        "bank_account",
        "bank_file",
        "number",
        "from_on",
        "to_on",
        "opening_minor",
        "moved_minor",
        "closing_minor",
        "line_count",
        "proof",
    )
    lines = {"lines": ("booked_on", "value_on", "name", "purpose", "amount_minor", "state")}
    ordering = "-to_on"
    verbs = ("import_statement",)
    icon = "file-text"
    order = 30
    empty = "Take a bank file: camt.053, MT940, OFX, QIF, BAI2 or CSV, as your bank offers it."


class BankFileResource(Resource):
    """Files of the bank that were taken."""

    model = BankFile
    columns = ("taken_at", "format", "statement_count", "line_count", "known_count", "taken_by", "remarks")
    filters = ("taken_at", "taken_by", "format")
    facts = ("taken_at", "taken_by", "format", "file", "statement_count", "line_count", "known_count", "remarks")
    lines = {"statements": ("number", "bank_account", "from_on", "to_on", "opening_minor", "closing_minor", "line_count")}
    ordering = "-taken_at"
    verbs = ("import_statement",)
    icon = "file-down"
    order = 40
    empty = "Take a bank file: camt.053, MT940, OFX, QIF, BAI2 or CSV, as your bank offers it."


class BankAccountResource(Resource):
    """Our accounts at banks."""

    model = BankAccount
    columns = ("name", "number", "currency", "account", "owner", "active")
    filters = ("active", "currency")
    search = ("name", "number", "also_known_as")
    fields = ("name", "number", "also_known_as", "bic", "routing", "savings", "currency", "account", "owner", "active")
    import_key = "number"
    ordering = "name"
    icon = "landmark"
    order = 50
    empty = "Add the accounts that you have at banks, each with an account of the ledger of its own."


class CsvLayoutResource(Resource):
    """How CSV files of a bank are to be read, where usual names of columns do not tell."""

    model = CsvLayout
    columns = ("name", "booked_on", "amount", "debit", "credit", "purpose", "balance", "active")
    filters = ("active",)
    search = ("name",)
    fields = (
        "name", "booked_on", "value_on", "amount", "debit", "credit", "flipped", "counterparty", "iban", "bic", "reference", "purpose",
        "balance", "currency", "bank_reference", "active",
    )  # fmt: skip
    import_key = "name"
    ordering = "name"
    icon = "table-properties"
    order = 70
    empty = "Usual CSV files are read without one. Add a layout where a file is refused because its columns are not known."


class MatchRuleResource(Resource):
    """What was learnt from matches, and what people know: whose account pays for whom, which words mean which account."""

    model = MatchRule
    columns = ("iban", "words", "party", "account", "bank_account", "active")
    filters = ("active", "party", "account", "bank_account")
    search = ("iban", "words", "party__name")
    fields = ("bank_account", "iban", "words", "party", "account", "active")
    icon = "wand-sparkles"
    order = 60
    empty = "Rules are learnt when you match and post lines; you can also write one."


class LineMatchResource(Resource):
    """What lines were matched with: shown on them, and searchable through the API."""

    model = LineMatch
    columns = ("line", "kind", "amount_minor", "invoice", "entry", "percent", "made_by", "made_at", "undone_at")
    filters = ("kind", "invoice", "made_at", "made_by")
    facts = (
        "line",
        "kind",
        "amount_minor",
        "invoice",
        "payment",
        "entry",
        "percent",
        "reason",
        "made_by",
        "made_at",
        "undone_by",
        "undone_at",
        "undo_entry",
    )
    menu = False


@panel(on=StatementLine, title="Matched with", permission="banking.view_linematch", template="banking/panel_matches.html", icon="link")
def matched_with(ctx: Context, line: StatementLine) -> dict[str, Any] | None:
    """What a line was matched with, by whom and why; also what was taken back."""
    found = matches_of(ctx, line)
    return {"matches": found} if found else None


carries_file(BankFile, "banking.view_bankfile")
