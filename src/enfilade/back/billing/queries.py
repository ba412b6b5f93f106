"""Named reads of billing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.db.models import Count, Exists, F, OuterRef, Q, Sum, Value
from django.db.models.functions import Cast, Coalesce, Least, Lower, Round

from enfilade.back.tax.treatment import Treatment
from enfilade.base.party.models import Address, Party
from enfilade.base.party.queries import merged_keys
from enfilade.core.context import Context
from enfilade.core.fields import AmountField
from enfilade.core.models.record import RecordQuerySet

from .agreed import dated_parts, sentences
from .deducted import sentences_of
from .models import (
    Allocation,
    Charge,
    CustomerTerms,
    Deposit,
    DepositUse,
    DrawerSession,
    Instalment,
    Invoice,
    InvoiceLine,
    Letterhead,
    Payment,
    PaymentTerms,
    WriteOff,
)

DEPOSITS_MAX = 2_000
OUT = (Payment.Kind.REFUND, Payment.Kind.DEPOSIT_RETURN)


@dataclass(frozen=True)
class Takings:
    """What came in and went out by one method on one day."""

    method: str
    payments: int
    in_minor: int
    out_minor: int

    @property
    def label(self) -> str:
        """The method in words."""
        return str(Payment.Method(self.method).label)

    @property
    def net_minor(self) -> int:
        """What stayed."""
        return self.in_minor - self.out_minor


@dataclass(frozen=True, slots=True)
class DuePart:
    """What is open of an invoice, or of an instalment of one, and when it is due."""

    due_on: date
    open_minor: int


def expected_cash(session: DrawerSession) -> int:
    """What a drawer that the caller sees should hold: float and cash in less cash out, summed by the database."""
    refund = Q(kind__in=OUT)
    counted = Coalesce("own_minor", "amount_minor")
    moved = session.payments.aggregate(came=Sum(counted, filter=~refund), went=Sum(counted, filter=refund))
    return session.float_minor + int(moved["came"] or 0) - int(moved["went"] or 0)


def open_charges(ctx: Context, party: Party | None = None, origin: str = "") -> list[Charge]:
    """Charges that are on no bill yet, oldest first."""
    rows = Charge.objects.visible_to(ctx).filter(state=Charge.State.OPEN)
    if party is not None:
        rows = rows.filter(party__in=merged_keys(ctx, party))
    if origin:
        rows = rows.filter(origin=origin)
    return list(rows.select_related("item", "party").order_by("pk"))


def charges_of(ctx: Context, origin: str) -> list[Charge]:
    """Every charge of an origin, whatever became of it."""
    return list(Charge.objects.visible_to(ctx).filter(origin=origin).select_related("item", "invoice").order_by("pk"))


def invoices_of(ctx: Context, origin: str) -> list[Invoice]:
    """Documents of an origin, oldest first."""
    return list(Invoice.objects.visible_to(ctx).filter(origin=origin).order_by("pk"))


def open_invoices(ctx: Context, party: Party | None = None) -> list[Invoice]:
    """Invoices that are not settled, longest due first."""
    rows = Invoice.objects.visible_to(ctx).filter(state__in=[Invoice.State.ISSUED, Invoice.State.PART_PAID])
    if party is not None:
        rows = rows.filter(party__in=merged_keys(ctx, party))
    return list(rows.select_related("party").order_by("due_on", "pk"))


def owed_by(ctx: Context, parties: Collection[int] | None = None, keys: Collection[int] | None = None) -> list[Invoice]:
    """Open invoices of these parties, or of these keys, credit notes left out, longest due first."""
    rows = Invoice.objects.visible_to(ctx).filter(state__in=[Invoice.State.ISSUED, Invoice.State.PART_PAID], kind=Invoice.Kind.INVOICE)
    if parties is not None:
        rows = rows.filter(party__in=parties)
    if keys is not None:
        rows = rows.filter(pk__in=keys)
    return list(rows.select_related("party").order_by("due_on", "pk"))


def overdue_invoices(ctx: Context, on: date) -> RecordQuerySet:
    """Invoices that are open now and of which a part, or all, was due before a day."""
    still = [Invoice.State.ISSUED, Invoice.State.PART_PAID]
    late = _open_instalments(ctx).filter(due_on__lt=on).values("invoice")
    rows = Invoice.objects.visible_to(ctx).filter(kind=Invoice.Kind.INVOICE, state__in=still)
    return rows.filter(Q(due_on__lt=on) | Q(pk__in=late))


def _open_instalments(ctx: Context) -> RecordQuerySet:
    """Instalments of which something is open; `rest`: how much."""
    still = [Invoice.State.ISSUED, Invoice.State.PART_PAID]
    left = F("up_to_minor") - F("invoice__total_minor") + F("invoice__open_minor")
    rows = Instalment.objects.visible_to(ctx).filter(invoice__state__in=still)
    return rows.annotate(rest=Least(F("amount_minor"), left, output_field=AmountField())).filter(rest__gt=0)


def due_parts(ctx: Context, invoices: Collection[Invoice]) -> dict[int, list[DuePart]]:
    """What of open invoices is due when, the oldest first. Shape: invoice -> parts that are open, one of an invoice without instalments."""
    divided = [invoice.pk for invoice in invoices if invoice.parts]
    found: dict[int, list[DuePart]] = {key: [] for key in divided}
    if divided:
        rows = _open_instalments(ctx).filter(invoice__in=divided).order_by("invoice", "number")
        for key, due_on, rest in rows.values_list("invoice", "due_on", "rest"):
            found[key].append(DuePart(due_on, rest))
    whole = {i.pk: [DuePart(i.due_on, i.open_minor)] for i in invoices if not i.parts and i.due_on and i.open_minor}
    return found | whole


def instalments_of(ctx: Context, invoice: Invoice) -> list[Instalment]:
    """The instalments of an issued invoice, in their order; none where all is due on one day."""
    return list(Instalment.objects.visible_to(ctx).filter(invoice=invoice).order_by("number")) if invoice.parts else []


def agreed(invoice: Invoice) -> list[str]:
    """What was agreed on paying an issued invoice, in English sentences with amounts and days as whoever reads writes them."""
    return sentences(invoice)


def first_due(invoice: Invoice, issued_on: date) -> date:
    """When an issued invoice is due, or the first of its instalments."""
    return next((day for day, _ in dated_parts(invoice, issued_on)), invoice.due_on or issued_on)


def terms_for(ctx: Context, party: Party) -> PaymentTerms | None:
    """What was agreed with a party, else what holds for everybody; None where nothing was."""
    own = CustomerTerms.objects.visible_to(ctx).filter(customer=party)
    rows = PaymentTerms.objects.visible_to(ctx).annotate(agreed=Exists(own.filter(terms=OuterRef("pk"))))
    return rows.filter(Q(agreed=True) | Q(standard=True)).order_by("-agreed").first()


def invoices_like(
    ctx: Context,
    *,
    numbers: Collection[str],
    amounts: Collection[int],
    parties: Collection[int],
    names: Collection[str],
    limit: int = 2_000,
) -> list[Invoice]:
    """Open invoices that have one of these numbers, open amounts, parties or names of a party; longest due first, at most `limit`.

    An amount may also be what is open less an agreed discount, or an instalment.
    names: in small letters.
    """
    like = Q(number__in=numbers) | Q(open_minor__in=amounts) | Q(party__in=parties) | Q(name_lower__in=names)
    like |= Q(early_percent__gt=0) & (Q(less_early__in=amounts) | Q(less_later__in=amounts))
    like |= Q(pk__in=_open_instalments(ctx).filter(rest__in=amounts).values("invoice"))
    rows = Invoice.objects.visible_to(ctx).filter(state__in=[Invoice.State.ISSUED, Invoice.State.PART_PAID], kind=Invoice.Kind.INVOICE)
    found = rows.annotate(name_lower=Lower("party__name"), less_early=_less("early"), less_later=_less("later")).filter(like)
    return list(found.select_related("party").order_by("due_on", "pk")[:limit])


def _less(step: str) -> Any:
    """What is open of an invoice less the discount of a step, whatever its days are; rounded as `Invoice.discounts` is."""
    kept = Round((F("total_minor") - F("credited_minor")) * F(f"{step}_percent") / Value(Decimal(100)))
    return Cast(F("open_minor") - kept, AmountField())


def payments_of(ctx: Context, invoice: Invoice) -> list[Payment]:
    """Payments that were taken for an invoice, and their refunds, oldest first."""
    return list(Payment.objects.visible_to(ctx).filter(invoice=invoice).select_related("received_by", "drawer").order_by("pk"))


def allocations_of(ctx: Context, invoice: Invoice) -> list[Allocation]:
    """What settles an invoice, oldest first; what was taken back is not among it."""
    rows = Allocation.objects.visible_to(ctx).filter(invoice=invoice, state=Allocation.State.STANDING)
    return list(rows.select_related("payment").order_by("on", "pk"))


def settled_by(ctx: Context, payment: Payment) -> list[Allocation]:
    """What a payment settles, oldest first; what was taken back is not among it."""
    rows = Allocation.objects.visible_to(ctx).filter(payment=payment, state=Allocation.State.STANDING)
    return list(rows.select_related("invoice").order_by("pk"))


def on_account(ctx: Context, party: Party | None = None) -> list[Payment]:
    """Payments of which something is on account, oldest first."""
    rows = Payment.objects.visible_to(ctx).filter(rest_minor__gt=0)
    if party is not None:
        rows = rows.filter(party__in=merged_keys(ctx, party))
    return list(rows.select_related("party").order_by("pk"))


def left_by_rate(ctx: Context, invoice: Invoice, worth: str = "") -> dict[tuple[str, int], list[int]]:
    """What each tax rate of an invoice has left, credits and write-offs taken off; of an advance, what was received as well.

    Shape: (tax class, rate_bp) -> [net, tax].
    worth: "_worth" for what an invoice in a foreign currency has left in the company's.
    """
    billed = InvoiceLine.objects.visible_to(ctx).filter(invoice=invoice).order_by("pk")
    credited = InvoiceLine.objects.visible_to(ctx).filter(invoice__cancels=invoice, invoice__number__isnull=False)
    fields = ("tax_class", "tax_rate_bp", f"net{worth}_minor", f"tax{worth}_minor")
    left: dict[tuple[str, int], list[int]] = {}
    for sign, rows in ((1, billed), (-1, credited)):
        for tax_class, rate, net, tax in rows.values_list(*fields):
            net_tax = left.setdefault((tax_class, rate), [0, 0])
            net_tax[0] += sign * net
            net_tax[1] += sign * tax
    gone = list(WriteOff.objects.visible_to(ctx).filter(invoice=invoice, state=WriteOff.State.STANDING).values_list("shares", flat=True))
    if invoice.advance:
        gone += [allocation.shares for allocation in allocations_of(ctx, invoice)]
    for share in (share for shares in gone for share in shares):
        net_tax = left[share["tax_class"], share["rate_bp"]]
        net_tax[0] -= share[f"net{worth}_minor"]
        net_tax[1] -= share[f"tax{worth}_minor"]
    return left


def planned_advances(ctx: Context, invoice: Invoice) -> list[Invoice]:
    """Advances that a draft will take over when it is issued, oldest first."""
    return list(Invoice.objects.visible_to(ctx).filter(plan__invoice=invoice).order_by("pk"))


def free_advances(ctx: Context, party: Party) -> list[Invoice]:
    """Advances of a party of which something is open or received, and that no draft takes over, oldest first."""
    rows = Invoice.objects.visible_to(ctx).filter(advance=True, kind=Invoice.Kind.INVOICE, party__in=merged_keys(ctx, party), plan=None)
    return list(rows.filter(Q(open_minor__gt=0) | Q(paid_minor__gt=0), number__isnull=False).order_by("pk"))


def finals_of(ctx: Context, advance: Invoice) -> list[Invoice]:
    """The draft that will take an advance over, and the invoices that did, oldest first."""
    taken = WriteOff.objects.visible_to(ctx).filter(invoice=advance, state=WriteOff.State.STANDING).exclude(final=None).values("final")
    return list(Invoice.objects.visible_to(ctx).filter(Q(plans__advance=advance) | Q(pk__in=taken)).distinct().order_by("pk"))


def taken_advances(ctx: Context, final: Invoice) -> list[WriteOff]:
    """What a final invoice took over of advances: of each what was received, with its tax, and what was not. Oldest advance first."""
    rows = WriteOff.objects.visible_to(ctx).filter(final=final, state=WriteOff.State.STANDING)
    return list(rows.select_related("invoice").order_by("invoice", "pk"))


def said_of_advances(invoice: Invoice, taken: Sequence[WriteOff]) -> list[str]:
    """What an invoice says of the advances that it takes over, or an advance of itself, in English sentences."""
    return sentences_of(invoice, taken)


def deposits_of(ctx: Context, party: Party) -> list[Deposit]:
    """Deposits of a party, those that are held first."""
    rows = Deposit.objects.visible_to(ctx).filter(party__in=merged_keys(ctx, party))
    return list(rows.select_related("payment").order_by("state", "-pk"))


def deposits_like(ctx: Context, amounts: Collection[int], numbers: Collection[str]) -> list[Deposit]:
    """Deposits of which exactly one of these amounts is held, or that have one of these numbers; oldest first."""
    rows = Deposit.objects.visible_to(ctx).filter(Q(held_minor__in=amounts) | Q(number__in=numbers), state=Deposit.State.HELD)
    return list(rows.select_related("party").order_by("pk")[:DEPOSITS_MAX])


def deposit_that_came(ctx: Context, payment: int) -> Deposit | None:
    """The deposit that came with a payment."""
    return Deposit.objects.visible_to(ctx).filter(payment=payment).first()


def last_return(ctx: Context, deposit: Deposit) -> Payment:
    """The payment with which a deposit went back last."""
    uses = DepositUse.objects.visible_to(ctx).filter(deposit=deposit, kind=DepositUse.Kind.RETURNED, state=DepositUse.State.STANDING)
    use = uses.select_related("payment").latest("pk")
    return cast("Payment", use.payment)


def given_back_by(ctx: Context, payment: int) -> DepositUse | None:
    """What of a deposit went back with a payment, while that is not taken back."""
    kind, state = DepositUse.Kind.RETURNED, DepositUse.State.STANDING
    return DepositUse.objects.visible_to(ctx).filter(payment=payment, kind=kind, state=state).first()


def held_on(ctx: Context, parties: Collection[int], on: date) -> int:
    """What was held of the deposits of parties at the end of a day, in the company's currency."""
    taken = Deposit.objects.visible_to(ctx).filter(party__in=parties, on__lte=on).aggregate(sum=Sum("amount_minor"))["sum"] or 0
    stood = Q(undone_on=None) | Q(undone_on__gt=on)
    uses = DepositUse.objects.visible_to(ctx).filter(stood, deposit__party__in=parties, on__lte=on)
    used = uses.aggregate(sum=Sum("amount_minor"))["sum"] or 0
    return int(taken) - int(used)


