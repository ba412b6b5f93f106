"""Files of GnuCash: XML, packed by gzip or not.

Read: transactions with their splits, in the ledger's own currency and others; names, codes and kinds of accounts. Scheduled transactions,
budgets, prices and business objects are no movements and are passed over. Refused with the line: shares, a third currency of an account,
and what does not sum to zero. Source: the RELAX NG schema of GnuCash's XML, version 2 (gnucash-v2.rnc).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from fractions import Fraction

from enfilade.core.minor import minor_digits
from enfilade.core.textfile import Problems
from enfilade.core.textvalues import AMOUNT_MAX_MINOR, Fault, day, say, told, words
from enfilade.core.tree import Node, Refused, read_tree

from .found import ENTRIES_MAX, FoundEntry, FoundJournal, FoundPosting, foreign_currency, refused, settle

BYTES_MAX = 200 * 1024 * 1024
PACKED = b"\x1f\x8b"
_ROOT = b"<gnc-v2"
_HEAD_BYTES = 4_096
_GZIP = zlib.MAX_WBITS + 16
_KINDS = {
    **dict.fromkeys(("ASSET", "BANK", "CASH", "RECEIVABLE", "STOCK", "MUTUAL"), "asset"),
    **dict.fromkeys(("LIABILITY", "CREDIT", "PAYABLE"), "liability"),
    **dict.fromkeys(("EQUITY", "TRADING"), "equity"),
    "INCOME": "income",
    "EXPENSE": "expense",
}


def is_gnucash(data: bytes) -> bool:
    """Whether a file is one of GnuCash, by its first element."""
    try:
        head = zlib.decompressobj(_GZIP).decompress(data, _HEAD_BYTES) if data.startswith(PACKED) else data[:_HEAD_BYTES]
    except zlib.error:
        return False
    return _ROOT in head


def read_gnucash(data: bytes, region: str, currency: str) -> FoundJournal:
    """All entries of a file; nothing where one of them can't be read."""
    try:
        root, _ = read_tree(_unpacked(data))
    except Refused as no:
        return refused(no.line, no.sentence)
    made, problems = FoundJournal("GnuCash"), Problems()
    accounts = {account.get("id"): account for account in root.all("book/account")}
    names = {key: name for key, account in accounts.items() if (name := _name(account, accounts))}
    made.kinds = {name: kind for key, name in names.items() if (kind := _KINDS.get(accounts[key].get("type")))}
    for node in root.all("book/transaction"):
        if len(made.entries) == ENTRIES_MAX:
            sentence = f"There are more than {ENTRIES_MAX} entries in this file. Split it into smaller ones."
            problems.add(node.line, "", sentence, refused=True)
            break
        try:
            entry = _entry(node, accounts, names, currency)
        except Fault as fault:
            say(problems, fault)
            continue
        made.entries += [entry] if entry.postings else []
    made.problems = told(problems.listed())
    return made


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(PACKED):
        return data
    unpacking = zlib.decompressobj(_GZIP)
    try:
        text = unpacking.decompress(data, BYTES_MAX)
    except zlib.error:
        raise Refused(1, "This file is packed, and broken: it can't be unpacked.") from None
    if unpacking.unconsumed_tail:
        raise Refused(1, f"This file unpacks to more than {BYTES_MAX // 1024 // 1024} MB.")
    if not unpacking.eof:
        raise Refused(1, "This file ends in the middle: the rest of what was packed is missing.")
    return text


def _name(account: Node, accounts: dict[str, Node]) -> str:
    """The names of an account and those above it, with colons between; the code of the account stands before its own."""
    code, parts = account.get("code"), [words(node.get("name")).replace(":", "-") for node in _upwards(account, accounts)]
    if not parts:
        return ""
    parts[0] = f"{code} {parts[0]}" if code else parts[0]
    return ":".join(reversed(parts))


def _upwards(account: Node | None, accounts: dict[str, Node]) -> Iterator[Node]:
    """An account and those above it, without the root; a ring of parents ends where it closes."""
    seen: set[str] = set()
    while account is not None and account.get("type") != "ROOT" and account.get("id") not in seen:
        seen.add(account.get("id"))
        yield account
        account = accounts.get(account.get("parent"))


def _entry(node: Node, accounts: dict[str, Node], names: dict[str, str], own: str) -> FoundEntry:
    abroad = foreign_currency(node.get("currency/id"), own, node.line)
    entry = FoundEntry(node.line, day(node.get("date-posted/date"), node.line, "date-posted"), _text(node))
    for split in node.all("splits/split"):
        name = names.get(split.get("account"))
        if name is None:
            raise Fault(split.line, "account", "This line is on an account that the file does not have.")
        unit = accounts[split.get("account")].get("commodity/id")
        held = foreign_currency(unit, own, split.line) if unit else abroad
        _take(entry, split, name, abroad, held, own)
    settle(entry)
    return entry


def _take(entry: FoundEntry, split: Node, name: str, abroad: str, held: str, own: str) -> None:
    """One split. Its value is in the currency of the transaction, its quantity in that of the account.

    abroad, held: the foreign currencies of both, "" for the ledger's own.
    """
    value, quantity, line = _number(split, "value"), _number(split, "quantity"), split.line
    posting = FoundPosting(line, name, None, words(split.get("memo")))
    if held == abroad and value != quantity:
        raise Fault(line, "quantity", "This line moves shares, or its value and its quantity differ in one currency.")
    if held and abroad and held != abroad:
        raise Fault(line, "quantity", f"This line moves {held} at a value in {abroad}; say its value in {own}.")
    if held:
        posting.currency, posting.quantity_minor = held, _minor(quantity, held, line)
        posting.amount_minor = None if abroad else _minor(value, own, line)
    else:
        posting.amount_minor = _minor(quantity, own, line)
        if abroad:
            entry.weights[abroad] = entry.weights.get(abroad, 0) + _minor(value, abroad, line)
    entry.postings.append(posting)


def _text(node: Node) -> str:
    return words(" | ".join(filter(None, (node.get("num"), node.get("description"))))) or "Journal entry"


def _number(split: Node, name: str) -> Fraction:
    """An amount as GnuCash writes it: a whole number over another."""
    over, _, under = split.get(name).partition("/")
    try:
        if max(len(over), len(under)) > 20:
            raise ValueError
        return Fraction(int(over), int(under or 1))
    except (ValueError, ZeroDivisionError):
        raise Fault(split.line, name, f"“{words(split.get(name), 30)}” is no amount.") from None


def _minor(value: Fraction, currency: str, line: int) -> int:
    digits = minor_digits(currency)
    scaled = value * 10**digits
    if scaled.denominator != 1:
        raise Fault(line, "value", f"An amount in {currency} has at most {digits} decimals.")
    if abs(scaled) >= AMOUNT_MAX_MINOR:
        raise Fault(line, "value", "This amount is out of range.")
    return int(scaled)
