"""Lists, records and panels of the books."""

from __future__ import annotations

from typing import Any

from enfilade.core.context import Context
from enfilade.core.language.words import name_of
from enfilade.core.pages.context import department
from enfilade.core.refs import model_of, resolve
from enfilade.core.resource import Resource, panel, resource_for

from . import rehearsing, verify  # noqa: F401 - they register themselves
from .models import Account, AccountLimit, Book, BookSeal, Dimension, DimensionValue, Entry, LateAdmission, PendingTransfer, Period
from .queries import Standing, pending_of, standings_of

department("books", "Books", "book-open", 42)


class BookResource(Resource):
    """What is counted by double entry."""

    model = Book
    columns = ("code", "name", "unit_kind")
    ordering = "code"
    icon = "library"
    order = 50


class AccountResource(Resource):
    """Places in a book."""

    model = Account
    columns = ("code", "name", "kind", "parent", "heading", "active")
    filters = ("kind", "book", "active", "heading")
    search = ("code", "name")
    fields = ("book", "code", "name", "kind", "parent", "heading", "active")
    import_key = "code"
    ordering = "code"
    icon = "list-tree"
    order = 20
    empty = "Found the ledger with a chart of accounts, or import the accounts of your tax adviser from a CSV file."


class PeriodResource(Resource):
    """Spans of days that are open or closed."""

    model = Period
    columns = ("starts_on", "ends_on", "book", "state")
    filters = ("state", "book", "starts_on")
    ordering = "-starts_on"
    icon = "calendar-range"
    order = 30


class LateAdmissionResource(Resource):
    """Who was let into a softly closed period, until when and why."""

    model = LateAdmission
    columns = ("period", "user", "reason", "until", "admitted_by", "admitted_at")
    filters = ("period", "user", "admitted_by", "admitted_at")
    search = ("reason",)
    facts = ("period", "user", "reason", "until", "admitted_by", "admitted_at")
    ordering = "-admitted_at"
    icon = "door-open"
    order = 32
    empty = "Nobody was admitted. A softly closed period takes entries of those only whom somebody admits, with a reason."


class DimensionResource(Resource):
    """What figures are divided by beside the accounts."""

    model = Dimension
    columns = ("code", "name")
    search = ("code", "name")
    fields = ("code", "name")
    import_key = "code"
    ordering = "code"
    icon = "layers"
    order = 24
    empty = "Begin with what you want to know a result for: cost centre, department, project, site. Then add its values."


class DimensionValueResource(Resource):
    """Values that lines name."""

    model = DimensionValue
    columns = ("code", "name", "dimension", "parent", "active")
    filters = ("dimension", "active")
    search = ("code", "name")
    fields = ("dimension", "code", "name", "parent", "active")
    import_key = "code"
    ordering = "code"
    icon = "split"
    order = 26
    empty = "Add the values of a dimension, for example K100 Laboratory. A journal entry names them by their codes."


class EntryResource(Resource):
    """Movements, written once."""

    model = Entry
    columns = ("id", "on", "text", "book", "user", "recorded_at")
    filters = ("book", "on", "recorded_at", "user")
    search = ("text", "origin")
    facts = ("on", "recorded_at", "text", "book", "period", "user", "reverses")
    lines = {"lines": ("account", "text", "party", "dimension_codes", "debit_minor", "credit_minor")}
    icon = "notebook-pen"
    order = 10
    empty = "Nothing was entered yet. Invoices and payments post themselves; other movements are entered with Post a journal entry."


class PendingTransferResource(Resource):
    """What is reserved, and what became of it."""

    model = PendingTransfer
    columns = ("id", "text", "debit", "credit", "quantity_minor", "unit", "expires_at", "state")
    filters = ("state", "book", "debit", "credit", "expires_at", "recorded_at")
    search = ("text", "origin")
    facts = ("text", "origin", "debit", "credit", "quantity_minor", "unit", "recorded_at", "expires_at", "user", "state", "entry")
    verbs = ("reserve_transfer",)
    icon = "hourglass"
    order = 12
    empty = "Nothing is reserved. A transfer that is promised but not made yet is reserved with Reserve transfer."


