"""Payment runs: made by one person, released by another, sent, cancelled."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Annotated, TypedDict

from schwifty import IBAN

from enfilade.back.banking.models import BankAccount
from enfilade.back.payables import rules
from enfilade.back.payables.events import RunCancelled, RunReleased
from enfilade.back.payables.formats.nacha import AMOUNT_MAX as ACH_MAX
from enfilade.back.payables.formats.pain import NAME_MAX, SCHEMA, Debtor, Transfer, credit_transfers
from enfilade.back.payables.models import Bill, OrderPart, PaymentOrder, PaymentRun, Scheme, SupplierAccount
from enfilade.back.payables.queries import account_for, accounts_of, discount_on, in_runs, open_bills, scheme_of
from enfilade.core.command import Input, LongText, command, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major
from enfilade.core.files import store_bytes

from .ach import draw_traces, require_day, require_originator, write_ach
from .common import Row, lock_bills, number_of
from .paying import keep_back

AT_ONCE_MAX = 1_000
OurAccount = Annotated[Row, Input(shared=True, label="Pay from", query="active=true")]
Payable = Annotated[Row, Input(shared=True, query="state=open")]


@command(permission="payables.make_run", label="Make a payment run", tone="primary", target="")
def make_run(
    ctx: Context,
    *,
    bank_account: OurAccount[BankAccount],
    pay_on: Annotated[date, Input(label="To be paid on", prefill="ctx.today")],
    bills: list[Payable[Bill]] = [],  # noqa: B006 - never changed
    due_by: Annotated[date | None, Input(help="Instead of choosing: everything that is due until this day.")] = None,
) -> PaymentRun:
    """Put bills together into transfers, one for each supplier and account; credit notes that are chosen are taken off.

    bank_account: in euro it pays by SEPA; in US dollars, from a bank with a routing number, by ACH. Each reaches accounts of its kind.
    pay_on: a discount that still holds on this day is kept; by ACH a banking day of the United States.
    bills: those to pay.
    due_by: instead of choosing, all that are due until then and can be paid.
    Refuses: nothing_due, day_is_over, not_sepa, no_account (with the supplier), other_kind, not_open, in_run, nothing_left, too_large;
    by ACH also not_ach, no_originator, not_a_banking_day, too_soon; bill_in_one_run, payment_order_of_scheme (database).
    """
    require_date(pay_on, "pay_on")
    if pay_on < ctx.today:
        raise Refusal("day_is_over", "A bank pays today at the earliest.", field="pay_on")
    scheme = scheme_of(bank_account)
    _require_reach(ctx, bank_account, scheme, pay_on)
    chosen = [bill.pk for bill in bills] or _due(ctx, due_by, scheme)
    rows = lock_bills(ctx, chosen, "bills")
    _require_payable(ctx, list(rows.values()))
    run = PaymentRun.objects.create(
        company=ctx.company,
        number=number_of(ctx, "run", "P", ctx.today.year),
        scheme=scheme,
        bank_account=bank_account,
        pay_on=pay_on,
        currency=bank_account.currency,
        made_by=ctx.user,
        made_at=ctx.now,
    )
    groups = _by_account(ctx, list(rows.values()), scheme)
    traces = draw_traces(ctx, bank_account, len(groups)) if scheme == Scheme.ACH else [""] * len(groups)
    for place, ((account, group), trace) in enumerate(zip(groups, traces, strict=True), 1):
        _order(ctx, run, f"{run.number}-{place}", trace, account, group)
    run.refresh_from_db()
    return run


def _require_reach(ctx: Context, account: BankAccount, scheme: str, day: date) -> None:
    """That a run can be paid from an account on a day."""
    currencies = {account.currency, ctx.company.currency}
    if scheme == Scheme.ACH:
        if currencies != {"USD"}:
            raise Refusal("not_ach", "ACH pays in US dollars, for a company that keeps its books in them.", field="bank_account")
        require_day(ctx, day, require_originator(ctx, account).lead_days)
    elif currencies == {"USD"}:
        said = f"{account} has no routing number: enter it on the account, and it pays by ACH."
        raise Refusal("not_ach", said, field="bank_account")
    elif currencies != {"EUR"}:
        raise Refusal("not_sepa", "SEPA transfers are in euro; pay from an account in euro.", field="bank_account")


class RunFacts(TypedDict):
    """What a door is told about a run. total: in major units."""

    total: Decimal
    transfers: int
    largest: Decimal


def _run_facts(*, run: PaymentRun, **_: object) -> RunFacts:
    amounts = [order.amount_minor for order in run.orders.all() if order.state == PaymentOrder.State.PLANNED]
    largest = to_major(max(amounts, default=0), run.currency)
    return {"total": to_major(run.total_minor, run.currency), "transfers": run.order_count, "largest": largest}


@command(permission="payables.release_run", label="Release", tone="primary", door=_run_facts)
def release_run(ctx: Context, *, run: PaymentRun) -> PaymentRun:
    """Let a run go to the bank, as a second person who has looked at it; its file is written, by SEPA or by ACH.

    Refuses: own_run, already_released, cancelled, day_is_over; by ACH what write_ach refuses; payment_run_two_people,
    run_accounts_confirmed, run_not_to_own_account, run_orders_add_up, run_not_empty (database).
    """
    if run.made_by_id == ctx.user.pk:
        raise Refusal("own_run", "You made this run yourself, so somebody else has to release it.")
    if run.pay_on < ctx.today:
        raise Refusal("day_is_over", "The day of this run is over; cancel it and make another.")
    planned = run.orders.visible_to(ctx).filter(state=PaymentOrder.State.PLANNED)
    orders = list(planned.select_related("supplier_account", "supplier").order_by("pk"))
    if orders and run.scheme == Scheme.ACH:
        run.file = store_bytes(ctx, f"{run.number}.ach", write_ach(ctx, run, orders), "text/plain")
    elif orders:
        run.file = store_bytes(ctx, f"{run.number}-{SCHEMA}.xml", _write_sepa(ctx, run, orders), "application/xml")
    run.released_by, run.released_at, run.state = ctx.user, ctx.now, PaymentRun.State.RELEASED
    run.save(update_fields=["file", "released_by", "released_at", "state"])
    publish(ctx, RunReleased(run=run.pk, total_minor=run.total_minor, order_count=run.order_count))
    return run


def _write_sepa(ctx: Context, run: PaymentRun, orders: list[PaymentOrder]) -> bytes:
    account = run.bank_account
    transfers = [
        Transfer(o.holder, o.supplier_account.iban, o.supplier_account.bic, o.amount_minor, o.end_to_end, o.remittance) for o in orders
    ]
    debtor = Debtor(ctx.company.name, account.number, account.bic)
    return credit_transfers(debtor, transfers, number=run.number, pay_on=run.pay_on)


@command(permission="payables.mark_sent", label="It went to the bank", tone="primary")
def mark_sent(ctx: Context, *, run: PaymentRun) -> PaymentRun:
    """Say that the file of a run was given to the bank. Its bills are paid when the statement says so.

    Refuses: not_released.
    """
    run.sent_by, run.sent_at, run.state = ctx.user, ctx.now, PaymentRun.State.SENT
    run.save(update_fields=["sent_by", "sent_at", "state"])
    return run


@command(permission="payables.cancel_run", label="Cancel", tone="danger")
def cancel_run(ctx: Context, *, run: PaymentRun, reason: LongText) -> PaymentRun:
    """Give a run up that the bank does not execute; what it would have paid can be paid by another one.

    reason: stays with the run.
    Refuses: already_paid, partly_paid.
    """
    orders = PaymentOrder.objects.visible_to(ctx).filter(run=run)
    if orders.filter(state=PaymentOrder.State.PAID).exists():
        raise Refusal("partly_paid", "The bank has paid a part of this run; take out the transfers that it did not pay.")
    OrderPart.objects.visible_to(ctx).filter(order__run=run, live=True).update(live=False)
    orders.filter(state=PaymentOrder.State.PLANNED).update(state=PaymentOrder.State.CANCELLED)
    run.state, run.cancelled_by, run.cancelled_at, run.reason = PaymentRun.State.CANCELLED, ctx.user, ctx.now, reason
    run.save(update_fields=["state", "cancelled_by", "cancelled_at", "reason"])
    publish(ctx, RunCancelled(run=run.pk, reason=reason))
    return run


@command(permission="payables.take_out", label="Take out", tone="danger")
def take_out(ctx: Context, *, order: PaymentOrder, reason: LongText) -> PaymentOrder:
    """Take a transfer out of a run that is not released yet, or that the bank refused; its bills can be paid by another run.

    Refuses: not_planned, released (its file is written: cancel the run, or send it first).
    """
    run = PaymentRun.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(pk=order.run_id)
    if run.state == PaymentRun.State.RELEASED:
        raise Refusal("released", "The file of this run is written with this transfer in it; cancel the run and make another.")
    OrderPart.objects.visible_to(ctx).filter(order=order, live=True).update(live=False)
    order.state = PaymentOrder.State.CANCELLED
    order.save(update_fields=["state"])
    finish(ctx, run)
    return order


def finish(ctx: Context, run: PaymentRun) -> None:
    """Say that a run is done once no transfer of it is planned any more, or that it is on its way again."""
    planned = PaymentOrder.objects.visible_to(ctx).filter(run=run, state=PaymentOrder.State.PLANNED).exists()
    if run.state in {PaymentRun.State.SENT, PaymentRun.State.DONE}:
        run.state = PaymentRun.State.SENT if planned else PaymentRun.State.DONE
        run.save(update_fields=["state"])


def _due(ctx: Context, due_by: date | None, scheme: str) -> list[int]:
    """Everything due that can be paid; a credit note only where a bill of its supplier is paid."""
    if due_by is None:
        raise Refusal("nothing_due", "Choose the bills to pay, or say until when they are due.", field="bills")
    found = open_bills(ctx, due_by=due_by, limit=AT_ONCE_MAX)
    taken = in_runs(ctx, [bill.pk for bill in found])
    accounts = accounts_of(ctx, {bill.supplier_id for bill in found})
    own = [bill for bill in found if bill.currency == ctx.company.currency]
    able = [bill for bill in own if bill.pk not in taken and account_for(bill, accounts[bill.supplier_id], scheme)]
    owed: dict[int, int] = defaultdict(int)
    for bill in able:
        owed[bill.supplier_id] += bill.sign * bill.open_minor
    chosen = [bill.pk for bill in able if owed[bill.supplier_id] > 0 or bill.kind == Bill.Kind.BILL]
    if not chosen:
        raise Refusal("nothing_due", "Nothing is due until then that can be paid.", field="due_by")
    return chosen


def _require_payable(ctx: Context, bills: list[Bill]) -> None:
    taken = in_runs(ctx, [bill.pk for bill in bills])
    for bill in bills:
        if bill.state not in {Bill.State.OPEN, Bill.State.PART_PAID}:
            raise Refusal(
                "not_open",
                f"{bill} of {bill.supplier} is {bill.get_state_display().lower()}; only what is open can be paid.",
                field="bills",
            )
        if bill.currency != ctx.company.currency:
            said = f"{bill} of {bill.supplier} is in {bill.currency}, which SEPA does not know: pay it at the bank and note it on the bill."
            raise Refusal("not_sepa", said, field="bills")
        if order := taken.get(bill.pk):
            raise Refusal("in_run", f"{bill} of {bill.supplier} is in the payment run {order.run} already.", field="bills")


def _by_account(ctx: Context, bills: list[Bill], scheme: str) -> list[tuple[SupplierAccount, list[Bill]]]:
    """Bills by the account that they are paid to, each supplier's credit notes with her first account."""
    accounts = accounts_of(ctx, {bill.supplier_id for bill in bills})
    groups: dict[int, tuple[SupplierAccount, list[Bill]]] = {}
    for bill in sorted(bills, key=lambda b: (b.kind != Bill.Kind.BILL, b.pk)):
        known = accounts[bill.supplier_id]
        account = account_for(bill, known, scheme)
        if bill.kind == Bill.Kind.CREDIT_NOTE:
            account = next((a for a, group in groups.values() if a.supplier_id == bill.supplier_id), account)
        if account is None:
            if known and all(a.scheme != scheme for a in known):
                raise Refusal("other_kind", _other_kind(bill, scheme), field="bills")
            raise Refusal("no_account", _why_not(bill, known), field="bills")
        groups.setdefault(account.pk, (account, []))[1].append(bill)
    return list(groups.values())


