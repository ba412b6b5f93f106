"""Parties that are companies of the house, and what comes from them: invoices as bills, entries as templates, both to be looked at."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from enfilade.back.billing.models import Invoice
from enfilade.back.billing.queries import open_invoices
from enfilade.back.group.models import GroupPartner
from enfilade.back.group.queries import known_company, partner_of
from enfilade.back.ledger.commands import JournalLine, add_entrytemplate
from enfilade.back.ledger.models import EntryTemplate
from enfilade.back.ledger.queries import ledger_book
from enfilade.back.ledger.rules import sides
from enfilade.back.payables.commands import BillLineIn, enter_bill
from enfilade.back.payables.models import Bill
from enfilade.base.books.inputs import account_code
from enfilade.base.books.models import Account
from enfilade.base.books.queries import entries_in
from enfilade.base.party.models import Party
from enfilade.core.across import reading_in
from enfilade.core.command import Input, Ref, command
from enfilade.core.context import Context, NotAllowed, Refusal
from enfilade.core.refs import ref

from .members import Slug

Number = Annotated[str, Input(label="Number of the invoice", max_length=100)]
Cost = Annotated[Account, Input(shared=True, label="What was it for?", query="kind=expense&heading=false&active=true")]


@command(permission="group.name_partner", label="Name a partner", tone="primary", target="")
def name_partner(ctx: Context, *, party: Ref[Party], company: Slug) -> GroupPartner:
    """Say which company of this house a party of ours is: what we owe and sell each other is told apart then.

    company: name or short name of a company for which you work as well.
    Refuses: unknown_company; group_party_once, group_partner_once (database).
    """
    return GroupPartner.objects.create(company=ctx.company, party=party, partner=known_company(ctx, company))


@command(permission="group.name_partner", label="It is not", tone="danger")
def forget_partner(ctx: Context, *, partner: GroupPartner) -> Party:
    """Let a party be no company of this house any more."""
    del ctx
    party = partner.party
    partner.delete()
    return party


@command(permission="payables.enter_bill", label="Take their invoice", target="partner", door=True)
def take_invoice(ctx: Context, *, partner: Ref[GroupPartner], number: Number, account: Cost | None = None) -> Bill:
    """Enter an open invoice of another company of this house to us as a bill, line by line; it waits for approval as every bill does.

    number: as they drew it.
    account: what it was for; what their bills are usually for when left out.
    Refuses: not_in_company where you may not see their invoices; no_such_invoice; what `payables.enter_bill` refuses.
    """
    try:
        with reading_in(ctx, partner.partner, "billing.view_invoice") as theirs:
            us = partner_of(theirs, ctx.company)
            invoices = open_invoices(theirs, us.party) if us else []
            invoice = next((one for one in invoices if one.number == number.strip()), None)
            lines = [
                BillLineIn(
                    account=account,
                    net=line.net_minor,
                    description=line.description,
                    tax_category=line.tax_category,
                    tax_rate=Decimal(line.tax_rate_bp) / 100,
                )
                for line in (invoice.lines.visible_to(theirs).order_by("pk") if invoice else ())
            ]
    except NotAllowed:
        raise Refusal("not_in_company", f"You may not see the invoices of {partner.partner}; enter the bill as you have it.") from None
    if invoice is None:
        raise Refusal("no_such_invoice", f"{partner.partner} has no open invoice {number.strip()[:50]} to us.", field="number")
    return enter_bill(
        ctx,
        supplier=partner.party,
        number=str(invoice.number),
        billed_on=invoice.issued_on or date.min,
        due_on=invoice.due_on,
        lines=lines,
        total=invoice.total_minor,
        currency=invoice.currency,
        kind=Bill.Kind.CREDIT_NOTE if invoice.kind == Invoice.Kind.CREDIT_NOTE else Bill.Kind.BILL,
        origin=ref(partner),
        although_similar=True,
    )


@command(permission="ledger.change_entrytemplate", label="Mirror their entry", target="partner", door=True)
def mirror_entry(
    ctx: Context,
    *,
    partner: Ref[GroupPartner],
    entry: Annotated[int, Input(label="Number of their entry", min_value=1)],
    on: Annotated[date, Input(label="Its day")],
    with_them: Annotated[str, Input(label="Account for what is owed", max_length=20)],
    account_code: Annotated[str, account_code("What was it for?")],
) -> EntryTemplate:
    """Keep what another company of this house posted with us as an entry that waits: a template with both sides turned, to be posted.

    entry: the number of their entry, which names us on one of its lines.
    with_them: our account on which we owe them, or they owe us.
    account_code: our account for the other side.
    Refuses: not_in_company where you may not read their statements; no_such_entry, other_currency; what `ledger.add_entrytemplate` refuses.
    """
    currency = partner.partner.currency
    if currency != ctx.company.currency:
        raise Refusal("other_currency", f"Their books are kept in {currency}; enter it in that currency by hand.", field="entry")
    try:
        with reading_in(ctx, partner.partner, "ledger.view_reports") as theirs:
            us = partner_of(theirs, ctx.company)
            found = entries_in(theirs, ledger_book(theirs), on, on).filter(pk=entry).first() if us else None
            text = found.get_text_display() if found else ""
            lines = found.lines.all() if found else ()
            owed = sum(line.quantity_minor for line in lines if us and line.party_id == us.party_id and line.unit == currency)
    except NotAllowed:
        raise Refusal("not_in_company", f"You may not read the statements of {partner.partner}.") from None
    if not owed:
        raise Refusal("no_such_entry", f"{partner.partner} has no entry {entry} on this day that names us.", field="entry")
    debit, credit = sides(owed)
    rows = [JournalLine(with_them, debit=credit, credit=debit, party=partner.party), JournalLine(account_code, debit=debit, credit=credit)]
    return add_entrytemplate(ctx, name=f"{partner.partner} {entry}", text=text, lines=rows)
