"""A practice that bills by e-invoice."""

from __future__ import annotations

from typing import Any

from lxml import etree

from enfilade.back.billing.tests.shop import Shop
from enfilade.back.einvoice.models import EInvoice
from enfilade.core import files
from enfilade.core.command import run_raw
from enfilade.core.scope import scope

LEITWEG = "991-03730-19"
HEAD = {
    "valid_from": "2000-01-01",
    "legal_name": "Zahnarztpraxis Dr. Weiß",
    "address": "Hauptstraße 1\n10115 Berlin",
    "contact": "Telefon +49 30 1234567\npraxis@weiss.example\nwww.weiss.example",
    "tax_number": "12/345/67890",
    "iban": "DE02 1203 0000 0000 2020 51",
}


class Sender(Shop):
    """A shop with a letterhead; its customer has an address and says which reference it wants."""

    def __init__(self) -> None:
        super().__init__()
        self.head = run_raw(self.ctx, "billing.add_letterhead", HEAD)
        where = {"party": self.party.pk, "street": "Weg 2", "postal_code": "10117", "city": "Berlin", "country": "DE"}
        self.address = run_raw(self.ctx, "party.add_address", where)
        run_raw(self.ctx, "party.add_contact_point", {"party": self.party.pk, "kind": "email", "value": "ada@post.example"})

    def wish(self, form: str = "xrechnung_ubl", reference: str = LEITWEG, **more: Any) -> Any:
        """How the customer wants its invoices."""
        given = {"party": self.party.pk, "form": form, "reference": reference, **more}
        return run_raw(self.ctx, "einvoice.set_einvoice_wish", given)

    def made(self, invoice: Any, form: str = "", **more: Any) -> EInvoice:
        """An e-invoice of a bill, as the page makes it."""
        return run_raw(self.ctx, "einvoice.make_einvoice", {"invoice": invoice.pk, "form": form, **more})

    def content(self, made: EInvoice) -> bytes:
        """What left."""
        with scope(self.company.pk), files.open_file(made.file) as content:
            return content.read()

    def said(self, made: EInvoice, path: str) -> list[str]:
        """The texts under a path of local names, such as `LegalMonetaryTotal/PayableAmount`."""
        steps = "/".join(f"*[local-name()='{step}']" for step in path.split("/"))
        return [node.text for node in etree.fromstring(self.content(made)).xpath(f"//{steps}")]
