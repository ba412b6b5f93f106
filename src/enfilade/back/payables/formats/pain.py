"""A payment run as a file for the bank: pain.001.001.09, SEPA credit transfers, checked against its schema.

Source: ISO 20022 pain.001.001.09; EPC132-08 (SEPA credit transfer, customer to bank).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sepaxml import SepaTransfer
from sepaxml.validation import ValidationError

from enfilade.back.payables.rules import sepa_text
from enfilade.core.context import Refusal

SCHEMA = "pain.001.001.09"
NAME_MAX = 70


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who pays, and from which account."""

    name: str
    iban: str
    bic: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """Who is paid, where, how much. end_to_end: comes back with the statement; remittance: what the supplier reads."""

    name: str
    iban: str
    bic: str
    amount_minor: int
    end_to_end: str
    remittance: str


def credit_transfers(debtor: Debtor, transfers: Sequence[Transfer], *, number: str, pay_on: date) -> bytes:
    """The file. Each transfer is booked by itself, so that the statement names it.

    number: of the run; it is the message's own, so a bank that gets the file twice sees that.
    Refuses: bank_file_invalid, with what the schema says.
    """
    config = {"name": sepa_text(debtor.name, NAME_MAX), "IBAN": debtor.iban, "batch": False, "currency": "EUR"}
    if debtor.bic:
        config["BIC"] = debtor.bic
    file = SepaTransfer(config, schema=SCHEMA, clean=False)
    for transfer in transfers:
        payment = {
            "name": sepa_text(transfer.name, NAME_MAX),
            "IBAN": transfer.iban,
            "amount": transfer.amount_minor,
            "execution_date": pay_on,
            "description": transfer.remittance,
            "endtoend_id": transfer.end_to_end,
        }
        file.add_payment(payment | ({"BIC": transfer.bic} if transfer.bic else {}))
    try:
        data = bytes(file.export(validate=True))
    except ValidationError as error:
        raise Refusal("bank_file_invalid", f"The file would be no {SCHEMA}: {str(error.__cause__ or error)[:200]}") from error
    # The library draws a number for the message; the run's own is the one by which a bank sees that it has the file already.
    return data.replace(file.msg_id.encode(), number.encode(), 1)
