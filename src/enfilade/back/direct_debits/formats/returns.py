"""Messages of the bank about collections that it refused or took back: camt.054, camt.053 and pain.002, in every version.

Source: ISO 20022, BankToCustomerDebitCreditNotification, BankToCustomerStatement, CustomerPaymentStatusReport.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from enfilade.core.files import at_line
from enfilade.core.textvalues import Fault, minor
from enfilade.core.tree import Node, Refused, read_tree

_ENTRIES = ("BkToCstmrDbtCdtNtfctn/Ntfctn/Ntry", "BkToCstmrStmt/Stmt/Ntry")
_STATUS = "CstmrPmtStsRpt"
_REASONS = ("Rsn/Cd", "Rsn/Prtry")
_REJECTED = "RJCT"
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
        status = root.find(_STATUS)
        found = _refused(status) if status is not None else _returned(root)
        return [Returned(*one) for one in found], []
    except Refused as no:
        return [], [at_line(no.line, no.sentence)]
    except Fault as fault:
        return [], [at_line(fault.line, fault.sentence, fault.name)]


def _returned(root: Node) -> Iterator[tuple[str, int, str]]:
    entries = [entry for path in _ENTRIES for entry in root.all(path)]
    if not entries and not any(root.find(path.rpartition("/")[0]) for path in _ENTRIES):
        raise Refused(root.line, "This XML is no message about collections (camt.054, camt.053 or pain.002).")
    for entry in entries:
        for detail in entry.all("NtryDtls/TxDtls"):
            code = next((detail.get(f"RtrInf/{path}") for path in _REASONS if detail.get(f"RtrInf/{path}")), "")
            if not code:
                continue
            # What was collected; the amount of the entry may have the fee of the bank in it.
            amount = detail.find("AmtDtls/InstdAmt/Amt", "AmtDtls/TxAmt/Amt", "Amt") or entry.find("Amt")
            yield detail.get("Refs/EndToEndId"), _minor(amount, detail), code[:_CODE_LENGTH]


def _refused(status: Node) -> Iterator[tuple[str, int, str]]:
    for one in status.all("OrgnlPmtInfAndSts/TxInfAndSts"):
        if one.get("TxSts") == _REJECTED:
            code = next((one.get(f"StsRsnInf/{path}") for path in _REASONS if one.get(f"StsRsnInf/{path}")), "MS03")
            amount = one.find("OrgnlTxRef/Amt/InstdAmt", "OrgnlTxRef/IntrBkSttlmAmt")
            yield one.get("OrgnlEndToEndId"), _minor(amount, one), code[:_CODE_LENGTH]


def _minor(amount: Node | None, at: Node) -> int:
    if amount is None:
        raise Refused(at.line, "There is no amount.")
    return minor(amount.text, "EUR", amount.line, "Amt")
