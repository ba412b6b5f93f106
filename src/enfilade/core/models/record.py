"""The base of every business table."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models

from enfilade.core.rows import NOBODYS, RowsOf, reached, seen_rows
from enfilade.core.states import States

if TYPE_CHECKING:
    from enfilade.core.context import Context


class RecordQuerySet(models.QuerySet):
    """Rows of companies; nothing is read before `visible_to`."""

    def visible_to(self, ctx: Context) -> Self:
        """The rows of the caller's company; where her roles grant the reading only for some rows, those.

        Why not inside a command: what its body reads to keep its word (totals, numbers, clashes) is the company's, whoever acts.
        The rows that a caller names are narrowed by the runner.
        """
        rows = self.filter(company_id=ctx.company_id)
        return rows.filter(seen_rows(ctx, self.model)) if ctx.limited and ctx.work is None else rows

    def within(self, ctx: Context, permission: str) -> Self:
        """The rows for which the caller holds a permission; none where she does not hold it."""
        return self.filter(reached(ctx, self.model, ctx.reach(permission))) if ctx.limited else self


def company_of_part() -> models.ForeignKey:
    """The column `company` of a table whose rows are parts of a record and are read by it, or by a wider index that begins with it.

    Without a foreign key in the database: the record has one, and checking it costs as much as writing the row, for thousands of a file.
    Who writes as the application may name no other company than her own (row-level security).
    """
    company: models.ForeignKey = models.ForeignKey(
        "core.Company", on_delete=models.PROTECT, editable=False, related_name="+", db_index=False, db_constraint=False
    )
    return company


class Record(models.Model):
    """A row that belongs to one company.

    append_only: rows are never updated or deleted; a trigger and revoked rights see to it, for every role.
    app_writable: False for a table that only triggers of the database write; the application role may read it.
    recorded: False where a change of a row is not written to core.rowchange: what PostgreSQL keeps itself from other rows, and what
        is sealed by a chain of its own.
    left_out: columns whose values never enter that record: secrets and large contents.
    states: the state table of the model (see core.states), where it has one.
    rows_of: whose a row is (see core.rows), so that a role can grant for own rows or a department's only.
    read_before_scope: sign-in reads it before it knows the company: the owner of the tables passes the wall, the application role never.
    """

    append_only: ClassVar[bool] = False
    app_writable: ClassVar[bool] = True
    recorded: ClassVar[bool] = True
    left_out: ClassVar[tuple[str, ...]] = ()
    states: ClassVar[States | None] = None
    rows_of: ClassVar[RowsOf] = NOBODYS
    read_before_scope: ClassVar[bool] = False

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, editable=False, related_name="+")

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True
