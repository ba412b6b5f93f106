"""The tables attacked directly, as a script at midnight would: the database says no, with a name and a sentence."""

import pytest
from django.db import IntegrityError, connection

from enfilade.back.billing.commands import InvoiceLineIn as Line
from enfilade.back.billing.commands import close_drawer, invoice_charges, receive_payment, take_payment, waive_charge
from enfilade.back.billing.models import Invoice
from enfilade.core.command.sentences import refusal_for
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def refused(shop: Shop, sql: str, *values: object) -> str:
    """The constraint that a statement breaks; every one has a sentence. The statement has found a row, else nothing is refused."""
    with pytest.raises(IntegrityError) as error, scope(shop.company.pk), connection.cursor() as cursor:
        cursor.execute(sql, values)
    refusal = refusal_for(error.value)
    assert refusal is not None
    assert str(refusal).endswith(".")
    return refusal.code


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("number = 'INV-1999-00001'", "invoice_unchanged"),
        ("total_minor = total_minor + 1, net_minor = net_minor + 1", "invoice_unchanged"),
        ("party_id = party_id + 1", "invoice_unchanged"),
        ("issued_on = issued_on - 1", "invoice_unchanged"),
        ("due_on = due_on + 100", "invoice_unchanged"),
        ("currency = 'USD'", "invoice_unchanged"),
        ("note = 'changed'", "invoice_unchanged"),
        ("origin = 'x:1'", "invoice_unchanged"),
        ("kind = 'credit_note'", "invoice_unchanged"),
        ("state = 'draft'", "invoice_state_true"),
        ("state = 'paid'", "invoice_state_true"),
        ("state = 'void'", "invoice_state_true"),
        ("credited_minor = -1", "invoice_never_overpaid"),
        ("credited_minor = total_minor + 1, state = 'paid'", "invoice_never_overpaid"),
        ("credited_minor = total_minor, state = 'part_paid'", "invoice_state_true"),
        ("paid_minor = 10, state = 'part_paid'", "invoice_paid_is_allocated"),
        ("paid_minor = total_minor, state = 'paid'", "invoice_paid_is_allocated"),
        ("written_off_minor = total_minor, state = 'written_off'", "invoice_written_off_is_summed"),
        ("deducted_minor = 10", "invoice_written_off_is_summed"),
    ],
)
def test_an_issued_invoice_stays_what_it_is(shop: Shop, change: str, name: str) -> None:
    """Only what was paid and credited changes, and the state can't lie about it."""
    invoice = shop.invoice()
    assert refused(shop, f"UPDATE billing_invoice SET {change} WHERE id = %s", invoice.pk) == name  # noqa: S608


def test_an_issued_invoice_is_not_deleted(shop: Shop) -> None:
    """Nor its lines."""
    invoice = shop.invoice()
    assert refused(shop, "DELETE FROM billing_invoice WHERE id = %s", invoice.pk) == "invoice_kept"
    assert refused(shop, "DELETE FROM billing_invoiceline WHERE invoice_id = %s", invoice.pk) == "invoice_line_unchanged"


@pytest.mark.parametrize(
    "change",
    [
        "description = 'x'",
        "quantity = quantity + 1",
        "unit_price_minor = 1",
        "net_minor = 1",
        "tax_minor = 1",
        "tax_rate_bp = 700",
        "invoice_id = %(draft)s",
    ],
)
def test_lines_of_an_issued_invoice_stay(shop: Shop, change: str) -> None:
    """Neither changed nor moved to another one, in either direction."""
    invoice, draft = shop.invoice(), shop.draft()
    text = change.replace("%(draft)s", str(draft.pk))
    assert refused(shop, f"UPDATE billing_invoiceline SET {text} WHERE invoice_id = %s", invoice.pk) == "invoice_line_unchanged"  # noqa: S608
    assert (
        refused(shop, "UPDATE billing_invoiceline SET invoice_id = %s WHERE invoice_id = %s", invoice.pk, draft.pk)
        == "invoice_line_unchanged"
    )


