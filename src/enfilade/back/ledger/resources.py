"""The department of the ledger, which account serves which purpose, and journals of other programs."""

from __future__ import annotations

from enfilade.core.files import carries_file
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import exporting, importing, pages, panels, steps, verify  # noqa: F401 - they register themselves
from .models import (
    AccountName,
    AccountPurpose,
    ClosingMark,
    ClosingTask,
    Deferral,
    DimensionRule,
    EntryTemplate,
    FiscalYear,
    JournalFile,
    OpeningBalance,
    PlannedEntry,
    RecurringEntry,
    RecurringPosting,
    TemplateLine,
)

department("ledger", "Ledger", "book-open-check", 40)


class AccountPurposeResource(Resource):
    """Accounts that other departments post to."""

    model = AccountPurpose
    columns = ("purpose", "account")
    search = ("purpose", "account__code", "account__name")
    fields = ("purpose", "account")
    ordering = "purpose"
    import_key = "purpose"
    verbs = ("complete_chart",)
    icon = "signpost"
    order = 160
    title = "accounts by purpose"


class DimensionRuleResource(Resource):
    """Dimensions that accounts demand on their lines, or forbid."""

    model = DimensionRule
    columns = ("account", "purpose", "dimension", "manner", "from_on")
    filters = ("dimension", "manner", "account", "purpose")
    facts = ("account", "purpose", "dimension", "manner", "from_on")
    ordering = "account"
    icon = "split"
    order = 165
    empty = (
        "Lines may name any value, or none. Open an account or a purpose and choose Demand a dimension: a heading speaks for all below it."
    )


class JournalFileResource(Resource):
    """Journals of other programs that were entered."""

    model = JournalFile
    columns = ("taken_at", "format", "from_on", "to_on", "entry_count", "taken_by", "state", "remarks")
    filters = ("state", "taken_at", "taken_by", "format")
    facts = ("taken_at", "taken_by", "format", "file", "from_on", "to_on", "entry_count", "remarks")
    ordering = "-taken_at"
    verbs = ("import_journal",)
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


class OpeningBalanceResource(Resource):
    """Balances with which the books begin."""

    model = OpeningBalance
    columns = ("on", "line_count", "total_minor", "rest_minor", "entered_by", "entered_at", "state")
    filters = ("state", "on", "entered_by")
    facts = ("on", "line_count", "total_minor", "rest_minor", "file", "entered_by", "entered_at")
    ordering = "-on"
    verbs = ("import_opening_balances", "enter_opening_balances")
    icon = "flag"
    order = 150
    empty = "Moving in: enter the trial balance of the program before, or take it from a file, at the first day of the books."


class FiscalYearResource(Resource):
    """Years of accounts, open or closed."""

    model = FiscalYear
    columns = ("starts_on", "ends_on", "result_minor", "state", "closed_by", "closed_at")
    filters = ("state", "ends_on")
    facts = ("starts_on", "ends_on", "result_minor", "state", "closed_by", "closed_at")
    ordering = "-starts_on"
    verbs = ("open_year", "close_year")
    icon = "calendar-check"
    order = 130
    empty = "Open a year, and its months take entries. A year that is short has its first or its last day said."


class ClosingTaskResource(Resource):
    """What people do by hand before a month is closed."""

    model = ClosingTask
    columns = ("title", "owner", "due_day", "active")
    filters = ("active", "owner")
    search = ("title", "note")
    fields = ("title", "note", "owner", "due_day", "active")
    import_key = "title"
    ordering = "due_day"
    icon = "list-checks"
    order = 140
    empty = "What no figure shows, for example: count the stock, ask the tax adviser. It stands in the checklist of every month."


class ClosingMarkResource(Resource):
    """Which tasks were done for which month."""

    model = ClosingMark
    columns = ("task", "period", "note", "done_by", "done_at")
    filters = ("task", "period", "done_by")
    facts = ("task", "period", "note", "done_by", "done_at")
    ordering = "-done_at"
    icon = "check-check"
    order = 145
    menu = False


class EntryTemplateResource(Resource):
    """Journal entries that are posted often."""

    model = EntryTemplate
    columns = ("name", "text", "active")
    filters = ("active",)
    search = ("name", "text")
    facts = ("name", "text", "active")
    lines = {"lines": ("account", "amount_minor", "party", "text", "dimensions")}
    ordering = "name"
    icon = "copy"
    order = 110
    empty = "Rent, salaries, leases: keep the entry once, post it with a button, or let it come again by itself."


class TemplateLineResource(Resource):
    """Lines of templates."""

    model = TemplateLine
    columns = ("template", "account", "amount_minor", "party", "text", "dimensions")
    filters = ("template", "account")
    menu = False


class RecurringEntryResource(Resource):
    """Templates that are posted again and again."""

    model = RecurringEntry
    columns = ("template", "repeats", "starts_on", "reverse_next", "counts_from_on", "state")
    filters = ("state", "template")
    facts = ("template", "repeats", "rule", "starts_on", "reverse_next", "counts_from_on", "state")
    lines = {"postings": ("on", "entry")}
    verbs = ("repeat_template",)
    icon = "repeat"
    order = 112
    empty = "Open a template of an entry and choose Repeat a template, or choose it above. What is due is posted each night."


class RecurringPostingResource(Resource):
    """Days of recurring entries that were posted."""

    model = RecurringPosting
    columns = ("recurring", "on", "entry")
    filters = ("recurring", "on")
    menu = False


class DeferralResource(Resource):
    """Amounts that are spread over months."""

    model = Deferral
    columns = ("entry", "account", "aside", "amount_minor", "from_on", "to_on", "by_day", "made_by")
    filters = ("account", "from_on", "to_on")
    facts = ("entry", "account", "aside", "amount_minor", "from_on", "to_on", "by_day", "made_by")
    lines = {"parts": ("on", "amount_minor", "state", "entry")}
    icon = "split"
    order = 114
    empty = "Insurance paid for a year, a service sold for six months: open the entry and choose Spread over months."


class PlannedEntryResource(Resource):
    """Reversals and parts of deferrals that wait for their day."""

    model = PlannedEntry
    columns = ("on", "reverses", "deferral", "amount_minor", "state", "entry")
    filters = ("state", "on", "deferral")
    facts = ("on", "reverses", "deferral", "amount_minor", "state", "entry")
    ordering = "on"
    verbs = ("post_accrual",)
    icon = "calendar-clock"
    order = 116
    empty = "A cost that is billed later: post an accrual with the day of its reversal. What is spread over months waits here too."


carries_file(JournalFile, "ledger.view_journalfile")
carries_file(OpeningBalance, "ledger.view_openingbalance")
