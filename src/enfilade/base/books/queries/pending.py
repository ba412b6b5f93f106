"""What is reserved, and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from enfilade.base.books.models import Account, PendingTransfer, Period
from enfilade.core.context import Context

_STANDINGS = """
SELECT u.unit, coalesce(p.debit, 0)::bigint, coalesce(p.credit, 0)::bigint, pending.debit_minor, pending.credit_minor,
       x.lowest_minor, x.highest_minor
  FROM (
    SELECT unit FROM books_balance WHERE account_id = %(account)s
    UNION SELECT unit FROM books_pendingbalance WHERE account_id = %(account)s
    UNION SELECT unit FROM books_accountlimit WHERE account_id = %(account)s
  ) u
  LEFT JOIN LATERAL (
    SELECT sum(b.debit_minor) AS debit, sum(b.credit_minor) AS credit
      FROM books_balance b WHERE b.account_id = %(account)s AND b.unit = u.unit
  ) p ON true
 CROSS JOIN LATERAL books_pending(%(account)s, u.unit) pending
  LEFT JOIN books_accountlimit x ON x.account_id = %(account)s AND x.unit = u.unit
 ORDER BY u.unit
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is posted on an account in a unit, what is pending, and how far it may go."""

    unit: str
    debit_minor: int
    credit_minor: int
    pending_debit_minor: int
    pending_credit_minor: int
    lowest_minor: int | None
    highest_minor: int | None

    @property
    def balance_minor(self) -> int:
        """What is posted, debit less credit."""
        return self.debit_minor - self.credit_minor

    @property
    def to_credit_minor(self) -> int | None:
        """How much can be credited still, what is reserved taken off; None without a lowest balance."""
        return None if self.lowest_minor is None else self.balance_minor - self.pending_credit_minor - self.lowest_minor

    @property
    def to_debit_minor(self) -> int | None:
        """How much can be debited still, what is reserved taken off; None without a highest balance."""
        return None if self.highest_minor is None else self.highest_minor - self.balance_minor - self.pending_debit_minor


def standings_of(ctx: Context, account: Account) -> list[Standing]:
    """What is posted, pending and left on an account, for each unit that it ever had."""
    known = Account.objects.visible_to(ctx).filter(pk=account.pk).values_list("pk", flat=True).first()
    with connection.cursor() as cursor:
        cursor.execute(_STANDINGS, {"account": known})
        return [Standing(*row) for row in cursor.fetchall()]


def pending_of(ctx: Context, account: Account, limit: int) -> list[PendingTransfer]:
    """Transfers that are reserved on an account, those that expire first before the others; at most `limit`."""
    rows = PendingTransfer.objects.visible_to(ctx).filter(state=PendingTransfer.State.PENDING)
    found = rows.filter(debit=account) | rows.filter(credit=account)
    return list(found.select_related("debit", "credit").order_by("expires_at", "pk")[:limit])


def transfers_over(ctx: Context) -> Sequence[PendingTransfer]:
    """Transfers whose time is over and that are not marked yet."""
    rows = PendingTransfer.objects.visible_to(ctx).filter(state=PendingTransfer.State.PENDING, expires_at__lte=ctx.now)
    return list(rows.order_by("expires_at", "pk"))


def reserved_until(ctx: Context, period: Period) -> int:
    """How many transfers of a book were reserved up to the end of a period and are pending still."""
    rows = PendingTransfer.objects.visible_to(ctx).filter(state=PendingTransfer.State.PENDING, book=period.book_id)
    return rows.filter(recorded_at__date__lte=period.ends_on).count()