def letterhead(ctx: Context, on: date) -> Letterhead | None:
    """The letterhead that holds on a day; None while there is none."""
    return Letterhead.objects.visible_to(ctx).filter(valid_from__lte=on).order_by("-valid_from").first()


def address_of(ctx: Context, party: Party) -> Address | None:
    """Where a party is billed."""
    return party.addresses.visible_to(ctx).order_by("-preferred", "pk").first()


def bill_to(ctx: Context, party: Party) -> str:
    """Name and address of a party, as on an envelope."""
    return envelope(ctx, party, address_of(ctx, party))


def envelope(ctx: Context, party: Party, address: Address | None) -> str:
    """The same, where the address was read already."""
    return "\n".join([party.name, *(address.on_envelope(ctx.company.country, ctx.company.language) if address else [])])


def distance_sales(ctx: Context, year: int) -> int:
    """What was billed in a year to consumers of other member states for goods and electronic services, without tax and less credits."""
    lines = InvoiceLine.objects.visible_to(ctx).filter(
        invoice__number__isnull=False,
        invoice__issued_on__year=year,
        invoice__advance=False,
        treatment__in=[Treatment.DISTANCE, Treatment.OSS],
    )
    credited = Q(invoice__kind=Invoice.Kind.CREDIT_NOTE)
    worth = Coalesce("net_worth_minor", "net_minor")
    sums = lines.aggregate(billed=Sum(worth, filter=~credited), credited=Sum(worth, filter=credited))
    return int(sums["billed"] or 0) - int(sums["credited"] or 0)


