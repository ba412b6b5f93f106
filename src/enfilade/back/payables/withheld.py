"""Named reads of withholding: who is under it, what is kept back of bills, what is not declared yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from enfilade.back.tax.known import yearly_limits
from enfilade.back.tax.models import WithholdingKind
from enfilade.back.tax.queries import withholding_on
from enfilade.base.money.rules import worth_of_part
from enfilade.base.party.models import Party
from enfilade.base.party.queries import merged_keys, parties_by_id
from enfilade.core.context import Context

from .models import (
    Bill,
    BillWithholding,
    Settlement,
    SupplierPayment,
    SupplierWithholding,
    WithholdingCertificate,
    WithholdingReturnLine,
)
from .rules import Withheld

# So long before a certificate ends its end is spoken of.
ENDS_SOON_DAYS = 45


@dataclass(frozen=True, slots=True)
class Rule:
    """What is withheld from a supplier on a day, by law and by certificate. authority: who gets it, where that is known."""

    kind: WithholdingKind
    rate_percent: Decimal
    authority: Party | None
    certificate: WithholdingCertificate | None


def rule_for(ctx: Context, supplier: Party, on: date) -> Rule | None:
    """What is withheld from a supplier on a day; None where she is under no withholding."""
    held = Q(valid_until=None) | Q(valid_until__gte=on)
    rows = SupplierWithholding.objects.visible_to(ctx).filter(held, supplier__in=merged_keys(ctx, supplier), valid_from__lte=on)
    under = rows.select_related("kind", "authority").order_by("-valid_from").first()
    kind = withholding_on(ctx, under.kind, on) if under is not None else None
    if under is None or kind is None:
        return None
    certificates = WithholdingCertificate.objects.visible_to(ctx).filter(supplier__in=merged_keys(ctx, supplier))
    valid = certificates.filter(Q(kind=None) | Q(kind__code=kind.code), valid_from__lte=on, valid_until__gte=on)
    certificate = valid.order_by("rate_percent", "-valid_until").first()
    rate = kind.rate_percent if certificate is None else min(kind.rate_percent, certificate.rate_percent)
    return Rule(kind, rate, under.authority or kind.paid_to, certificate)


def withheld_of(ctx: Context, bills: Collection[int]) -> dict[int, Withheld]:
    """What is kept back of bills, and what was already. Shape: key of the bill -> figures; bills of which nothing is are left out."""
    rows = BillWithholding.objects.visible_to(ctx).filter(bill__in=list(bills), amount_minor__gt=0)
    found = dict(rows.values_list("bill", "amount_minor"))
    if not found:
        return {}
    totals = dict(Bill.objects.visible_to(ctx).filter(pk__in=found).values_list("pk", "total_minor"))
    paid = Settlement.objects.visible_to(ctx).filter(bill__in=found, payment__isnull=False).order_by()
    rows_of = paid.values("bill").annotate(covered=Sum(F("amount_minor") - F("discount_minor")), kept=Sum("withheld_minor"))
    sums = {bill: (int(covered), int(kept)) for bill, covered, kept in rows_of.values_list("bill", "covered", "kept")}
    return {bill: Withheld(totals[bill], amount, *sums.get(bill, (0, 0))) for bill, amount in found.items()}


def withholding_of(ctx: Context, bill: Bill) -> BillWithholding | None:
    """What is kept back of a bill, with its kind."""
    rows = BillWithholding.objects.visible_to(ctx).filter(bill=bill)
    return rows.select_related("kind", "authority", "certificate", "overruled_by").first()


@dataclass(frozen=True, slots=True)
class OfYear:
    """What goes to a supplier in a calendar year of which tax may be withheld, as it is reckoned from, in the company's currency.

    paid_minor: with payments of the year. open_minor: of bills that are there and not paid. limits_minor: up to which nothing has to be
    withheld, lowest first; which of them holds depends on who is billed.
    """

    year: int
    paid_minor: int
    open_minor: int
    limits_minor: tuple[int, ...]

    @property
    def sum_minor(self) -> int:
        """Both together."""
        return self.paid_minor + self.open_minor


def of_year(ctx: Context, said: BillWithholding) -> OfYear | None:
    """What the supplier of a bill gets this year under the same kind; None where its law knows no limit, or in another currency.

    Source: § 48 (2) and (3) EStG: what is paid and what will be, with VAT, is summed by supplier and calendar year.
    """
    limits = yearly_limits(said.kind.country, said.kind.code)
    if not limits or ctx.company.currency != "EUR":
        return None
    year, same = ctx.today.year, BillWithholding.objects.visible_to(ctx).filter(kind__code=said.kind.code)
    suppliers = merged_keys(ctx, said.bill.supplier)
    rows = same.filter(bill__supplier__in=suppliers).exclude(bill__state=Bill.State.VOID).select_related("bill")
    bills = {row.bill_id: (row.bill, _worth_of_base(row)) for row in rows}
    paid = Settlement.objects.visible_to(ctx).filter(bill__in=bills, payment__isnull=False, on__year=year)
    sums = paid.order_by().values_list("bill").annotate(covered=Sum(F("amount_minor") - F("discount_minor")))
    return OfYear(
        year,
        sum(worth_of_part(int(covered), bills[key][0].total_minor, bills[key][1]) for key, covered in sums),
        sum(worth_of_part(bill.open_minor, bill.total_minor, base) for bill, base in bills.values() if bill.total_minor),
        tuple(limit * 100 for limit in limits),
    )


def _worth_of_base(row: BillWithholding) -> int:
    bill = row.bill
    return row.base_minor if bill.worth_minor is None else worth_of_part(row.base_minor, bill.total_minor, bill.worth_minor)


@dataclass(frozen=True, slots=True)
class Kept:
    """What one payment kept back of one bill, or with a minus took back. Amounts in the company's currency."""

    settlement: int
    on: date
    supplier: Party
    bill: Bill
    payment: SupplierPayment | None
    kind: WithholdingKind
    authority: Party | None
    rate_percent: Decimal
    base_minor: int
    amount_minor: int
    declared: str


