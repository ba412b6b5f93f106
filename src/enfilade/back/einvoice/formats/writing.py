"""The terms of an invoice as XML: Cross Industry Invoice, or UBL 2.1."""

from __future__ import annotations

from typing import Any, Final

from lxml import etree

from enfilade.back.einvoice.rules import Bill, Form

from .terms import SPECIFICATION, terms

NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"
SYNTAX = {
    Form.HYBRID: "factur-x",
    Form.XRECHNUNG_CII: "factur-x",
    Form.XRECHNUNG_UBL: "ubl-2.1",
    Form.PEPPOL: "ubl-2.1",
}


def write(bill: Bill, form: Form) -> bytes:
    """A bill as XML of a form. Nothing is checked here; see `official.check`."""
    # The library takes half a second to import and is asked for by e-invoices only.
    from facturx import generate_xml

    found: dict[str, Any] = terms(bill, form)
    made = generate_xml(found, flavor=SYNTAX[form], level="en16931", check_xsd=False, check_schematron=False)
    root = etree.fromstring(made)
    for node in root.iter(etree.Element):
        # The library marks elements without content as nil, which neither schema allows.
        node.attrib.pop(NIL, None)
    for node in root.iter("{*}CustomizationID", "{*}GuidelineSpecifiedDocumentContextParameter"):
        (node if len(node) == 0 else node[0]).text = SPECIFICATION[form]
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