def test_lines_are_not_added_to_an_issued_invoice(shop: Shop) -> None:
    """A copy of one of its own is refused too."""
    invoice = shop.invoice()
    columns = """company_id, invoice_id, description, quantity, unit_price_minor, discount_minor, tax_class, tax_rate_bp, tax_category,
        tax_reason, net_minor, tax_minor, supplied_on"""
    sql = f"INSERT INTO billing_invoiceline ({columns}) SELECT {columns} FROM billing_invoiceline WHERE invoice_id = %s"  # noqa: S608
    assert refused(shop, sql, invoice.pk) == "invoice_line_unchanged"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("quantity = 0, net_minor = 0", "invoice_line_not_negative"),
        ("unit_price_minor = 0, discount_minor = 1, net_minor = -1", "invoice_line_not_negative"),
        ("discount_minor = -1, net_minor = net_minor + 1", "invoice_line_not_negative"),
        ("net_minor = net_minor + 1", "invoice_line_adds_up"),
        ("discount_minor = 1", "invoice_line_adds_up"),
    ],
)
def test_lines_add_up(shop: Shop, change: str, name: str) -> None:
    """Quantity times price less discount, to the half cent."""
    draft = shop.draft(Line(shop.brush))
    assert refused(shop, f"UPDATE billing_invoiceline SET {change} WHERE invoice_id = %s", draft.pk) == name  # noqa: S608


NUMBERED = "number = 'INV-2026-09999', issued_on = '2026-11-02', due_on = '2026-11-16', state = 'issued'"


def test_a_number_needs_lines_that_make_the_total(shop: Shop) -> None:
    """Whoever numbers a draft by hand meets the trigger."""
    draft = shop.draft()
    wrong = f"UPDATE billing_invoice SET net_minor = 1, total_minor = 381, {NUMBERED} WHERE id = %s"  # noqa: S608
    assert refused(shop, wrong, draft.pk) == "invoice_sums_lines"
    with scope(shop.company.pk):
        draft.lines.visible_to(shop.ctx).delete()
    assert refused(shop, f"UPDATE billing_invoice SET {NUMBERED} WHERE id = %s", draft.pk) == "invoice_sums_lines"  # noqa: S608


def test_a_number_is_given_once_per_company(shop: Shop) -> None:
    """Another company has its own series."""
    first, draft = shop.invoice(), shop.draft()
    sql = "UPDATE billing_invoice SET number = %s, issued_on = '2026-11-02', due_on = '2026-11-16', state = 'issued' WHERE id = %s"
    assert refused(shop, sql, first.number, draft.pk) == "invoice_number_once"
    assert Shop().invoice().number == first.number


def test_a_document_begins_as_a_draft(shop: Shop) -> None:
    """Nobody inserts a paid one."""
    sql = """INSERT INTO billing_invoice (company_id, kind, party_id, bill_to, term_days, currency, net_minor, tax_minor, total_minor,
        discount_minor, paid_minor, credited_minor, state, note, origin)
        VALUES (%s, 'invoice', %s, '', 14, 'EUR', 0, 0, 0, 0, 0, 0, 'void', '', '')"""
    assert refused(shop, sql, shop.company.pk, shop.party.pk) == "invoice_begins_as_draft"
    nameless = sql.replace("'void'", "'draft'").replace("'invoice', %s", "'credit_note', %s")
    assert refused(shop, nameless, shop.company.pk, shop.party.pk) == "credit_note_names_invoice"


