"""Accounts from a file: a chart of one's own, or changes to the one that is there. Where the file names no book, it means the ledger."""

from __future__ import annotations

from dataclasses import replace

from enfilade.base.books.queries import accounts_by_code, book_named
from enfilade.core.context import Context
from enfilade.core.resource import Resource
from enfilade.core.resource.intake import Intake, Intaken, Options, Target, register_intake
from enfilade.core.tabular import Table

from .queries import BOOK_CODE


class AccountIntake(Intake):
    """Tables with code, name, kind, parent (the code of a heading further up), heading and active; an account is known by its code."""

    def targets(self, resource: Resource) -> list[Target]:
        """As the resource has them; nobody has to know the number of a book."""
        return [replace(t, required=False) if t.name == "book" else t for t in super().targets(resource)]

    def rows(self, resource: Resource, ctx: Context, table: Table, mapping: list[str], options: Options) -> Intaken:
        """The rows of a table; new accounts of no book become accounts of the ledger, those that are there stay in theirs."""
        made = super().rows(resource, ctx, table, mapping, options)
        book = book_named(ctx, BOOK_CODE)
        if book is None:
            return made
        codes = [row.inputs.get("code", "").strip() for row in made.rows]
        known = {account.code for account in accounts_by_code(ctx, book, codes)}
        for row, code in zip(made.rows, codes, strict=True):
            if code not in known and not row.inputs.get("book"):
                row.inputs["book"] = str(book.pk)
        return made


register_intake("books.account", AccountIntake())
