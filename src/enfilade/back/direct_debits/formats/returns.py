"""Messages of the bank about collections that it refused or took back: camt.054, camt.053 and pain.002, in every version.

Source: ISO 20022, BankToCustomerDebitCreditNotification, BankToCustomerStatement, CustomerPaymentStatusReport.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from enfilade.back.direct_debits.rules import NO_REASON
from enfilade.core.files import at_line
from enfilade.core.textvalues import Fault, minor
from enfilade.core.tree import Node, Refused, read_tree

from . import iso_names as iso

_CODE_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Returned:
    """A collection that was refused or came back, and why, as the bank says it. amount_minor: in euro cents."""

    end_to_end: str
    amount_minor: int
    code: str


def read_messages(data: bytes) -> tuple[list[Returned], list[str]]:
    """What came back, and what is wrong with the file, in sentences."""
    try:
        root, _ = read_tree(data)
        status = root.find(iso.STATUS)
        return list(_refused(status) if status is not None else _returned(root)), []
    except Refused as no:
        return [], [at_line(no.line, no.sentence)]
    except Fault as fault:
        return [], [at_line(fault.line, fault.sentence, fault.name)]


def _returned(root: Node) -> Iterator[Returned]:
    if root.find(iso.NOTIFICATION, iso.STATEMENT) is None:
        raise Refused(root.line, "This XML is no message about collections (camt.054, camt.053 or pain.002).")
    for entry in [*root.all(iso.NOTIFICATION_ENTRIES), *root.all(iso.STATEMENT_ENTRIES)]:
        for detail in entry.all(iso.DETAILS):
            if code := detail.get(*iso.RETURN_REASONS):
                amount = detail.find(*iso.COLLECTED_AMOUNTS) or entry.find(iso.AMOUNT)
                yield Returned(detail.get(iso.DETAIL_END_TO_END), _minor(amount, detail), code[:_CODE_LENGTH])


def _refused(status: Node) -> Iterator[Returned]:
    for one in status.all(iso.STATUS_DETAILS):
        if one.get(iso.STATUS_CODE) == iso.REJECTED:
            code = one.get(*iso.STATUS_REASONS) or NO_REASON
            yield Returned(one.get(iso.STATUS_END_TO_END), _minor(one.find(*iso.STATUS_AMOUNTS), one), code[:_CODE_LENGTH])


def _minor(amount: Node | None, at: Node) -> int:
    if amount is None:
        raise Refused(at.line, "There is no amount.")
    return minor(amount.text, "EUR", amount.line, iso.AMOUNT)
