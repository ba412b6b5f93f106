"""Taxes that are kept back of bills: reckoned, and overruled by somebody with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

from enfilade.back.payables import rules
from enfilade.back.payables.models import Bill, BillLine, BillWithholding, WithholdingCertificate
from enfilade.back.payables.queries import lines_of_bill
from enfilade.back.payables.withheld import ENDS_SOON_DAYS, rule_for
from enfilade.back.tax.models import WithholdingKind
from enfilade.base.party.models import Party
from enfilade.core.command import Input, LongText, command
from enfilade.core.context import Context, Refusal
from enfilade.core.notify import tell_role
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_day

from .common import money

WITHHELD = "withholding_payable"


def reckon(ctx: Context, bill: Bill, lines: Sequence[BillLine], on: date, *, unless_overruled: bool = False) -> None:
    """Keep what is withheld of a bill, as the law and the certificates of its supplier are on a day; nothing, where she is under none.

    unless_overruled: what somebody decided stays.
    """
    if bill.kind != Bill.Kind.BILL:
        return
    known = BillWithholding.objects.visible_to(ctx).filter(bill=bill)
    rule = rule_for(ctx, bill.supplier, on)
    if unless_overruled and known.filter(overruled_by__isnull=False).exists():
        return
    if rule is None:
        known.delete()
        return
    base = _base(rule.kind, lines)
    _keep(ctx, bill, rule.kind, rule.authority, rule.rate_percent, base, certificate=rule.certificate, overruled_by=None, reason="")


def _base(kind: WithholdingKind, lines: Sequence[BillLine]) -> int:
    return rules.base_of(kind.base, [(line.net_minor, line.tax_minor, line.self_tax_minor, line.material) for line in lines])


def _keep(ctx: Context, bill: Bill, kind: WithholdingKind, authority: Party | None, rate: Decimal, base: int, **more: object) -> None:
    values = {"kind": kind, "authority": authority, "rate_percent": rate, "base_minor": base, "company": ctx.company, **more}
    BillWithholding.objects.visible_to(ctx).update_or_create(bill=bill, defaults={**values, "amount_minor": rules.withheld_of(base, rate)})


@command(
    permission="payables.overrule_withholding",
    label="Decide what is withheld",
    offered=lambda bill: bill.kind == Bill.Kind.BILL and bill.state in {Bill.State.DRAFT, Bill.State.OPEN},
)
def overrule_withholding(
    ctx: Context,
    *,
    bill: Bill,
    rate_percent: Annotated[Decimal, Input(label="Rate (%)", min_value=0, max_value=99, decimals=3, help="0: nothing is withheld.")],
    reason: LongText,
    base: Annotated[int | None, Input(amount=True, label="Reckoned from", help="As the kind says when left out.")] = None,
    kind: Annotated[WithholdingKind | None, Input(shared=True, label="Kind", help="That of the supplier when left out.")] = None,
    authority: Annotated[Party | None, Input(shared=True, label="Tax office", query="party_roles__role=supplier")] = None,
) -> Bill:
    """Say what is withheld of a bill in place of what the law and the supplier's certificates say, as long as nothing of it is paid.

    rate_percent: of what it is reckoned from.
    reason: is in the audit, and on the bill's page.
    base: in the currency of the bill.
    kind: of a supplier who is under none.
    authority: who gets it; the one of the supplier, or of the kind, when left out.
    Refuses: not_a_bill, which_kind, no_reason, above_total; bill_withholding_unchanged, bill_withholding_below_total (database).
    """
    if bill.kind != Bill.Kind.BILL:
        raise Refusal("not_a_bill", "Nothing is withheld of a credit note.")
    if not reason.strip():
        raise Refusal("no_reason", "Say why.", field="reason")
    rule = rule_for(ctx, bill.supplier, bill.posted_on or bill.billed_on)
    chosen = kind or (rule.kind if rule is not None else None)
    if chosen is None:
        raise Refusal("which_kind", "This supplier is under no withholding: say which kind it is.", field="kind")
    lines = lines_of_bill(ctx, bill)
    most = sum(line.net_minor + line.tax_minor + line.self_tax_minor for line in lines)
    if base is not None and not 0 <= base <= most:
        raise Refusal("above_total", f"It is reckoned from {money(ctx, most, bill.currency)} at most.", field="base")
    office = authority or (rule.authority if rule is not None else None) or chosen.paid_to
    reckoned = _base(chosen, lines) if base is None else base
    _keep(ctx, bill, chosen, office, rate_percent, reckoned, certificate=None, overruled_by=ctx.user, reason=reason.strip())
    return bill


@command(permission="payables.remind_of_certificates", hidden=True)
def remind_of_certificate(ctx: Context, *, certificate: WithholdingCertificate) -> WithholdingCertificate:
    """Tell the owners that the exemption certificate of a supplier ends soon, and that tax is withheld from then on; run every hour.

    Refuses: too_early, reminded_already.
    """
    speaks_from = certificate.valid_until - timedelta(days=ENDS_SOON_DAYS)
    if ctx.today < speaks_from:
        raise Refusal("too_early", "It is too early to remind anybody of this certificate.")
    if certificate.reminded_on is not None and certificate.reminded_on >= speaks_from:
        raise Refusal("reminded_already", "People were told of the end of this certificate.")
    certificate.reminded_on = ctx.today
    certificate.save(update_fields=["reminded_on"])
    until = format_day(certificate.valid_until)
    said = f"The exemption certificate {certificate} of {certificate.supplier} ends on {until}: ask for a new one, or tax is withheld."
    tell_role(ctx, "owner", said, ref(certificate))
    return certificate
