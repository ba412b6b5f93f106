"""The books of the demo company: what they began with, who was billed and did not pay, and what the bank says of it all."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from enfilade.core.fields import to_major
from enfilade.core.files import store_bytes
from enfilade.core.resource.hooks import report_named
from enfilade.core.scope import scope

if TYPE_CHECKING:
    from .demo import Cast

# So many days pass until what was paid by card is on the account, and until the bank's last statement is there.
CARD_DAYS, STATEMENT_DAYS = 2, 1
# Before the first bill of a supplier and the first invoice to a patient.
BOOKS_DAYS = 90
SURE_PERCENT = 90


def open_books(cast: Cast) -> None:
    """The balances of the year in which the story lies, what stands on invoices, and the levels of reminders."""
    cast.say("Opening the books")
    enter_beginning(cast)
    cast.do("owner", cast.at(opened_on(cast), 9), "dunning.begin_dunning")


def opened_on(cast: Cast) -> date:
    """First day of the books."""
    return (cast.owner.today - timedelta(days=BOOKS_DAYS)).replace(month=1, day=1)


def enter_beginning(cast: Cast) -> None:
    """What the accounts stood at on the first day, what stands on invoices, and how long there is to pay."""
    opened = opened_on(cast)
    at = cast.at(opened, 9)
    cast.do("owner", at, "ledger.enter_opening_balances", on=opened, lines=cast.data["opening_balances"])
    cast.do("owner", at, "billing.add_letterhead", valid_from=opened, **cast.data["letterhead"])
    for one in cast.data["payment_terms"]:
        parts = one.get("parts")
        made = cast.do("owner", at, "billing.add_paymentterms", **{name: value for name, value in one.items() if name != "parts"})
        if parts:
            cast.do("owner", at, "billing.divide_terms", terms=made.pk, parts=parts)


def take_over_months(cast: Cast) -> None:
    """What earlier months brought and cost, an entry for each, as it was kept before the company came here."""
    month = opened_on(cast)
    while (following := (month + timedelta(days=31)).replace(day=1)) <= cast.owner.today:
        last = following - timedelta(days=1)
        text = f"Taken over from the books kept before: {month:%B %Y}"
        cast.do("owner", cast.at(last, 18), "ledger.post_journal", on=last, text=text, lines=_month(cast, last))
        month = following


def _month(cast: Cast, last: date) -> list[dict[str, str]]:
    """The lines of a month: what goes with the number of patients is more in busy ones; the bank takes what is left."""
    # The bills of the weeks that are told are entered one by one.
    told = (cast.owner.today - last).days < BOOKS_DAYS - 30
    months = [one for one in cast.data["months"] if not (told and one.get("billed"))]
    busy = cast.data["busy_percent"][last.month - 1]
    moved = [(one["account"], one["amount"] * (busy if one.get("varies") else 100)) for one in months]
    moved.append((cast.data["bank_account"]["account"], -sum(minor for _, minor in moved)))
    currency = cast.owner.company.currency
    return [{"account_code": code, "debit" if minor > 0 else "credit": str(to_major(abs(minor), currency))} for code, minor in moved]


def send_invoices(cast: Cast) -> None:
    """Treatments of the last weeks that patients took home as an invoice; most of them are paid by transfer later."""
    for place, one in enumerate(cast.data["sent_invoices"]):
        day = cast.owner.today - timedelta(days=one["days"])
        at = cast.at(day, 16)
        lines = [{"item": cast.items[code]} for code in one["items"]]
        terms = next((row.pk for row in cast.rows("billing.paymentterms") if row.name == one.get("terms")), None)
        made = cast.do("owner", at, "billing.draft_invoice", party=_patient(cast, place).pk, lines=lines, on=day, terms=terms)
        cast.do("owner", at, "billing.issue_invoice", invoice=made.pk, on=day)
        if reason := one.get("disputed"):
            cast.do("books", at + timedelta(days=20), "dunning.hold_invoice", invoice=made.pk, kind="disputed", reason=reason)


def _patient(cast: Cast, place: int) -> Any:
    """Who took an invoice home: each one somebody else."""
    return cast.patients[(7 * place + 3) % len(cast.patients)]  # type: ignore[attr-defined]


def take_statement(cast: Cast) -> None:
    """One statement of the house bank: what the books paid, what cards brought, what patients sent, and what nobody knows yet.

    What is sure is matched by the bookkeeping; the rest waits as breaks.
    """
    cast.say("Taking the statement of the bank")
    bank = cast.rows("banking.bankaccount")[0]
    until = cast.owner.today - timedelta(days=STATEMENT_DAYS)
    start = cast.owner.today - timedelta(days=BOOKS_DAYS - 10)
    opening, lines = _known(cast, bank, start, until)
    lines += [*_cards(cast, until), *_transfers(cast)]
    lines += [
        (cast.owner.today - timedelta(days=one["days"]), one["amount_minor"], one["name"], one["text"]) for one in cast.data["bank_lines"]
    ]
    content = camt(bank, start, until, opening, sorted(lines, key=lambda line: line[0]))
    at = cast.owner.now - timedelta(minutes=90)
    ctx = cast.people["books"]
    with scope(ctx.company_id):
        file = store_bytes(ctx, f"camt053-{until:%Y-%m-%d}.xml", content, "application/xml")
    cast.do("books", at, "banking.import_statement", file=file.pk)
    clearing = next(row.pk for row in cast.rows("books.account") if row.code == cast.data["card_account"])
    first = next(row for row in cast.rows("banking.statementline") if row.name == cast.data["card_acquirer"])
    cast.do("books", at, "banking.post_line", line=first.pk, account=clearing, remember=True)
    cast.do("books", at, "banking.accept_proposals", bank_account=bank.pk, at_least_percent=SURE_PERCENT)


# A movement of the bank: day, amount in minor units, who, text.
Movement = tuple[date, int, str, str]


def _known(cast: Cast, bank: Any, start: date, until: date) -> tuple[int, list[Movement]]:
    """The balance of the bank account in the books before a day, and every movement on it from then on."""
    ctx = cast.owner
    with scope(ctx.company_id, read_only=True):
        inputs = {"account": bank.account.code, "from_on": start, "to_on": until, "value": None, "currency": ""}
        found = report_named("ledger.account_statement").figures(ctx, inputs)
    opening, *rows = found["rows"]
    moved = [
        (row["on"], (row.get("debit_minor") or 0) - (row.get("credit_minor") or 0), row.get("party") or "", row["text"]) for row in rows
    ]
    return opening["balance_minor"], moved


def _cards(cast: Cast, until: date) -> list[Movement]:
    """What the card company paid out: a day's takings in one sum."""
    taken: dict[date, int] = defaultdict(int)
    for payment in cast.rows("billing.payment"):
        if payment.method == "card":
            taken[payment.on] += payment.amount_minor
    paid = [
        (on + timedelta(days=CARD_DAYS), minor, cast.data["card_acquirer"], f"Kartenumsatz {on:%d.%m.%Y}") for on, minor in taken.items()
    ]
    return [one for one in paid if one[0] <= until]


