"""API tokens: what a program shows instead of a person's sign-in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from enfilade.core.rows import RowsOf

from .company import User
from .record import Record, RecordQuerySet

if TYPE_CHECKING:
    from enfilade.core.context import Context

ACCESS = "core.manage_access"


def everything() -> list[str]:
    """The scope of a token that nobody narrowed."""
    return ["*"]


class ApiTokenQuerySet(RecordQuerySet):
    """Tokens of one's own; of the whole company for who manages access."""

    def visible_to(self, ctx: Context) -> Self:
        """The tokens the caller may see and revoke."""
        rows = super().visible_to(ctx)
        return rows if ctx.may(ACCESS) else rows.filter(user=ctx.user)

    def live(self, now: datetime | None = None) -> Self:
        """Neither revoked nor expired."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now or timezone.now()), revoked_at=None)


class ApiToken(Record):
    """A bearer token of one user for one company. Only its SHA-256 is kept.

    scope: patterns of permission; the token may what its owner may at that moment and the scope covers.
    last_used_at: to the minute.
    Final (by trigger): owner, company, text, scope and end of a token never change, and what was revoked stays revoked.
    """

    read_before_scope = True
    rows_of = RowsOf(own=("user",))

    user = models.ForeignKey(User, on_delete=models.PROTECT, editable=False, verbose_name="owner")
    name = models.TextField()
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scope = ArrayField(models.TextField(), default=everything, editable=False)
    made_at = models.DateTimeField("made", default=timezone.now, editable=False)
    last_used_at = models.DateTimeField("last used", null=True, editable=False)
    expires_at = models.DateTimeField("expires", null=True, blank=True)
    revoked_at = models.DateTimeField("revoked", null=True, editable=False)

    objects: ClassVar = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "API token"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(scope=[]), name="token_has_scope", violation_error_message="A token without scope could do nothing."
            )
        ]
        indexes: ClassVar = [models.Index(fields=["company", "user", "-id"], name="token_owner")]

    def __str__(self) -> str:
        return self.name
