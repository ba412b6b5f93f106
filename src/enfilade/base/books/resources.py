"""Lists, records and panels of the books."""

from __future__ import annotations

from typing import Any

from enfilade.core.context import Context
from enfilade.core.language.words import name_of
from enfilade.core.pages.context import department
from enfilade.core.refs import model_of, resolve
from enfilade.core.resource import Resource, panel, resource_for

from . import verify  # noqa: F401 - the verifier registers itself
from .models import Account, Book, BookSeal, Dimension, DimensionValue, Entry, Period

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
        text, url = (name_of(row), resource.url(row)) if row else (entry.origin, "")
        links.append({"label": resource.singular.capitalize(), "text": text, "url": url})
    elif entry.origin:
        links.append({"label": "Voucher", "text": entry.origin, "url": ""})
    mine = resource_for(Entry)
    others = [("Cancels", entry.reverses), *(("Cancelled by", other) for other in entry.reversed_by.visible_to(ctx))]
    links += [
        {"label": label, "text": name_of(other), "url": mine.url(other) if mine else ""} for label, other in others if other is not None
    ]
    return {"links": links} if links else None
