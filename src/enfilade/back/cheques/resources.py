"""Lists, record pages, forms and API of cheques."""

from __future__ import annotations

from enfilade.core.files import carries_file
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import pages, panels, reports, settling, verify
from .models import ChequeBook, DepositSlip, ReceivedCheque, WrittenCheque

department("cheques", "Cheques", "signature", 26)
__all__ = [
    "ChequeBookResource",
    "DepositSlipResource",
    "ReceivedChequeResource",
    "WrittenChequeResource",
    "pages",
    "panels",
    "reports",
    "settling",
    "verify",
]


class WrittenChequeResource(Resource):
    """Cheques that we wrote."""

    model = WrittenCheque
    columns = ("number", "payee", "amount_minor", "on", "bank_account", "presented_on", "why", "state")
    filters = ("state", "why", "payee", "bank_account", "book", "on", "amount_minor")
    search = ("payee__name", "reason")
    facts = (
        "payee", "amount_minor", "currency", "on", "bank_account", "book", "payment", "presented_on", "voided_on", "why", "reason",
        "written_by", "written_at",
    )  # fmt: skip
    board = "state"
    verbs = ("write_cheques",)
    icon = "signature"
    order = 10
    empty = "Take a cheque book into use, then write cheques for bills."


class ReceivedChequeResource(Resource):
    """Cheques that we were given."""

    model = ReceivedCheque
    columns = ("number", "bank", "party", "amount_minor", "received_on", "dated_on", "slip", "state")
    filters = ("state", "party", "dated_on", "received_on", "slip", "amount_minor")
    search = ("number", "bank", "party__name", "reason")
    facts = (
        "party", "invoice", "number", "bank", "amount_minor", "currency", "received_on", "dated_on", "payment", "slip", "ended_on",
        "reason", "charged_on", "received_by", "received_at",
    )  # fmt: skip
    board = "state"
    calendar = "dated_on"
    verbs = ("receive_cheque", "deposit_cheques")
    icon = "hand-coins"
    order = 20
    empty = "Receive the first cheque of a customer; it pays from the day that stands on it."


class DepositSlipResource(Resource):
    """Cheques that went to a bank together."""

    model = DepositSlip
    columns = ("number", "on", "bank_account", "cheque_count", "total_minor", "credited_on", "state")
    filters = ("state", "bank_account", "on", "total_minor")
    search = ("number",)
    facts = ("bank_account", "on", "cheque_count", "total_minor", "currency", "file", "credited_on", "made_by", "made_at")
    lines = {"cheques": ("number", "bank", "party", "amount_minor", "dated_on", "state")}
    verbs = ("deposit_cheques",)
    icon = "landmark"
    order = 30
    empty = "Cheques that were received are deposited together; the slip lists them for the bank."


class ChequeBookResource(Resource):
    """Numbered forms of accounts at banks."""

    model = ChequeBook
    columns = ("bank_account", "first_number", "last_number", "next_number", "forms_left", "state")
    filters = ("state", "bank_account")
    facts = ("bank_account", "first_number", "last_number", "next_number", "forms_left", "stale_days", "right_mm", "down_mm")
    verbs = ("open_chequebook",)
    icon = "book-open"
    order = 90
    empty = "Say which numbers the forms of your bank account have."


carries_file(DepositSlip, "cheques.view_depositslip")
