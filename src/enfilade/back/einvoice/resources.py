"""Lists, record pages and API of e-invoices."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.files import file_guard
from enfilade.core.models import StoredFile
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import panels, queries
from .models import EInvoice, EInvoiceWish, IncomingInvoice

department("einvoice", "E-invoices", "file-code", 25)
__all__ = ["EInvoiceResource", "EInvoiceWishResource", "IncomingInvoiceResource", "panels"]


class EInvoiceResource(Resource):
    """E-invoices of our bills, each as it left."""

    model = EInvoice
    columns = ("invoice", "form", "file", "rules", "remarks", "made_at", "made_by")
    filters = ("form", "invoice", "made_at")
    search = ("invoice__number",)
    facts = ("invoice", "form", "file", "sha256", "rules", "remarks", "made_at", "made_by")
    ordering = "-made_at"
    icon = "file-code"
    order = 10
    empty = "Open an issued invoice and choose “E-invoice”; say at a customer which form it wants, and it goes with every e-mail."


class EInvoiceWishResource(Resource):
    """How customers want their invoices."""

    model = EInvoiceWish
    columns = ("party", "form", "reference", "endpoint")
    filters = ("form",)
    search = ("party__name", "reference", "endpoint")
    fields = ("party", "form", "reference", "endpoint")
    ordering = "party"
    icon = "mail-check"
    order = 30
    empty = "Whoever is not named here gets its invoices as PDF."


class IncomingInvoiceResource(Resource):
    """E-invoices of suppliers as they came in."""

    model = IncomingInvoice
    columns = ("taken_at", "seller", "number", "issued_on", "due_on", "total_minor", "valid", "repeats")
    filters = ("valid", "issued_on", "due_on", "taken_at", "total_minor", "credit")
    search = ("seller", "number")
    facts = (
        "seller", "number", "credit", "issued_on", "due_on", "total_minor", "due_minor", "currency", "valid", "repeats", "file", "syntax",
        "specification", "taken_at", "taken_by",
    )  # fmt: skip
    ordering = "-taken_at"
    verbs = ("take_einvoice",)
    icon = "file-input"
    order = 20
    empty = "Take an e-invoice that a supplier sent: XRechnung, UBL, CII, or a PDF with the data inside (ZUGFeRD, Factur-X)."


@file_guard
def guard(ctx: Context, file: StoredFile) -> bool:
    """An e-invoice may be opened by whoever may see it."""
    return queries.may_read_file(ctx, file)
