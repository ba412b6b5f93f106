"""Read in another company of the house what the caller may read there herself.

The wall stays: for the length of the block the transaction sees the rows of the other company in place of those of her own, never of both,
and she needs each permission in both companies, there by her own membership and for every row. A program that acts for her by a token may
read there no more than the token says.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from .access import context_for
from .context import Context, NotAllowed
from .grants import COMPANY
from .models import Company


@contextmanager
def reading_in(ctx: Context, company: Company, *permissions: str) -> Iterator[Context]:
    """Give the caller's context at another company, inside the transaction that is open. The block reads, and writes nothing.

    Refuses: not_allowed where she does not hold one of the permissions here and, as an active member, for every row there.
    Why a savepoint: whatever ends the block, the transaction sees the rows of her own company again.
    """
    for permission in permissions:
        ctx.require(permission)
    if company.pk == ctx.company_id:
        yield ctx
        return
    with transaction.atomic():
        before = _see(f"{{{company.pk}}}")
        inner = context_for(ctx.user, company, now=ctx.now, channel=ctx.channel)
        for permission in permissions:
            if COMPANY not in inner.reach(permission):
                raise NotAllowed(permission)
        yield inner
        _see(before)


def _see(companies: str) -> str:
    """Let the transaction see the rows of these companies until it ends; gives those that it saw before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.companies', true)")
        (before,) = cursor.fetchone()
        cursor.execute("SELECT set_config('app.companies', %s, true)", [companies])
    return before or "{}"
