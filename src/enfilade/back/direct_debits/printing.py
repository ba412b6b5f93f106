"""Papers of direct debits, in the language of the payer: the mandate to sign, and the notice before a collection."""

from __future__ import annotations

from typing import Any

from enfilade.back.billing.printing import company_part
from enfilade.back.billing.queries import bill_to, letterhead
from enfilade.base.document.pdf import render_pdf
from enfilade.base.message.queries import as_read_by
from enfilade.core.context import Context
from enfilade.core.language.words import say
from enfilade.core.ui.format import format_amount, format_day, format_iban

from .models import Collection, Mandate
from .queries import parts_of


def mandate_pdf(ctx: Context, mandate: Mandate) -> bytes:
    """The mandate with everything that the rulebook wants on it, and room to sign.

    Source: EPC016-06 and EPC222-07, section 4.7.2: the mandate and its text.
    """
    with as_read_by(ctx, mandate.party):
        return render_pdf("direct_debits/mandate.typ", _mandate(ctx, mandate))


def notice_pdf(ctx: Context, collection: Collection) -> bytes:
    """The notice before a collection as a letter."""
    with as_read_by(ctx, collection.party):
        return render_pdf("direct_debits/notice.typ", _notice(ctx, collection))


def _mandate(ctx: Context, mandate: Mandate) -> dict[str, Any]:
    business, company = mandate.scheme == Mandate.Scheme.B2B, ctx.company.name
    leave = say(
        "By signing this mandate you authorise {company} to send instructions to your bank to debit your account, and your bank to debit "
        "your account in accordance with the instructions from {company}."
    ).format(company=company)
    refund = say(
        "You are entitled to a refund from your bank under the terms of your agreement with it. A refund must be claimed within 8 weeks "
        "of the day on which your account was debited."
    )
    if business:
        refund = say(
            "This mandate is only for transactions between businesses. You are not entitled to a refund after your account was debited, "
            "but until then you may ask your bank not to debit it. Please give your bank this mandate before the first collection."
        )
    once = mandate.kind == Mandate.Kind.ONE_OFF
    return {
        "title": say("SEPA business-to-business direct debit mandate") if business else say("SEPA direct debit mandate"),
        "language": (mandate.party.language or ctx.company.language)[:2],
        **company_part(ctx, letterhead(ctx, mandate.signed_on or ctx.today)),
        "to": bill_to(ctx, mandate.party).splitlines(),
        "facts": [
            [say("Mandate reference"), mandate.reference],
            [say("Creditor identifier"), mandate.creditor_identifier],
            [say("Kind of payment"), say("One payment") if once else say("Payments again and again")],
        ],
        "texts": [leave, refund],
        "columns": [{"label": say("Account")}, {"label": "", "width": "1fr"}],
        "rows": [
            [say("Account holder"), mandate.account_holder],
            ["IBAN", format_iban(mandate.iban)],
            ["BIC", mandate.bic or "–"],
        ],
        "signed": format_day(mandate.signed_on) if mandate.signed_on else "",
        "sign": [say("Place and date"), say("Signature of the account holder")],
    }


def _notice(ctx: Context, collection: Collection) -> dict[str, Any]:
    run, mandate, right = collection.run, collection.mandate, {"align": "right"}
    amount = format_amount(collection.amount_minor, collection.currency)
    text = say("We will collect {amount} from your account {iban} on {day}.").format(
        amount=amount, iban=f"{mandate.iban[:4]} … {mandate.iban[-4:]}", day=format_day(run.collect_on)
    )
    return {
        "title": say("Notice of a direct debit"),
        "language": (collection.party.language or ctx.company.language)[:2],
        **company_part(ctx, letterhead(ctx, collection.noticed_on or ctx.today)),
        "to": bill_to(ctx, collection.party).splitlines(),
        "facts": [
            [say("Date"), format_day(collection.noticed_on or ctx.today)],
            [say("Mandate reference"), mandate.reference],
            [say("Creditor identifier"), mandate.creditor_identifier],
        ],
        "texts": [text],
        "columns": [{"label": say("Invoice"), "width": "1fr"}, {"label": say("Amount"), **right}],
        "rows": [[str(p.invoice), format_amount(p.amount_minor, p.currency)] for p in parts_of(ctx, collection)],
        "totals": [[say("To be collected"), amount]],
        "notes": [say("Please see to it that there is enough money on the account.")],
    }
