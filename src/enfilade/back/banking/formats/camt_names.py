"""What ISO 20022 calls things in camt.053: paths below a statement, an entry or a detail, in every version."""

from __future__ import annotations

REPORT, NOTIFICATION = "BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn"
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)
ACCOUNT_NUMBERS = ("Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/PrtryAcct/Id")
NUMBERS = ("LglSeqNb", "ElctrncSeqNb", "Id")
STRUCTURED = "RmtInf/Strd/CdtrRefInf/Ref"
BALANCE_KINDS = ("Tp/CdOrPrtry/Cd", "Tp/Cd")
DETAIL_AMOUNTS = ("Amt", "AmtDtls/TxAmt/Amt")
BANK_REFERENCE_OF_DETAIL = "Refs/AcctSvcrRef"
DETAILS = "NtryDtls/TxDtls"
END_TO_END = "Refs/EndToEndId"
STATEMENTS = "BkToCstmrStmt"
STATES = ("Sts/Cd", "Sts")
FREE_TEXT = "RmtInf/Ustrd"
MORE_OF_ENTRY = "AddtlNtryInf"
MANDATE = "Refs/MndtId"
BANK_REFERENCE = "AcctSvcrRef"
MORE_OF_DETAIL = "AddtlTxInf"
RETURN_REASONS = ("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")
SIDE = "CdtDbtInd"
ACCOUNT_CURRENCY = "Acct/Ccy"
BOOKED_ON = "BookgDt"
VALUE_ON = "ValDt"
STATEMENT = "Stmt"
ACCOUNT = "Acct"
ENTRY = "Ntry"
BOOKED = "BOOK"
CREDIT = "CRDT"
DEBIT = "DBIT"
AMOUNT = "Amt"
CURRENCY = "Ccy"
BALANCE = "Bal"
DATE = "Dt"


def days(name: str) -> tuple[str, str]:
    """Where a date stands: as a day, or as an instant."""
    return f"{name}/Dt", f"{name}/DtTm"


def other_side(*, came_in: bool) -> tuple[list[str], list[str], list[str]]:
    """Where name, account and bank of the other side stand: the debtor of what came in, the creditor of what went out.

    Why both: some banks fill in only one of them, whichever way the money went.
    """
    sides = ("Dbtr", "Cdtr") if came_in else ("Cdtr", "Dbtr")
    names = [f"RltdPties/{side}/{part}" for side in sides for part in ("Nm", "Pty/Nm")]
    accounts = [f"RltdPties/{side}Acct/Id/{part}" for side in sides for part in ("IBAN", "Othr/Id")]
    agents = [f"RltdAgts/{side}Agt/FinInstnId/{part}" for side in sides for part in ("BIC", "BICFI")]
    return names, accounts, agents
