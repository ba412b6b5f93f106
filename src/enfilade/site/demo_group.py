"""The group of the demo company: a laboratory abroad with books of its own, what the two sell and owe each other, the part of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from .demo_bills import approve
from .demo_books import enter_beginning, opened_on, take_over_months
from .found import found_beside

if TYPE_CHECKING:
    from .demo import Cast

# People of the practice who keep the books of the laboratory too.
KEEPERS = ["owner", "books"]
# What the two have with each other is younger than the last rate, so that both books say the same of it.
RATES_DAYS = 45


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two companies. other: the other one as its party; partner: that this party is a company of the house."""

    cast: Cast
    other: Any
    partner: Any


def tell_group(cast: Cast) -> None:
    """The laboratory is founded and lives its year; the practice consolidates it; invoices go both ways, and a loan."""
    cast.say("Keeping the books of the laboratory")
    told = cast.data["group"]
    laboratory = _found(cast)
    _rates(cast, told["rates"], laboratory)
    enter_beginning(laboratory)
    take_over_months(laboratory)
    _consolidate(cast, laboratory)
    practice, lab = _side(cast, laboratory), _side(laboratory, cast)
    _lend(practice, lab)
    for one in told["sold"]:
        seller, buyer = (lab, practice) if one["by"] == "laboratory" else (practice, lab)
        _sell(one, seller, buyer, cast.owner.company.currency)
    _defer_profit(cast)


def _found(cast: Cast) -> Cast:
    """The laboratory with its chart, its years and the taxes there, and who acts for it."""
    data = cast.data["laboratory"]
    people = found_beside(cast.people, KEEPERS, cast.data, data["company"])
    made = type(cast)(people["owner"], people, data, cast.dice, cast.say)
    made.setup.books()
    made.setup.do("tax.load_tax_codes")
    return made


def _rates(cast: Cast, rates: list[str], laboratory: Cast) -> None:
    """Rates of the ends of months in the books of the practice; in those of the laboratory, the one at which it sells in euros."""
    pair = {"base": laboratory.owner.company.currency, "quote": cast.owner.company.currency, "source": "Demo"}
    on, last = opened_on(cast), cast.owner.today - timedelta(days=RATES_DAYS)
    for rate in rates:
        if on <= last:
            given = {**pair, "on": on, "rate": rate}
            cast.setup.do("money.add_rate", **given)
        on = _month_end(on)
    laboratory.setup.do("money.add_rate", **given)


def _month_end(day: date) -> date:
    """The end of the month that a day is in; of the next one, for such an end."""
    following = day + timedelta(days=1)
    return (following.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _side(cast: Cast, other: Cast) -> Side:
    """The other company as one's customer and supplier, and that it is one of the house."""
    company, head = other.owner.company, other.data["letterhead"]
    street, place = head["address"].splitlines()
    given = {"name": company.name, "street": street, "city": place, "country": company.country}
    made = cast.setup.do("party.add_party", kind="organisation", role="supplier", **given)
    cast.setup.do("party.give_role", party=made.pk, role="customer")
    return Side(cast, made, cast.setup.do("group.name_partner", party=made.pk, company=company.slug))


def _consolidate(cast: Cast, laboratory: Cast) -> None:
    """The laboratory belongs to the group since the books begin; where its accounts stand in the chart of the practice."""
    told, at = cast.data["group"], cast.at(opened_on(cast), 10)
    accounts = {row.code: row.pk for row in cast.rows("books.account")}
    made = cast.do(
        "owner",
        at,
        "group.add_groupcompany",
        member=laboratory.owner.company.slug,
        method="full",
        share_percent=told["share_percent"],
        acquired_on=opened_on(cast),
        cost=told["cost"],
        shares_account=accounts[told["shares_account"]],
    )
    for one in told["mappings"]:
        cast.do("owner", at, "group.map_account", groupcompany=made.pk, code=one["code"], account=accounts[one["account"]])


def _lend(practice: Side, lab: Side) -> None:
    """A loan in euros, in both books."""
    loan, currency = practice.cast.data["group"]["loan"], practice.cast.owner.company.currency
    on = practice.cast.owner.today - timedelta(days=loan["days"])
    for side, account, to, of in ((practice, loan["lent_on"], "debit", "credit"), (lab, loan["owed_on"], "credit", "debit")):
        cast, bank = side.cast, side.cast.data["bank_account"]["account"]
        abroad = {"currency": currency} if cast.owner.company.currency != currency else {}
        lines = [
            {"account_code": account, to: loan["amount"], "party": side.other.pk, **abroad},
            {"account_code": bank, of: loan["amount"], **abroad},
        ]
        cast.do("books", cast.at(on, 10), "ledger.post_journal", on=on, text=loan["text"], lines=lines)


def _sell(one: dict[str, Any], seller: Side, buyer: Side, currency: str) -> None:
    """An invoice in euros; the other company takes it as a bill, approves it, and pays it after some days."""
    invoice, day = _invoice(one, seller, currency)
    if one.get("waits"):
        return
    cast, at = buyer.cast, buyer.cast.at(day, 16)
    bill = cast.do("books", at, "group.take_invoice", partner=buyer.partner.pk, number=invoice.number, account=_account(cast, one["cost"]))
    approve(cast, bill, at)
    if "paid_days" in one:
        on = day + timedelta(days=one["paid_days"])
        given = {"amount": one["amount"], "method": "transfer", "on": on}
        cast.do("books", cast.at(on, 10), "payables.pay_bill", bill=bill.pk, **given)
        there = _account(seller.cast, seller.cast.data["bank_account"]["account"])
        seller.cast.do("books", seller.cast.at(on, 12), "billing.take_payment", invoice=invoice.pk, account=there, **given)


def _account(cast: Cast, code: str) -> int:
    return next(row.pk for row in cast.rows("books.account") if row.code == code)


def _invoice(one: dict[str, Any], seller: Side, currency: str) -> tuple[Any, date]:
    cast, day = seller.cast, seller.cast.owner.today - timedelta(days=one["days"])
    line = {"description": one["text"], "unit_price": one["amount"], "tax_class": "standard", "kind": one["kind"]}
    abroad = currency if cast.owner.company.currency != currency else ""
    at = cast.at(day, 14)
    made = cast.do("books", at, "billing.draft_invoice", party=seller.other.pk, lines=[line], on=day, currency=abroad)
    return cast.do("books", at, "billing.issue_invoice", invoice=made.pk, on=day), day


def _defer_profit(cast: Cast) -> None:
    """What the practice still has of the laboratory's work stands at what it cost the laboratory."""
    told = cast.data["group"]["profit"]
    lines = [{"account_code": told["cost"], "debit": told["amount"]}, {"account_code": told["stock"], "credit": told["amount"]}]
    on = cast.owner.today - timedelta(days=1)
    cast.do("books", cast.at(on, 17), "group.post_consolidation", on=on, kind="profit", text=told["text"], lines=lines)
