"""An e-invoice from outside: found in what was sent (XML, or a PDF that carries it), judged by the official rules, read into its terms."""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from enfilade.core.apart import answer, read_apart

from . import official, tree
from .official import CII, UBL_CREDIT, UBL_INVOICE, Broken
from .tree import Unreadable

CARRIED = ("factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml", "order-x.xml")
ATTACHMENTS_MAX = 50
SECONDS_MAX, MEMORY_MAX_BYTES = 20, 768 * 1024 * 1024
_THIS = "enfilade.back.einvoice.formats.reading"
_SYNTAX = {CII: "CII", UBL_INVOICE: "UBL", UBL_CREDIT: "UBL"}
_FLAVOUR = {CII: "factur-x", UBL_INVOICE: "ubl-2.1-invoice", UBL_CREDIT: "ubl-2.1-creditnote"}
_CREDITS = {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"}
_HEAVY = ("BT-125",)


@dataclass(frozen=True)
class Seen:
    """An invoice as it was understood. terms: BT-1 ... as text; broken: the rules that it does not keep."""

    xml: bytes
    syntax: str
    specification: str
    terms: dict[str, Any]
    broken: list[Broken]

    def text(self, term: str, within: str = "") -> str:
        """The first text of a term, of a group where one is named; "" where there is none."""
        found = self.terms.get(within, {}) if within else self.terms
        return first(found.get(term)) if isinstance(found, dict) else ""

    def amount(self, term: str) -> Decimal:
        """An amount. Raises Unreadable where it is no number."""
        try:
            value = Decimal(self.text(term) or "0")
        except InvalidOperation as error:
            raise Unreadable(f"The amount {term} is no number: {self.text(term)[:40]}") from error
        if not value.is_finite() or abs(value) >= Decimal(10) ** 15:
            raise Unreadable(f"The amount {term} is out of range: {self.text(term)[:40]}")
        return value

    def day(self, term: str) -> date | None:
        """A date, where there is one."""
        try:
            return date.fromisoformat(self.text(term)) if self.text(term) else None
        except ValueError as error:
            raise Unreadable(f"The date {term} is none: {self.text(term)[:40]}") from error

    @property
    def credit(self) -> bool:
        """Whether it is a credit note."""
        return self.text("BT-3") in _CREDITS


def read_invoice(data: bytes) -> Seen:
    """Read a file, in a process of its own, and judge it. Raises Unreadable, with a sentence, for what is no e-invoice."""
    answered = read_apart(_THIS, data, SECONDS_MAX)
    if answered is None:
        raise Unreadable("This file takes more time or memory than an e-invoice may.")
    if "no" in answered:
        raise Unreadable(answered["no"])
    return judged(answered)


def judged(answered: dict[str, Any]) -> Seen:
    """What was understood of a document, with the rules that it breaks."""
    xml = answered["xml"].encode()
    return Seen(xml, answered["syntax"], answered["specification"], answered["terms"], official.check(tree.read(xml)))


def look(data: bytes) -> dict[str, Any]:
    """What a file says: {xml, syntax, specification, terms}, or {no: why it is none}.

    The XML is written anew, so that nothing but the invoice goes on.
    """
    try:
        carried = data[:1024].lstrip().startswith(b"%PDF-")
        root = tree.read(_inside_pdf(data) if carried else data)
        kind = etree.QName(root).localname
        if kind == "CrossIndustryDocument":
            raise Unreadable("This is ZUGFeRD 1.0, which is older than EN 16931; ask the supplier for a current e-invoice.")
        if kind not in _SYNTAX:
            raise Unreadable(f"This XML is no invoice: it begins with <{kind[:60]}>.")
        terms = _terms(root, kind)
    except Unreadable as no:
        return {"no": str(no)}
    return {
        "xml": etree.tostring(root, encoding="unicode"),
        "syntax": f"{_SYNTAX[kind]} inside a PDF" if carried else _SYNTAX[kind],
        "specification": str(terms.get("BT-24") or "")[:200],
        "terms": terms,
    }


def _terms(root: Any, kind: str) -> dict[str, Any]:
    from facturx import parse_ubl_cii_xml

    # The library writes at length about what it sees.
    logging.getLogger("factur-x").setLevel(logging.CRITICAL)
    try:
        found = parse_ubl_cii_xml(
            root, flavor=_FLAVOUR[kind], level="en16931", float_as="string", date_as="string", bytes_as="string", check_xsd=False
        )
    except Exception as error:
        raise Unreadable(f"This invoice can't be read: {official.short(str(error)).rstrip('.')}.") from error
    for document in found.get("BG-24") or []:
        for term in _HEAVY:
            document.pop(term, None)
    return _plain(found)


def entries(terms: Mapping[str, Any], group: str) -> list[dict[str, Any]]:
    """The entries of a group that repeats (lines, taxes, notes)."""
    found = terms.get(group)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def first(value: Any) -> str:
    """The text of a term; the first one where a document says several, "" where it says none."""
    return str(value[0] if isinstance(value, list) and value else value or "")


def _plain(value: Any) -> Any:
    """The same with text only, and with text as keys."""
    if isinstance(value, dict):
        return {str(key or ""): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return str(value)[:4_000]


def _inside_pdf(data: bytes) -> bytes:
    """The invoice that a PDF carries: the attachment of a known name, or the only XML there is."""
    found: dict[str, bytes] = {}
    try:
        from pypdf import PdfReader

        for number, attached in enumerate(PdfReader(io.BytesIO(data)).attachment_list):
            if number >= ATTACHMENTS_MAX:
                break
            name = str(attached.name).lower()
            if name.endswith(".xml"):
                found[name] = bytes(attached.content)
    except Exception as error:
        raise Unreadable("This PDF can't be read: it is damaged or locked.") from error
    if not found:
        raise Unreadable("This PDF carries no invoice as data; take it as a paper, or ask the supplier for an e-invoice.")
    known = [found[name] for name in CARRIED if name in found]
    return (known or list(found.values()))[0]


if __name__ == "__main__":
    answer(look, MEMORY_MAX_BYTES, SECONDS_MAX)