def test_charges_on_an_issued_invoice_stay(shop: Shop) -> None:
    """They are neither charged again, nor changed, nor deleted; waived ones neither."""
    charge = shop.charge()
    invoice_charges(shop.ctx, party=shop.party)
    waived = waive_charge(shop.ctx, charge=shop.charge(), reason="x")
    for pk in (charge.pk, waived.pk):
        for change in ("state = 'open', invoice_id = NULL", "unit_price_minor = 1", "discount_minor = 1"):
            assert refused(shop, f"UPDATE billing_charge SET {change} WHERE id = %s", pk) == "charge_unchanged"  # noqa: S608
    assert refused(shop, "DELETE FROM billing_charge WHERE id = %s", waived.pk) == "charge_unchanged"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("discount_minor = 15001", "charge_discount_in_bounds"),
        ("discount_minor = -1", "charge_discount_in_bounds"),
        ("quantity = 0", "charge_price_sane"),
        ("unit_price_minor = -1", "charge_discount_in_bounds"),
        ("state = 'waived'", "charge_waived_has_reason"),
        ("state = 'invoiced'", "charge_invoiced_on_invoice"),
    ],
)
def test_open_charges_are_sane(shop: Shop, change: str, name: str) -> None:
    """A discount is never above the price."""
    charge = shop.charge()
    assert refused(shop, f"UPDATE billing_charge SET {change} WHERE id = %s", charge.pk) == name  # noqa: S608


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("amount_minor = 1", "payment_unchanged"),
        ("method = 'transfer'", "payment_unchanged"),
        ("number = 'R-1'", "payment_unchanged"),
        ("on_changed", "payment_unchanged"),
        ("refunded_minor = 20000", "payment_never_overallocated"),
        ("refunded_minor = 1", "payment_never_overallocated"),
        ("allocated_minor = 0", "payment_allocated_is_summed"),
        ("state = 'refunded'", "payment_state_true"),
        ("state = 'void', voided_on = now()", "payment_state_true"),
    ],
)
def test_payments_stay(shop: Shop, change: str, name: str) -> None:
    """Money that moved is not rewritten."""
    payment = take_payment(shop.ctx, invoice=shop.invoice(), method="card", amount=17_380)
    change = '"on" = "on" - 1' if change == "on_changed" else change
    assert refused(shop, f"UPDATE billing_payment SET {change} WHERE id = %s", payment.pk) == name  # noqa: S608
    assert refused(shop, "DELETE FROM billing_payment WHERE id = %s", payment.pk) == "payment_unchanged"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("amount_minor = 1", "allocation_unchanged"),
        ("state = 'undone'", "allocation_undone_by_somebody"),
        ("state = 'undone', undone_on = '1999-01-01', undone_by_id = made_by_id", "allocation_undone_later"),
    ],
)
def test_allocations_stay(shop: Shop, change: str, name: str) -> None:
    """They are taken back, and neither moved to another invoice nor deleted."""
    invoice = shop.invoice()
    take_payment(shop.ctx, invoice=invoice, method="card", amount=17_380)
    assert refused(shop, f"UPDATE billing_allocation SET {change} WHERE invoice_id = %s", invoice.pk) == name  # noqa: S608
    assert refused(shop, "DELETE FROM billing_allocation WHERE invoice_id = %s", invoice.pk) == "allocation_unchanged"


ALLOCATE = """INSERT INTO billing_allocation (company_id, payment_id, invoice_id, amount_minor, "on", made_at, made_by_id, reason, state)
    SELECT y.company_id, y.id, i.id, %s, y."on", now(), y.received_by_id, '', 'standing' FROM billing_payment y, billing_invoice i
    WHERE y.id = %s AND i.id = %s"""


def test_no_more_is_allocated_than_is_there_whoever_writes(shop: Shop) -> None:
    """Of the payment, and of the invoice; and only to an invoice that was issued."""
    payment = receive_payment(shop.ctx, party=shop.party, method="card", amount=50_000)
    invoice, draft = shop.invoice(), shop.draft()
    assert refused(shop, ALLOCATE, 17_381, payment.pk, invoice.pk) == "invoice_never_overpaid"
    assert refused(shop, ALLOCATE, 50_001, payment.pk, invoice.pk) == "payment_never_overallocated"
    assert refused(shop, ALLOCATE, 1, payment.pk, draft.pk) == "allocation_to_invoice"
    assert refused(shop, ALLOCATE, 0, payment.pk, invoice.pk) == "allocation_above_zero"


