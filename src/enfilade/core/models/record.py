"""The base of every business table."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models

from enfilade.core.states import States

if TYPE_CHECKING:
    from enfilade.core.context import Context


class RecordQuerySet(models.QuerySet):
    """Rows of companies; nothing is read before `visible_to`."""

    def visible_to(self, ctx: Context) -> Self:
        """The rows of the caller's company."""
        return self.filter(company_id=ctx.company_id)


class Record(models.Model):
    """A row that belongs to one company.

    append_only: rows are never updated or deleted; a trigger and revoked rights see to it, for every role.
    app_writable: False for a table that only triggers of the database write; the application role may read it.
    recorded: False where a change of a row is not written to core.rowchange: what PostgreSQL keeps itself from other rows, and what
        is sealed by a chain of its own.
    left_out: columns whose values never enter that record: secrets and large contents.
    states: the state table of the model (see core.states), where it has one.
    """

    append_only: ClassVar[bool] = False
    app_writable: ClassVar[bool] = True
    recorded: ClassVar[bool] = True
    left_out: ClassVar[tuple[str, ...]] = ()
    states: ClassVar[States | None] = None

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, editable=False, related_name="+")

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True
