"""Reports: cheques that the bank has not paid yet, and the list by which a bank knows which it may pay."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from enfilade.back.banking.models import BankAccount
from enfilade.core.command import Input, Ref, Today
from enfilade.core.context import Context
from enfilade.core.resource import report

from .queries import of_days, outstanding

Month = Annotated[date, Input(prefill="ctx.month")]
OneAccount = Annotated[BankAccount | None, Input(shared=True, label="Bank account")]


@report(title="Cheques on their way", permission="cheques.view_writtencheque", icon="hourglass", order=10)
def outstanding_cheques(ctx: Context, *, on: Today, bank_account: OneAccount = None) -> dict[str, Any]:
    """Cheques that were written and that the bank had not paid at the end of a day; it is what the reconciliation has beside the bank.

    on: end of that day. A stale one is older than its cheque book allows: ask for it, and make it void.
    Shape: one row per cheque, by account and number, with its age in days.
    """
    rows = [
        {
            "account": cheque.bank_account.name,
            "number": cheque.number,
            "payee": str(cheque.payee),
            "on": cheque.on,
            "age": (on - cheque.on).days,
            "stale": "Stale" if (on - cheque.on).days > cheque.book.stale_days else "",
            "amount_minor": cheque.amount_minor,
            "unit": cheque.currency,
            "url": f"/cheques/cheques/{cheque.pk}/",
        }
        for cheque in outstanding(ctx, on, bank_account)
    ]
    units = {str(row["unit"]) for row in rows}
    columns = [("account", "Bank account", "text"), ("number", "Number", "text"), ("payee", "To", "text"), ("on", "Date", "date")]
    columns += [("age", "Days", "number"), ("stale", "Stale", "text"), ("amount_minor", "Amount", "amount")]
    total = {"amount_minor": sum(int(str(row["amount_minor"])) for row in rows), "unit": next(iter(units))} if len(units) == 1 else {}
    return {
        "columns": [{"name": n, "label": label, "kind": k, "currency_in": "unit"} for n, label, k in columns],
        "rows": rows,
        "notes": [] if rows else ["The bank has paid every cheque."],
        "totals": total,
    }


@report(title="Positive pay", permission="cheques.view_writtencheque", icon="shield-check", order=20)
def positive_pay(ctx: Context, *, bank_account: Ref[BankAccount], from_on: Month, to_on: Today) -> dict[str, Any]:
    """The cheques that a bank may pay, and those that it must not: give it as CSV to a bank that compares what is presented to it.

    from_on, to_on: cheques that were written, or made void, from the first to the last of these days.
    Shape: one row per cheque: account, number, date, amount, payee, I for issued or V for void.
    """
    rows = [
        {
            "account": bank_account.number,
            "number": cheque.number,
            "on": cheque.on,
            "amount_minor": cheque.amount_minor,
            "unit": cheque.currency,
            "payee": str(cheque.payee or ""),
            "kind": "V" if cheque.voided_on is not None else "I",
            "url": f"/cheques/cheques/{cheque.pk}/",
        }
        for cheque in of_days(ctx, bank_account, from_on, to_on)
    ]
    columns = [("account", "Account", "text"), ("number", "Number", "text"), ("on", "Date", "date"), ("amount_minor", "Amount", "amount")]
    columns += [("payee", "To", "text"), ("kind", "Issued or void", "text")]
    return {
        "columns": [{"name": n, "label": label, "kind": k, "currency_in": "unit"} for n, label, k in columns],
        "rows": rows,
        "notes": [] if rows else ["No cheque was written or made void in these days."],
    }