def _other_kind(bill: Bill, scheme: str) -> str:
    if scheme == Scheme.ACH:
        return f"Of {bill.supplier} only an IBAN is known, which ACH does not reach; enter an account at a bank in the United States."
    return f"Of {bill.supplier} only an account in the United States is known, which SEPA does not reach; enter an IBAN."


def _why_not(bill: Bill, known: list[SupplierAccount]) -> str:
    if not known:
        return f"No account of {bill.supplier} is known; enter one, and let a second person confirm it."
    if bill.iban and any(a.state == SupplierAccount.State.CONFIRMED for a in known):
        return f"{bill} names another account of {bill.supplier} than the one that is confirmed; ask the supplier, then confirm it."
    return f"The account of {bill.supplier} waits for a second person, who confirms it."


def _order(ctx: Context, run: PaymentRun, end_to_end: str, trace: str, account: SupplierAccount, bills: list[Bill]) -> None:
    """One transfer: what the bills are over, less discounts that hold on the day, what is withheld, and credit notes."""
    parts = [(bill, discount_on(bill, run.pay_on)) for bill in bills]
    owed = [(bill.pk, bill.open_minor, discount) for bill, discount in parts if bill.kind == Bill.Kind.BILL]
    notes = [(bill.pk, bill.open_minor) for bill in bills if bill.kind == Bill.Kind.CREDIT_NOTE]
    kept = keep_back(ctx, rules.pieces(owed, notes))
    amount = sum(bill.sign * bill.open_minor - discount - kept.get(bill.pk, 0) for bill, discount in parts)
    supplier = bills[0].supplier
    if run.scheme == Scheme.SEPA and not IBAN(account.iban, allow_invalid=True).in_sepa_zone:
        raise Refusal("not_sepa", f"{account} of {supplier} is outside of the SEPA; pay it at your bank.", field="bills")
    if amount <= 0:
        said = f"The credit notes of {supplier} are over as much as the bills; nothing is left to pay."
        raise Refusal("nothing_left", said, field="bills")
    if run.scheme == Scheme.ACH and amount > ACH_MAX:
        raise Refusal(
            "too_large", f"An ACH credit is over less than 100 million dollars; pay {supplier} by several, or by wire.", field="bills"
        )
    order = PaymentOrder.objects.create(
        company=ctx.company,
        run=run,
        supplier=supplier,
        supplier_account=account,
        holder=(account.holder or supplier.name)[:NAME_MAX],
        amount_minor=amount,
        currency=run.currency,
        end_to_end=end_to_end,
        trace=trace,
        remittance=rules.remittance((bill.reference, bill.supplier_number) for bill in bills),
    )
    OrderPart.objects.bulk_create(
        OrderPart(
            company=ctx.company,
            order=order,
            bill=bill,
            amount_minor=bill.open_minor,
            discount_minor=discount,
            withheld_minor=kept.get(bill.pk, 0),
            currency=run.currency,
        )
        for bill, discount in parts
    )