class AccountLimitResource(Resource):
    """How far accounts may go."""

    model = AccountLimit
    columns = ("account", "unit", "lowest_minor", "highest_minor")
    filters = ("account", "unit")
    search = ("account__code", "account__name")
    fields = ("account", "unit", "lowest_minor", "highest_minor")
    ordering = "account"
    icon = "gauge"
    order = 22
    empty = "No account has a limit. A till that can't be overdrawn has 0 as its lowest balance."


class BookSealResource(Resource):
    """The chain of sealed blocks."""

    model = BookSeal
    columns = ("number", "book", "first_entry", "last_entry", "entry_count", "sealed_at", "hash")
    filters = ("book", "sealed_at")
    facts = ("number", "book", "first_entry", "last_entry", "entry_count", "sealed_at", "previous", "hash")
    icon = "stamp"
    order = 60


@panel(on=Entry, title="Where it comes from", permission="books.view_entry", template="books/panel_origin.html", icon="link")
def origin_of(ctx: Context, entry: Entry) -> dict[str, Any] | None:
    """The record that caused an entry, the entry it cancels, the one that cancels it."""
    links = []
    model = model_of(entry.origin)
    if model is not None and (resource := resource_for(model)) is not None:
        row = resolve(ctx, entry.origin) if ctx.may(resource.view_permission) else None
        text, url = (name_of(row), resource.url(row)) if row else ("You may not see it.", "")
        links.append({"label": resource.singular.capitalize(), "text": text, "url": url})
    elif entry.origin:
        links.append({"label": "Voucher", "text": entry.origin, "url": ""})
    mine = resource_for(Entry)
    others = [("Cancels", entry.reverses), *(("Cancelled by", other) for other in entry.reversed_by.visible_to(ctx))]
    links += [
        {"label": label, "text": name_of(other), "url": mine.url(other) if mine else ""} for label, other in others if other is not None
    ]
    return {"links": links} if links else None


PENDING_SHOWN = 50
_SIDES = ("Balance", "Pending debit", "Pending credit", "Can be debited", "Can be credited")
_STANDING = [{"label": "Unit", "kind": "text"}, *({"label": side, "kind": "amount"} for side in _SIDES)]
_RESERVED = [
    {"label": "What for", "kind": "text"},
    {"label": "Other account", "kind": "text"},
    {"label": "Quantity", "kind": "amount"},
    {"label": "Expires", "kind": "instant"},
]


@panel(on=Account, title="Pending", permission="books.view_pendingtransfer", template="books/panel_pending.html", icon="hourglass")
def pending_on(ctx: Context, account: Account) -> dict[str, Any] | None:
    """What is posted on an account, what is reserved beside it, and what its limits leave; then the transfers that reserve it."""
    if account.heading:
        return None
    mine, money = resource_for(PendingTransfer), account.book.unit_kind == account.book.UnitKind.MONEY

    def amount(value: int | None, unit: str) -> dict[str, Any]:
        return {"kind": "amount", "value": value, "currency": unit if money else ""}

    def standing(found: Standing) -> dict[str, Any]:
        sides = (found.balance_minor, found.pending_debit_minor, found.pending_credit_minor, found.to_debit_minor, found.to_credit_minor)
        return {"cells": [{"kind": "text", "value": found.unit}, *(amount(side, found.unit) for side in sides)]}

    def reserved(transfer: PendingTransfer) -> dict[str, Any]:
        side = transfer.quantity_minor if transfer.debit_id == account.pk else -transfer.quantity_minor
        texts = [{"kind": "text", "value": value} for value in (transfer.text, transfer.credit if side > 0 else transfer.debit)]
        cells = [*texts, amount(side, transfer.unit), {"kind": "instant", "value": transfer.expires_at}]
        return {"url": mine.url(transfer) if mine else "", "cells": cells}

    return {
        "standings": {"columns": _STANDING, "rows": [standing(found) for found in standings_of(ctx, account)]},
        "transfers": {"columns": _RESERVED, "rows": [reserved(transfer) for transfer in pending_of(ctx, account, PENDING_SHOWN)]},
    }