PAY = """INSERT INTO billing_payment (company_id, number, kind, party_id, invoice_id, method, currency, amount_minor, "on",
    received_at, received_by_id, drawer_id, refunded_minor, reason, state)
    SELECT company_id, 'R-X', 'payment', party_id, id, %s, 'EUR', %s, '2026-11-02', now(), %s, %s, 0, '', 'taken'
    FROM billing_invoice WHERE id = %s"""


def test_cash_goes_into_an_open_drawer(shop: Shop) -> None:
    """Without a drawer, into a closed one, or a card payment into one: refused."""
    invoice, session = shop.invoice(), shop.drawer()
    assert refused(shop, PAY, "cash", 100, shop.ctx.user.pk, None, invoice.pk) == "payment_cash_in_drawer"
    assert refused(shop, PAY, "card", 100, shop.ctx.user.pk, session.pk, invoice.pk) == "payment_cash_in_drawer"
    assert refused(shop, PAY, "card", 0, shop.ctx.user.pk, None, invoice.pk) == "payment_above_zero"
    close_drawer(shop.ctx, drawer=session, counted=20_000)
    assert refused(shop, PAY, "cash", 100, shop.ctx.user.pk, session.pk, invoice.pk) == "drawer_closed"


@pytest.mark.parametrize(
    "change", ["counted_minor = 1", "difference_reason = 'y'", "state = 'open'", "float_minor = 1", "closed_at = now()"]
)
def test_a_count_stays(shop: Shop, change: str) -> None:
    """What was counted does not change."""
    session = close_drawer(shop.ctx, drawer=shop.drawer(), counted=19_000, reason="Lost")
    assert refused(shop, f"UPDATE billing_drawersession SET {change} WHERE id = %s", session.pk) == "drawer_unchanged"  # noqa: S608
    assert refused(shop, "DELETE FROM billing_drawersession WHERE id = %s", session.pk) == "drawer_unchanged"


BY = "closed_by_id = opened_by_id, closed_at = now()"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("float_minor = 1", "drawer_unchanged"),
        ("state = 'closed'", "drawer_closed_with_count"),
        (
            f"state = 'closed', counted_minor = 5, expected_minor = 4, difference_minor = 0, {BY}",
            "drawer_closed_with_count",
        ),
        (
            f"state = 'closed', counted_minor = 5, expected_minor = 4, difference_minor = 1, {BY}",
            "drawer_difference_explained",
        ),
    ],
)
def test_a_drawer_is_closed_with_a_true_count(shop: Shop, change: str, name: str) -> None:
    """Whatever closes it."""
    session = shop.drawer()
    assert refused(shop, f"UPDATE billing_drawersession SET {change} WHERE id = %s", session.pk) == name  # noqa: S608


@pytest.mark.races
def test_a_line_and_an_issue_never_miss_each_other(shop: Shop) -> None:
    """Lines written by hand while the bill is issued: what was issued is what its lines say."""
    from enfilade.back.billing.commands import issue_invoice

    drafts = [shop.draft(Line(shop.brush)) for _ in range(10)]
    sql = "UPDATE billing_invoiceline SET quantity = 2, net_minor = 2000 WHERE invoice_id = %s"

    def run(i: int) -> object:
        if i % 2:
            return issue_invoice(shop.ctx, invoice=drafts[i // 2].pk, on=shop.ctx.today)
        with scope(shop.company.pk), connection.cursor() as cursor:
            return cursor.execute(sql, [drafts[i // 2].pk])

    race(20, run)
    with scope(shop.company.pk):
        for draft in Invoice.objects.visible_to(shop.ctx).exclude(state="draft"):
            assert draft.net_minor == sum(line.net_minor for line in draft.lines.visible_to(shop.ctx))


def test_other_companies_rows_do_not_exist(shop: Shop) -> None:
    """Row-level security: no statement of another company reaches an invoice."""
    invoice, other = shop.invoice(), Shop()
    with scope(other.company.pk), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM billing_invoice WHERE id = %s", [invoice.pk])
        assert cursor.fetchone() == (0,)
        cursor.execute("DELETE FROM billing_invoiceline WHERE invoice_id = %s", [invoice.pk])
        assert cursor.rowcount == 0
