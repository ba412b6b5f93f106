"""`enfilade verify` finds what somebody changed behind the house's back, and nothing else."""

from collections.abc import Callable

import pytest
from django.db import connection

from enfilade.back.billing.commands import close_drawer, credit_invoice, refund_payment, take_payment
from enfilade.core.verify import verify_all

from .shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def lived(shop: Shop) -> None:
    """A day with everything in it."""
    session = shop.drawer()
    payment = take_payment(shop.ctx, invoice=shop.invoice(), method="cash", amount=17_380)
    refund_payment(shop.ctx, payment=payment, amount=380, reason="x")
    credit_invoice(shop.ctx, invoice=shop.invoice(), on=shop.ctx.today, reason="x", amount=1_000)
    close_drawer(shop.ctx, drawer=session, counted=37_000)


def forge(sql: str, table: str) -> Callable[[Shop], None]:
    """A change by somebody who may switch triggers off."""

    def run(shop: Shop) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER; ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            cursor.execute(sql)
            assert cursor.rowcount > 0
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY; ALTER TABLE {table} ENABLE TRIGGER USER")

    return run


def codes(shop: Shop) -> set[str]:
    """What is found."""
    from enfilade.core.scope import scope

    with scope(shop.company.pk, read_only=True):
        return {finding.code for finding in verify_all(shop.ctx)}


def test_an_honest_day_has_no_findings(shop: Shop) -> None:
    """Everything agrees with everything."""
    lived(shop)
    assert codes(shop) == set()


@pytest.mark.parametrize(
    ("sql", "table", "code"),
    [
        (
            "UPDATE billing_invoice SET paid_minor = paid_minor - 1 WHERE paid_minor > 0 AND kind = 'invoice'",
            "billing_invoice",
            "paid_differs",
        ),
        ("UPDATE billing_invoice SET credited_minor = credited_minor - 1 WHERE credited_minor > 0", "billing_invoice", "credited_differs"),
        ("UPDATE billing_payment SET refunded_minor = refunded_minor - 1 WHERE refunded_minor > 0", "billing_payment", "refunded_differs"),
        ("UPDATE billing_payment SET amount_minor = amount_minor - 1 WHERE kind = 'refund'", "billing_payment", "expected_differs"),
        ("UPDATE billing_invoice SET number = 'INV-2026-00009' WHERE number LIKE 'INV-%%00001'", "billing_invoice", "number_gap"),
        ("UPDATE books_entry SET origin = '' WHERE origin LIKE 'billing.payment:%%'", "books_entry", "not_posted"),
    ],
)
def test_what_was_forged_is_found(shop: Shop, sql: str, table: str, code: str) -> None:
    """Even by somebody who could switch the guards off."""
    lived(shop)
    forge(sql.replace("%%", "%"), table)(shop)
    assert code in codes(shop)
