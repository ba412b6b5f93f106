"""One transaction for one company: the second wall.

Every read and write of business rows happens inside `scope`, which switches the connection for the length of one
transaction to the role `enfilade_app` (owns nothing, may not edit posted rows) and tells row-level security which
companies exist for it. Both settings are local to the transaction, so a pooled connection carries nothing over.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

APP_ROLE = "enfilade_app"
LOCK_TIMEOUT = "3s"

_ENTER = (
    "SELECT set_config('role', %s, true), set_config('app.companies', %s, true), "
    "set_config('lock_timeout', %s, true), set_config('transaction_read_only', %s, true)"
)


@contextmanager
def scope(*company_ids: int, read_only: bool = False) -> Iterator[None]:
    """Open a transaction that sees just the rows of `company_ids`.

    read_only: PostgreSQL refuses every write; pages that answer GET use it.
    """
    with transaction.atomic():
        enter(*company_ids, read_only=read_only)
        yield


def enter(*company_ids: int, read_only: bool = False) -> None:
    """Put the transaction that is already open into the scope of `company_ids`."""
    ids = "{" + ",".join(str(int(i)) for i in company_ids) + "}"
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, [APP_ROLE, ids, LOCK_TIMEOUT, "on" if read_only else "off"])
