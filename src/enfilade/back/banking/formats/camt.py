"""camt.053, the statement of ISO 20022, in every version: names are read without their namespace, and where versions differ, both.

Source: ISO 20022, BankToCustomerStatement. CdtDbtInd of an entry that is turned back is the side on which it is booked: nothing is turned.
"""

from __future__ import annotations

import re

from enfilade.core.textfile import Problems
from enfilade.core.textvalues import Fault, currency, day, minor, say, told, words
from enfilade.core.tree import Node, Refused, read_tree

from . import camt_names as at
from .found import STATEMENTS_MAX, Found, FoundLine, FoundStatement, number

_NAMESPACE = re.compile(r"camt\.\d{3}\.\d{3}\.\d{2}")
_OTHERS = {at.REPORT: "a report of the day (camt.052)", at.NOTIFICATION: "a notification (camt.054)"}


def read_camt(data: bytes) -> Found:
    """Every statement of a file."""
    found, problems = Found("camt.053"), Problems()
    try:
        root, namespace = read_tree(data)
        if name := _NAMESPACE.search(namespace):
            found.format = name[0]
        body = root.find(at.STATEMENTS)
        if body is None:
            raise Refused(root.line, _not_a_statement(root))
        nodes = list(body.all(at.STATEMENT))
        if not nodes:
            raise Refused(body.line, "There is no statement in this file.")
        if len(nodes) > STATEMENTS_MAX:
            raise Refused(body.line, f"There are more than {STATEMENTS_MAX} statements in this file.")
        for node in nodes:
            _take(found, node, problems)
    except Refused as no:
        problems.add(no.line, "", no.sentence, refused=True)
    found.problems = told(problems.listed())
    return found


def _not_a_statement(root: Node) -> str:
    kind = next((said for name, said in _OTHERS.items() if root.find(name)), "")
    if kind:
        return f"This is {kind}, not a statement. Its balances may still change; ask the bank for camt.053."
    return "This XML is no statement of an account (camt.053)."


def _take(found: Found, node: Node, problems: Problems) -> None:
    try:
        found.statements.append(_statement(found, node, problems))
    except Fault as fault:
        say(problems, fault)


def _statement(found: Found, node: Node, problems: Problems) -> FoundStatement:
    opening, closing = _balance(node, at.OPENING, "opening"), _balance(node, at.CLOSING, "closing")
    money = node.get(at.ACCOUNT_CURRENCY)
    amount = closing.find(at.AMOUNT)
    code = currency(money or (amount.attributes.get(at.CURRENCY) if amount else ""), closing.line, at.CURRENCY)
    made = FoundStatement(
        line=node.line,
        account=number(node.get(*at.ACCOUNT_NUMBERS)),
        currency=code,
        number=words(node.get(*at.NUMBERS), 60),
        opening_minor=_signed(opening, code),
        closing_minor=_signed(closing, code),
        closing_on=_day(closing, at.DATE),
    )
    if not made.account:
        raise Fault(node.line, at.ACCOUNT, "This statement does not say which account it is of.")
    for entry in node.all(at.ENTRY):
        if (entry.get(*at.STATES) or at.BOOKED) != at.BOOKED:
            found.left_out += 1
            continue
        try:
            made.lines.extend(_entry(entry, code))
        except Fault as fault:
            say(problems, fault)
    return made


def _balance(node: Node, codes: tuple[str, ...], words_for_it: str) -> Node:
    balances = list(node.all(at.BALANCE))
    for code in codes:
        for balance in balances:
            if balance.get(*at.BALANCE_KINDS) == code:
                return balance
    raise Fault(node.line, at.BALANCE, f"This statement has no {words_for_it} balance ({' or '.join(codes)}), so that it can't be proved.")


def _signed(node: Node, code: str, default: str = "") -> int:
    """The amount of a balance, an entry or a detail with its side."""
    amount = node.find(at.AMOUNT)
    if amount is None:
        raise Fault(node.line, at.AMOUNT, "There is no amount.")
    if (said := amount.attributes.get(at.CURRENCY, code)) != code:
        raise Fault(amount.line, at.AMOUNT, f"This amount is in {said[:10]}, the account is in {code}.")
    value = minor(amount.text, code, amount.line, at.AMOUNT)
    side = node.get(at.SIDE) or default
    if side not in (at.CREDIT, at.DEBIT):
        raise Fault(node.line, at.SIDE, "It is not said whether this is a credit or a debit.")
    return value if side == at.CREDIT else -value


def _day(node: Node, name: str) -> str:
    found = node.find(*at.days(name))
    if found is None:
        raise Fault(node.line, name, "There is no date.")
    return day(found.text, found.line, name)


def _entry(node: Node, code: str) -> list[FoundLine]:
    """The lines of an entry: its details one by one where each has an amount and together they are the entry, else the entry as it is."""
    total = _signed(node, code)
    booked = _day(node, at.BOOKED_ON) if node.find(at.BOOKED_ON) else _day(node, at.VALUE_ON)
    value = _day(node, at.VALUE_ON) if node.find(at.VALUE_ON) else booked
    details = list(node.all(at.DETAILS))
    parts = [_part(d, code, node.get(at.SIDE)) for d in details]
    if len(details) > 1 and None not in parts and sum(p or 0 for p in parts) == total:
        return [_line(node, d, booked, value, p or 0) for d, p in zip(details, parts, strict=True)]
    return [_line(node, details[0] if len(details) == 1 else None, booked, value, total)]


def _part(node: Node, code: str, side: str) -> int | None:
    """The amount of a detail in the currency of the account; None where there is none to trust."""
    amount = node.find(*at.DETAIL_AMOUNTS)
    if amount is None or amount.attributes.get(at.CURRENCY, code) != code:
        return None
    try:
        value = minor(amount.text, code, amount.line, at.AMOUNT)
    except Fault:
        return None
    return value if (node.get(at.SIDE) or side) == at.CREDIT else -value


def _line(entry: Node, detail: Node | None, booked: str, value: str, amount_minor: int) -> FoundLine:
    """The other side is the debtor of what came in and the creditor of what went out; some banks fill in only one of them."""
    of = detail or Node("", {}, entry.line)
    names, accounts, agents = at.other_side(came_in=amount_minor >= 0)
    free = " ".join(n.text for n in of.all(at.FREE_TEXT))
    structured = " ".join(n.text for n in of.all(at.STRUCTURED))
    end_to_end = of.get(at.END_TO_END)
    return FoundLine(
        line=entry.line,
        booked_on=booked,
        value_on=value,
        amount_minor=amount_minor,
        name=words(of.get(*names), 140),
        iban=number(of.get(*accounts)),
        bic=number(of.get(*agents))[:20],
        reference=words(" ".join((structured, "" if end_to_end.upper() in {"NOTPROVIDED", "NOREF"} else end_to_end)), 200),
        mandate=words(of.get(at.MANDATE), 60),
        purpose=words(free or of.get(at.MORE_OF_DETAIL) or entry.get(at.MORE_OF_ENTRY)),
        bank_reference=words(of.get(at.BANK_REFERENCE_OF_DETAIL) or entry.get(at.BANK_REFERENCE), 60),
        return_code=of.get(*at.RETURN_REASONS)[:4],
    )
