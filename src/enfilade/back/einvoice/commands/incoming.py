"""E-invoices that come in: judged by the same rules, kept as they came."""

from __future__ import annotations

import hashlib

from django.core.exceptions import ValidationError
from django.db import connection

from enfilade.back.einvoice.events import EInvoiceTaken
from enfilade.back.einvoice.formats.national import finding
from enfilade.back.einvoice.formats.reading import Seen, read_invoice
from enfilade.back.einvoice.formats.tree import Unreadable
from enfilade.back.einvoice.models import IncomingInvoice
from enfilade.base.party.rules import name_key
from enfilade.core.command import Ref, command
from enfilade.core.context import Context, Invalid, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_minor
from enfilade.core.files import open_file
from enfilade.core.models import StoredFile
from enfilade.core.ui.format import format_day


@command(permission="einvoice.take_einvoice", label="Take an e-invoice", tone="primary", target="")
def take_einvoice(ctx: Context, *, file: Ref[StoredFile]) -> IncomingInvoice:
    """Take an e-invoice of a supplier: XRechnung, UBL, CII, or a PDF that carries one (ZUGFeRD, Factur-X).

    It is taken also where it breaks rules; what is wrong is said on its page, so that the supplier can be told.
    Refuses: einvoice_known; invalid (what is no e-invoice, with the line where reading ended).
    """
    with open_file(file) as content:
        data = content.read()
    try:
        seen = read_invoice(data)
        return _keep(ctx, file, seen)
    except Unreadable as no:
        raise Invalid({"file": [str(no)]}) from no


def _keep(ctx: Context, file: StoredFile, seen: Seen) -> IncomingInvoice:
    digest = hashlib.sha256(seen.xml).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('einvoice.incoming:' || %s, %s))", [digest, ctx.company_id])
    if known := IncomingInvoice.objects.visible_to(ctx).filter(sha256=digest).first():
        day = format_day(known.taken_at.astimezone(ctx.zone).date())
        raise Refusal(
            "einvoice_known",
            f"This e-invoice was taken on {day}.",
            field="file",
            hints=({"label": str(known), "url": f"/einvoice/incoming-e-invoices/{known.pk}/"},),
        )
    seller, number, currency = seen.text("name", "BG-4"), seen.text("BT-1"), seen.text("BT-5")
    if not (seller and number and len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise Unreadable("This invoice says no number, seller or currency.")
    key = seen.text("vat_identifier", "BG-4") or seen.text("tax_identifier", "BG-4") or name_key(seller)
    findings = [vars(finding(b.rule, b)) for b in seen.broken]
    taken = IncomingInvoice.objects.create(
        company=ctx.company,
        file=file,
        sha256=digest,
        syntax=seen.syntax,
        specification=seen.specification,
        credit=seen.credit,
        number=number[:200],
        seller=seller[:300],
        seller_key=key[:300],
        issued_on=seen.day("BT-2"),
        due_on=seen.day("BT-9"),
        currency=currency,
        total_minor=_minor(seen, "BT-112", currency),
        due_minor=_minor(seen, "BT-115", currency),
        valid=not any(not b.warning for b in seen.broken),
        findings=findings,
        content=seen.terms,
        repeats=IncomingInvoice.objects.visible_to(ctx).filter(seller_key=key[:300], number=number[:200]).order_by("pk").first(),
        taken_at=ctx.now,
        taken_by=ctx.user,
    )
    publish(ctx, EInvoiceTaken(incoming=taken.pk, seller=taken.seller, number=taken.number, valid=taken.valid))
    return taken


def _minor(seen: Seen, term: str, currency: str) -> int:
    amount = seen.amount(term)
    try:
        return to_minor(str(amount), currency)
    except ValidationError as error:
        raise Unreadable(f"The amount {term} does not fit the currency {currency}: {amount}") from error
