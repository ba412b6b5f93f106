"""Cheques that go to a bank together, with a slip that lists them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from enfilade.back.banking.models import BankAccount
from enfilade.back.cheques.events import ChequesDeposited
from enfilade.back.cheques.models import DepositSlip, ReceivedCheque
from enfilade.back.cheques.printing import slip_pdf
from enfilade.core.command import Input, Today, command, primary_key, require_date
from enfilade.core.context import Context, NotFound, Refusal
from enfilade.core.events import publish
from enfilade.core.files import store_bytes
from enfilade.core.numbers import draw_number

from .books import OurAccount
from .common import Row
from .receiving import take

AT_ONCE_MAX = 500
Kept = Annotated[Row, Input(shared=True, query="state=received", help="All whose day has come when left out.")]


@command(permission="cheques.deposit_cheques", label="Deposit cheques", tone="primary", target="")
def deposit_cheques(
    ctx: Context,
    *,
    bank_account: OurAccount[BankAccount],
    cheques: list[Kept[ReceivedCheque]] = [],  # noqa: B006 - never changed
    on: Today,
) -> DepositSlip:
    """Give cheques to a bank with one slip. Those that were kept for their day count as payments from now on.

    cheques: all that are to be deposited and in the currency of the account when left out.
    on: day on which they go to the bank.
    Refuses: nothing_to_deposit, not_to_deposit, not_before_its_day, other_currency; received_cheque_not_before_its_day, deposit_adds_up,
    entry_period_open (database).
    """
    require_date(on)
    chosen = _chosen(ctx, bank_account, {primary_key(row) for row in cheques}, on)
    for cheque in chosen:
        if cheque.payment_id is None:
            take(ctx, cheque, on)
    number = draw_number(ctx, "cheques.slip", "CD", on.year)
    made = DepositSlip.objects.create(
        company=ctx.company,
        number=number,
        bank_account=bank_account,
        on=on,
        currency=bank_account.currency,
        total_minor=sum(cheque.amount_minor for cheque in chosen),
        cheque_count=len(chosen),
        file=store_bytes(ctx, f"{number}.pdf", slip_pdf(ctx, number, bank_account, chosen, on), "application/pdf"),
        made_by=ctx.user,
        made_at=ctx.now,
    )
    for cheque in chosen:
        cheque.slip, cheque.state = made, ReceivedCheque.State.DEPOSITED
        cheque.save(update_fields=["slip", "state"])
    publish(ctx, ChequesDeposited(slip=made.pk, total_minor=made.total_minor, cheque_count=len(chosen), currency=made.currency))
    return made


def _chosen(ctx: Context, bank_account: BankAccount, keys: set[int], on: date) -> list[ReceivedCheque]:
    """The cheques, locked in the order of their keys."""
    to_deposit = [ReceivedCheque.State.HELD, ReceivedCheque.State.RECEIVED]
    rows = ReceivedCheque.objects.visible_to(ctx).select_related("party", "invoice")
    if keys:
        rows = rows.filter(pk__in=keys)
    else:
        rows = rows.filter(state__in=to_deposit, dated_on__lte=on, currency=bank_account.currency)
    found = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk")[:AT_ONCE_MAX])
    if missing := keys - {cheque.pk for cheque in found}:
        raise NotFound("received cheque", min(missing), field="cheques")
    if not found:
        raise Refusal("nothing_to_deposit", "No cheque whose day has come is there to be deposited.", field="cheques")
    for cheque in found:
        if cheque.state not in to_deposit:
            raise Refusal("not_to_deposit", f"The cheque {cheque} was deposited or given back already.", field="cheques")
        if cheque.dated_on > on:
            raise Refusal("not_before_its_day", f"The cheque {cheque} goes to the bank on its day, {cheque.dated_on}.", field="cheques")
        if cheque.currency != bank_account.currency:
            raise Refusal(
                "other_currency", f"The cheque {cheque} is in {cheque.currency}; deposit it on an account in it.", field="cheques"
            )
    return found