def kept_back(
    ctx: Context,
    *,
    from_on: date | None = None,
    to_on: date | None = None,
    kind: WithholdingKind | None = None,
    payment: SupplierPayment | None = None,
    supplier: Party | None = None,
    open_only: bool = False,
) -> list[Kept]:
    """What was kept back of bills, by the day of the payment, oldest first.

    from_on, to_on: days of the payments. kind: all rates of its code. open_only: what no declaration has yet.
    """
    rows = Settlement.objects.visible_to(ctx).filter(bill__withholding__amount_minor__gt=0).exclude(withheld_minor=0)
    if from_on is not None:
        rows = rows.filter(on__gte=from_on)
    if to_on is not None:
        rows = rows.filter(on__lte=to_on)
    if kind is not None:
        rows = rows.filter(bill__withholding__kind__code=kind.code)
    if payment is not None:
        rows = rows.filter(payment=payment)
    if supplier is not None:
        rows = rows.filter(bill__supplier__in=merged_keys(ctx, supplier))
    if open_only:
        rows = rows.exclude(pk__in=WithholdingReturnLine.objects.visible_to(ctx).filter(live=True).values("settlement"))
    names = ("payment", "bill__supplier", "bill__withholding__kind", "bill__withholding__authority")
    found = list(rows.select_related(*names).order_by("on", "pk"))
    declared = _declared(ctx, found)
    return [_kept(row, declared.get(row.pk, "")) for row in found]


def _declared(ctx: Context, rows: Sequence[Settlement]) -> dict[int, str]:
    lines = WithholdingReturnLine.objects.visible_to(ctx).filter(live=True, settlement__in=[row.pk for row in rows])
    return dict(lines.values_list("settlement", "declaration__number"))


def _kept(row: Settlement, declared: str) -> Kept:
    bill, said = row.bill, row.bill.withholding
    base = worth_of_part(row.amount_minor - row.discount_minor, bill.total_minor, said.base_minor)
    amount = row.withheld_minor if row.withheld_worth_minor is None else row.withheld_worth_minor
    if row.withheld_worth_minor is not None:
        base = worth_of_part(base, row.withheld_minor, amount)
    rate, office = said.rate_percent, said.authority
    return Kept(row.pk, row.on, bill.supplier, bill, row.payment, said.kind, office, rate, base, amount, declared)


def paid_between(ctx: Context, from_on: date, to_on: date) -> list[tuple[Party, int, int]]:
    """What each supplier got between two days and what was withheld from her, in the company's currency, by name."""
    payments = SupplierPayment.objects.visible_to(ctx).filter(on__gte=from_on, on__lte=to_on, state=SupplierPayment.State.PAID).order_by()
    found: dict[int, list[int]] = {}
    for supplier, own, amount, worth, discount, withheld in payments.annotate(
        worth=Sum("settlements__worth_minor"),
        discount=Sum("settlements__discount_worth_minor"),
        withheld=Sum(Coalesce("settlements__withheld_worth_minor", "settlements__withheld_minor")),
    ).values_list("supplier", "own_minor", "amount_minor", "worth", "discount", "withheld"):
        sums = found.setdefault(supplier, [0, 0])
        sums[0] += own if own is not None else amount if worth is None else worth - (discount or 0) - (withheld or 0)
        sums[1] += withheld or 0
    parties = parties_by_id(ctx, found)
    return sorted(((parties[key], paid, held) for key, (paid, held) in found.items() if key in parties), key=lambda row: row[0].name)


def certificates_ending(ctx: Context) -> list[WithholdingCertificate]:
    """Certificates that end soon and of which nobody was told, of suppliers who have no later one, the next first."""
    soon = timedelta(days=ENDS_SOON_DAYS)
    untold = Q(reminded_on=None) | Q(reminded_on__lt=F("valid_until") - soon)
    rows = WithholdingCertificate.objects.visible_to(ctx).filter(untold, valid_until__gte=ctx.today, valid_until__lte=ctx.today + soon)
    found = list(rows.select_related("supplier", "kind").order_by("valid_until", "pk"))
    later = WithholdingCertificate.objects.visible_to(ctx).filter(supplier__in=[row.supplier_id for row in found])
    ends: dict[int, date] = {}
    for supplier, until in later.values_list("supplier", "valid_until"):
        ends[supplier] = max(until, ends.get(supplier, until))
    return [row for row in found if ends[row.supplier_id] == row.valid_until]


def under_withholding(ctx: Context, supplier: Party) -> tuple[list[SupplierWithholding], list[WithholdingCertificate]]:
    """Under which withholding a supplier is, and her certificates, the newest first; what is over is there too."""
    keys = merged_keys(ctx, supplier)
    rules = SupplierWithholding.objects.visible_to(ctx).filter(supplier__in=keys).select_related("kind", "authority")
    certificates = WithholdingCertificate.objects.visible_to(ctx).filter(supplier__in=keys).select_related("kind", "file")
    return list(rules.order_by("-valid_from")), list(certificates.order_by("-valid_until"))


def labour_only(ctx: Context) -> bool:
    """Whether any supplier is under withholding of labour only, so that material is told from it."""
    return SupplierWithholding.objects.visible_to(ctx).filter(kind__base=WithholdingKind.Base.LABOUR).exists()
