"""A collection run as a file for the bank: pain.008, SEPA direct debits, checked against its schema.

Source: ISO 20022 pain.008.001.02 and .08; EPC130-08 and EPC131-08 (SEPA direct debit Core and B2B, customer to bank).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lxml import etree
from sepaxml import SepaDD
from sepaxml.validation import ValidationError, try_valid_xml

from enfilade.back.payables.rules import sepa_text
from enfilade.core.context import Refusal

from . import iso_names as iso

NAME_MAX = 70
# What stands for an account of which the bank is only told that it was another one. Source: EPC130-08, AT-24.
ANOTHER_ACCOUNT = "SMNDA"


@dataclass(frozen=True, slots=True)
class Collector:
    """Who collects, to which account, under which identifier."""

    name: str
    iban: str
    bic: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Debit:
    """What is collected from whom by which mandate. changed: what of the mandate the bank is told was something else: name -> before."""

    name: str
    iban: str
    bic: str
    amount_minor: int
    end_to_end: str
    remittance: str
    mandate: str
    signed_on: date
    sequence: str
    changed: dict[str, str]


def direct_debits(collector: Collector, debits: Sequence[Debit], *, schema: str, scheme: str, number: str, collect_on: date) -> bytes:
    """The file. What has one sequence is one block that the bank may book at once; it is named by the run and the sequence.

    number: of the run; it is the message's own, so a bank that gets the file twice sees that.
    Refuses: bank_file_invalid, with what the schema says.
    """
    config = {
        "name": sepa_text(collector.name, NAME_MAX),
        "IBAN": collector.iban,
        "batch": True,
        "creditor_id": collector.identifier,
        "currency": "EUR",
        "instrument": scheme,
        **({"BIC": collector.bic} if collector.bic else {}),
    }
    if schema == "pain.008.001.02" and not collector.bic:
        raise Refusal("no_bic", "This version of the file wants the BIC of our bank; add it to the bank account.", field="bank_account")
    file = SepaDD(config, schema=schema, clean=False)
    for debit in debits:
        payment = {
            "name": sepa_text(debit.name, NAME_MAX),
            "IBAN": debit.iban,
            "amount": debit.amount_minor,
            "type": debit.sequence,
            "collection_date": collect_on,
            "mandate_id": debit.mandate,
            "mandate_date": debit.signed_on,
            "description": debit.remittance,
            "endtoend_id": debit.end_to_end,
        }
        file.add_payment(payment | ({"BIC": debit.bic} if debit.bic else {}))
    data = _named(bytes(file.export(validate=False)), number, {d.end_to_end: d for d in debits})
    try:
        try_valid_xml(data, schema)
    except ValidationError as error:
        raise Refusal("bank_file_invalid", f"The file would be no {schema}: {str(error.__cause__ or error)[:200]}") from error
    return data


def _named(data: bytes, number: str, debits: dict[str, Debit]) -> bytes:
    """The file with our own numbers in place of those that the library drew, and with what has changed of the mandates."""
    root = etree.fromstring(data)
    space = {None: etree.QName(root).namespace}
    body = root[0]
    body.find(iso.MESSAGE_ID, space).text = number
    for block in body.findall(iso.BLOCK, space):
        block.find(iso.BLOCK_ID, space).text = f"{number}-{block.findtext(iso.SEQUENCE, namespaces=space)}"
        for one in block.findall(iso.DEBIT, space):
            if changed := debits[one.findtext(iso.DEBIT_END_TO_END, namespaces=space)].changed:
                _amend(one.find(iso.DEBIT_MANDATE, space), changed)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _amend(mandate: etree._Element, changed: dict[str, str]) -> None:
    """Source: EPC130-08 2.48 to 2.58: what the mandate said before."""
    _below(mandate, iso.AMENDED).text = "true"
    details = _below(mandate, iso.AMENDMENT)
    if "reference" in changed:
        _below(details, iso.OLD_REFERENCE).text = changed["reference"]
    if "creditor" in changed:
        old = _below(details, iso.OLD_CREDITOR)
        _below(old, iso.CREDITOR_ID).text = changed["creditor"]
        _below(old, iso.CREDITOR_SCHEME).text = "SEPA"
    if "account" in changed:
        _below(details, iso.OLD_ACCOUNT).text = ANOTHER_ACCOUNT


def _below(parent: etree._Element, path: str) -> etree._Element:
    """New elements one in another, in the namespace of the file; the innermost one."""
    for name in path.split("/"):
        parent = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    return parent
