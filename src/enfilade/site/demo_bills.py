"""The suppliers of the demo company: their bills of the last weeks, what was paid of them, and what waits for whom."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from enfilade.core.context import Held
from enfilade.core.fields import to_major

if TYPE_CHECKING:
    from .demo import Cast


def receive_bills(cast: Cast) -> None:
    """Every bill is entered on its day by the bookkeeping and approved, the large ones by the owner; what was due is paid.

    The youngest bill still waits for approval, and a run over what is due soon waits for its release.
    """
    cast.say("Receiving bills of suppliers")
    bank = _bank_account(cast)
    parties = {row.name: row.pk for row in cast.rows("party.party")}
    accounts = {row.code: row.pk for row in cast.rows("books.account")}
    sent = []
    for one in cast.data["supplier_bills"]:
        supplier = parties[one["supplier"]]
        _agree(cast, one, supplier, accounts[one["account"]])
        if "withholding" in one:
            _withhold(cast, one["withholding"], supplier, parties)
        sent += [(days, supplier, number, total) for days, number, total in one["bills"]]
    sent.sort(reverse=True)
    due = []
    for days, supplier, number, total in sent:
        day = cast.owner.today - timedelta(days=days)
        at = cast.at(day, 9, 15)
        bill = cast.do("books", at, "payables.enter_bill", supplier=supplier, number=number, billed_on=day, total=total, lines=[{}])
        if days == sent[-1][0]:
            continue
        approve(cast, bill, at)
        if bill.due_on < cast.owner.today:
            _pay(cast, bill)
        elif bill.due_on <= cast.owner.today + timedelta(days=7):
            due.append(bill.pk)
    if due:
        now = cast.owner.now
        cast.do("books", now, "payables.make_run", bank_account=bank.pk, pay_on=cast.owner.today, bills=due)
    _declare(cast)


def _bank_account(cast: Cast) -> Any:
    given = dict(cast.data["bank_account"])
    account = next(row.pk for row in cast.rows("books.account") if row.code == given["account"])
    owner = cast.people["books"].user.pk
    return cast.setup.do("banking.add_bankaccount", **{**given, "account": account}, currency="EUR", owner=owner, active=True)


def _agree(cast: Cast, one: dict[str, Any], supplier: int, account: int) -> None:
    """The terms, and where the supplier is paid: entered by the bookkeeping, confirmed by the owner."""
    kept = {name: one[name] for name in ("tax_class", "term_days", "discount_percent", "discount_days") if name in one}
    begun = cast.owner.now - timedelta(days=70)
    cast.do("books", begun, "payables.add_supplierterms", supplier=supplier, account=account, deductible_percent="0", **kept)
    made = cast.do("books", begun, "payables.enter_account", supplier=supplier, iban=one["iban"])
    cast.do("owner", begun, "payables.confirm_account", account=made.pk, evidence="Called the number in our book.")


def _withhold(cast: Cast, one: dict[str, Any], supplier: int, parties: dict[str, int]) -> None:
    """Under which law a part goes to the tax office, where that is paid, and what exempts the supplier since a few days ago."""
    begun, office, today = cast.owner.now - timedelta(days=70), parties[one["office"]], cast.owner.today
    cast.setup.do("tax.load_withholding_kinds")
    kind = next(row.pk for row in cast.rows("tax.withholdingkind") if row.code == one["kind"])
    under = {"supplier": supplier, "kind": kind, "valid_from": begun.date(), "authority": office}
    cast.do("books", begun, "payables.add_supplierwithholding", **under)
    made = cast.do("books", begun, "payables.enter_account", supplier=office, iban=one["iban"])
    cast.do("owner", begun, "payables.confirm_account", account=made.pk, evidence="From the letterhead of the office.")
    number, since, days = one["certificate"]
    valid_from = today - timedelta(days=since)
    valid = {"supplier": supplier, "number": number, "valid_from": valid_from, "valid_until": today + timedelta(days=days)}
    cast.do("books", cast.at(valid_from, 11), "payables.add_withholdingcertificate", kind=kind, **valid)


def _declare(cast: Cast) -> None:
    """What was withheld until the end of last month is declared, and owed to the tax office; what came later waits."""
    last = cast.owner.today.replace(day=1) - timedelta(days=1)
    kept = [row for row in cast.rows("payables.settlement") if row.withheld_minor and row.on <= last]
    if kept:
        under = cast.rows("payables.supplierwithholding")[0]
        what = {"kind": under.kind_id, "authority": under.authority_id, "through_on": last, "due_on": last + timedelta(days=10)}
        cast.do("books", cast.owner.now, "payables.declare_withholding", **what)


def approve(cast: Cast, bill: Any, at: Any) -> None:
    """By the bookkeeping; what is above her limit, by the owner."""
    try:
        cast.do("books", at, "payables.approve_bill", bill=bill.pk, on=at.date())
    except Held as held:
        cast.do("owner", at + timedelta(hours=3), "doors.release_held", held=held.held.pk)


def _pay(cast: Cast, bill: Any) -> None:
    """On the day on which it was due, by a transfer of one's own."""
    at = cast.at(bill.due_on, 10)
    amount = str(to_major(bill.total_minor, bill.currency))
    cast.do("books", at, "payables.pay_bill", bill=bill.pk, amount=amount, method="transfer", on=bill.due_on)