def needs_proof(ctx: Context, invoices: Collection[int] | None = None, on: date | None = None) -> list[Invoice]:
    """Issued invoices with goods that are free of tax because they leave the country, oldest first.

    invoices: only these. on: only those issued until this day of which no proof is noted yet and that were not taken back.
    """
    goods = [Treatment.EXPORT, Treatment.INTRA]
    rows = Invoice.objects.visible_to(ctx).filter(
        kind=Invoice.Kind.INVOICE, advance=False, number__isnull=False, lines__treatment__in=goods
    )
    if invoices is not None:
        rows = rows.filter(pk__in=invoices)
    if on is not None:
        rows = rows.filter(issued_on__lte=on, supply_proofs=None).exclude(state=Invoice.State.VOID)
    return list(rows.select_related("party").distinct().order_by("issued_on", "pk"))


def open_drawers(ctx: Context) -> list[DrawerSession]:
    """Sessions that are open now."""
    return list(DrawerSession.objects.visible_to(ctx).filter(state=DrawerSession.State.OPEN).select_related("opened_by").order_by("drawer"))


def takings(ctx: Context, on: date, drawer: DrawerSession | None = None) -> list[Takings]:
    """Money in and out by method, in the order of the methods; a method without any is there too.

    What came in a foreign currency counts by what it is worth; what was set off is no money.
    on: the day; of a drawer's session all its days count.
    """
    rows = Payment.objects.visible_to(ctx).filter(voided_on=None, **({"on": on} if drawer is None else {"drawer": drawer}))
    money = [method for method in Payment.Method if method not in {Payment.Method.SET_OFF, Payment.Method.WITHHELD}]
    refund, counted = Q(kind__in=OUT), Coalesce("own_minor", "worth_minor", "amount_minor")
    sums = rows.values_list("method").annotate(number=Count("pk"), came=Sum(counted, filter=~refund), went=Sum(counted, filter=refund))
    found = {method: (number, int(came or 0), int(went or 0)) for method, number, came, went in sums.order_by("method")}
    return [Takings(m.value, *found.get(m.value, (0, 0, 0))) for m in money]