def _transfers(cast: Cast) -> list[Movement]:
    """Payments of patients for what was sent to them, each with the number of its invoice."""
    sent = cast.data["sent_invoices"]
    found = sorted((row for row in cast.rows("billing.invoice") if row.number), key=lambda row: row.pk)[: len(sent)]
    names = {row.pk: row.name for row in cast.rows("party.party")}
    moved = []
    for invoice, one in zip(found, sent, strict=True):
        if "paid_days" in one:
            on = invoice.issued_on + timedelta(days=one["paid_days"])
            amount = invoice.total_minor * one.get("paid_percent", 100) // 100
            moved.append((on, amount, names[invoice.party_id], f"Rechnung {invoice.number}"))
    return moved


def remind(cast: Cast) -> None:
    """Reminders: the first ones went out weeks ago, the next ones wait to be looked at."""
    for days in cast.data["reminded_days"]:
        at = cast.at(cast.owner.today - timedelta(days=days), 11)
        for reminder in cast.do("books", at, "dunning.propose_reminders"):
            cast.do("books", at + timedelta(minutes=5), "dunning.send_reminder", reminder=reminder.pk, by_mail=False)
    cast.do("books", cast.owner.now - timedelta(minutes=40), "dunning.propose_reminders")


def close_months(cast: Cast) -> None:
    """The months before the last one are closed, the tax of the last one is ready to be filed, and what comes every month is planned."""
    now = cast.owner.now - timedelta(minutes=20)
    last_month = (cast.owner.today.replace(day=1) - timedelta(days=1)).replace(day=1)
    for period in sorted(cast.rows("books.period"), key=lambda row: row.starts_on):
        if period.starts_on < last_month:
            cast.do("books", now, "ledger.close_period", period=period.pk)
    cast.do("books", now, "tax.prepare_return", on=last_month)
    for one in cast.data["repeated_entries"]:
        made = cast.do("books", now, "ledger.add_entrytemplate", **one)
        following = (cast.owner.today.replace(day=1) + timedelta(days=32)).replace(day=1)
        cast.do("books", now, "ledger.repeat_template", template=made.pk, starts_on=following)


