"""A company that has a bank account: the shop of billing, and statements as its bank would send them."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from enfilade.back.banking.commands import import_statement
from enfilade.back.banking.models import BankAccount, BankFile, StatementLine
from enfilade.back.billing.tests.shop import Shop
from enfilade.base.books.models import Account
from enfilade.core.command import run_raw
from enfilade.core.files import store
from enfilade.core.models import StoredFile
from enfilade.core.scope import scope

IBAN = "DE89370400440532013000"
OTHER = "DE02120300000000202051"


@dataclass(frozen=True)
class Move:
    """A movement as a bank writes it. amount: decimal text, signed. reason: why it came back."""

    on: date
    amount: str
    name: str = "Ada Lindqvist"
    purpose: str = ""
    iban: str = OTHER
    reference: str = "NOTPROVIDED"
    reason: str = ""


def camt(
    opening: str,
    closing: str,
    moves: list[Move],
    on: date,
    *,
    account: str = IBAN,
    number: str = "1",
    version: str = "08",
    currency: str = "EUR",
) -> bytes:
    """A camt.053 with one statement."""
    entries = "\n".join(_entry(move) for move in moves)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt>
<Id>{number}</Id><Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>
{_balance("OPBD", opening, on)}
{_balance("CLBD", closing, on)}
{entries}
</Stmt></BkToCstmrStmt></Document>""".replace("EUR", currency).encode()


def _side(amount: str) -> str:
    return "DBIT" if amount.startswith("-") else "CRDT"


def _balance(code: str, amount: str, on: date) -> str:
    money = f'<Amt Ccy="EUR">{amount.lstrip("-")}</Amt><CdtDbtInd>{_side(amount)}</CdtDbtInd>'
    return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{money}<Dt><Dt>{on}</Dt></Dt></Bal>"


def _entry(move: Move) -> str:
    side = "Dbtr" if _side(move.amount) == "CRDT" else "Cdtr"
    party = f"<{side}><Nm>{move.name}</Nm></{side}><{side}Acct><Id><IBAN>{move.iban}</IBAN></Id></{side}Acct>"
    back = f"<RtrInf><Rsn><Cd>{move.reason}</Cd></Rsn></RtrInf>" if move.reason else ""
    return (
        f'<Ntry><Amt Ccy="EUR">{move.amount.lstrip("-")}</Amt><CdtDbtInd>{_side(move.amount)}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>{move.on}</Dt></BookgDt><ValDt><Dt>{move.on}</Dt></ValDt><NtryDtls><TxDtls><Refs><EndToEndId>{move.reference}"
        f"</EndToEndId></Refs><RltdPties>{party}</RltdPties><RmtInf><Ustrd>{move.purpose}</Ustrd></RmtInf>{back}</TxDtls></NtryDtls></Ntry>"
    )


class Desk(Shop):
    """The shop with an account at a bank; `today` is its day."""

    def __init__(self, **company: Any) -> None:
        super().__init__(**company)
        self.today = self.ctx.today
        self.bank: BankAccount = self.open_account("House bank", IBAN, "1299", self.company.currency)
        self.closing_minor = 0

    def open_account(self, name: str, number: str, code: str, currency: str = "EUR") -> BankAccount:
        """An account at a bank with an account of the ledger of its own."""
        with scope(self.company.pk):
            like = Account.objects.visible_to(self.ctx).filter(purposes__purpose="bank").get()
            Account.objects.create(company=self.company, book=like.book, code=code, name=name, kind=like.kind, parent=like.parent)
            key = Account.objects.visible_to(self.ctx).get(code=code).pk
        raw = {"name": name, "number": number, "currency": currency, "account": key, "owner": self.ctx.user.pk, "active": True}
        return run_raw(self.ctx, "banking.add_bankaccount", raw)

    def account(self, code: str) -> Account:
        """An account of the ledger by its purpose."""
        with scope(self.company.pk):
            return Account.objects.visible_to(self.ctx).filter(purposes__purpose=code).get()

    def keep(self, data: bytes, name: str = "statement.xml") -> StoredFile:
        """A file that somebody gave us."""
        with scope(self.company.pk):
            return store(self.ctx, name, io.BytesIO(data))

    def take(self, data: bytes, **more: Any) -> BankFile:
        """A file of the bank, taken."""
        return import_statement(replace(self.ctx, key=""), file=self.keep(data), **more)

    def moved(self, *moves: Move) -> list[StatementLine]:
        """A statement that goes on from the one before, taken; its lines."""
        before = self.closing_minor
        self.closing_minor += sum(round(float(m.amount) * 100) for m in moves)
        data = camt(f"{before / 100:.2f}", f"{self.closing_minor / 100:.2f}", list(moves), self.today, number=str(self.closing_minor))
        taken = self.take(data)
        with scope(self.company.pk):
            return list(StatementLine.objects.visible_to(self.ctx).filter(statement__bank_file=taken).order_by("pk"))

    def line(self, amount: str, **more: Any) -> StatementLine:
        """One line of a statement of its own."""
        return self.moved(Move(more.pop("on", self.today), amount, **more))[0]