def camt(bank: Any, start: date, until: date, opening_minor: int, lines: list[Movement]) -> bytes:
    """A statement as banks send it: camt.053.001.08 with an entry per line. Source: ISO 20022."""
    root = ET.Element("Document", xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08")
    top = ET.SubElement(root, "BkToCstmrStmt")
    made = f"{until.isoformat()}T23:30:00"
    _add(top, "GrpHdr/MsgId", f"STMT-{until:%Y%m%d}")
    _add(top, "GrpHdr/CreDtTm", made)
    statement = ET.SubElement(top, "Stmt")
    _add(statement, "Id", f"{until:%Y}-{until:%j}")
    _add(statement, "CreDtTm", made)
    _add(statement, "FrToDt/FrDtTm", f"{start.isoformat()}T00:00:00")
    _add(statement, "FrToDt/ToDtTm", made)
    _add(statement, "Acct/Id/IBAN", bank.number)
    _add(statement, "Acct/Ccy", bank.currency)
    closing = opening_minor + sum(minor for _, minor, _, _ in lines)
    for code, minor, on in (("OPBD", opening_minor, start), ("CLBD", closing, until)):
        balance = ET.SubElement(statement, "Bal")
        _add(balance, "Tp/CdOrPrtry/Cd", code)
        _amount(balance, bank, minor)
        _add(balance, "Dt/Dt", on.isoformat())
    for place, (on, minor, name, text) in enumerate(lines, 1):
        entry = ET.SubElement(statement, "Ntry")
        _amount(entry, bank, minor)
        _add(entry, "Sts/Cd", "BOOK")
        _add(entry, "BookgDt/Dt", on.isoformat())
        _add(entry, "ValDt/Dt", on.isoformat())
        _add(entry, "AcctSvcrRef", f"{on:%Y%m%d}{place:05d}")
        told = ET.SubElement(ET.SubElement(entry, "NtryDtls"), "TxDtls")
        if name:
            _add(told, f"RltdPties/{'Dbtr' if minor > 0 else 'Cdtr'}/Pty/Nm", name)
        _add(told, "RmtInf/Ustrd", text)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _amount(within: ET.Element, bank: Any, minor: int) -> None:
    _add(within, "Amt", str(to_major(abs(minor), bank.currency))).set("Ccy", bank.currency)
    _add(within, "CdtDbtInd", "CRDT" if minor >= 0 else "DBIT")


def _add(within: ET.Element, path: str, text: str) -> ET.Element:
    """Elements along a path, those that are there already taken again; the last one holds the text."""
    *above, last = path.split("/")
    for name in above:
        found = within.find(name)
        within = found if found is not None else ET.SubElement(within, name)
    made = ET.SubElement(within, last)
    made.text = text
    return made
