"""Named reads of payables: what is due, who is paid where, what a supplier's bills usually are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from enfilade.back.banking.models import BankAccount
from enfilade.back.banking.rules import LineFacts, Proposal
from enfilade.back.billing.models import Invoice
from enfilade.back.billing.queries import due_parts, open_invoices, owed_by
from enfilade.base.party.models import Party
from enfilade.base.party.queries import merged_keys
from enfilade.core.context import Context
from enfilade.core.fields import AmountField

from . import rules
from .guesses import BillFacts, BothFacts, OrderFacts, guesses, of_difference
from .models import (
    AchOriginator,
    Bill,
    BillLine,
    OrderPart,
    PaymentOrder,
    PaymentRun,
    Scheme,
    SetOff,
    Settlement,
    SupplierAccount,
    SupplierPayment,
    SupplierTerms,
)
from .withheld import withheld_of

OWED = (Bill.State.OPEN, Bill.State.PART_PAID)
ORDERS_MAX = 2_000
# In the company's currency, as the books count it.
_OPEN_WORTH = Coalesce(F("worth_minor") - F("gone_worth_minor"), F("open_minor"), output_field=AmountField())
_TOTAL_WORTH = Coalesce("worth_minor", "total_minor")
_OTHER_KIND = {
    Scheme.SEPA.value: "Only an account in the United States is known, which SEPA does not reach",
    Scheme.ACH.value: "Only an IBAN is known, which ACH does not reach",
}
_ON_THEIR_WAY = (PaymentRun.State.RELEASED, PaymentRun.State.SENT)


def terms_of(ctx: Context, supplier: Party) -> SupplierTerms:
    """What is agreed with a supplier; where nothing is, the usual, not kept."""
    found = SupplierTerms.objects.visible_to(ctx).filter(supplier=supplier).first()
    return found or SupplierTerms(company=ctx.company, supplier=supplier)


def usual_account(ctx: Context, supplier: Party) -> int | None:
    """What the last bill of a supplier was for, by the key of the account."""
    lines = BillLine.objects.visible_to(ctx).filter(bill__supplier=supplier, account__isnull=False, account__active=True)
    return lines.exclude(bill__state=Bill.State.VOID).order_by("-pk").values_list("account", flat=True).first()


def bill_known(ctx: Context, supplier: Party, kind: str, number: str) -> Bill | None:
    """The bill of a supplier that has this number already, whatever its spelling."""
    rows = Bill.objects.visible_to(ctx).filter(supplier__in=merged_keys(ctx, supplier), kind=kind, number_key=rules.plain_number(number))
    return rows.exclude(state=Bill.State.VOID).first()


def similar_bill(ctx: Context, supplier: Party, kind: str, total_minor: int, billed_on: date) -> Bill | None:
    """Another bill of the supplier over the same amount with a date that is near."""
    near = timedelta(days=rules.SIMILAR_DAYS)
    rows = Bill.objects.visible_to(ctx).filter(supplier__in=merged_keys(ctx, supplier), kind=kind, total_minor=total_minor)
    rows = rows.filter(billed_on__gte=billed_on - near, billed_on__lte=billed_on + near).exclude(state=Bill.State.VOID)
    return rows.order_by("-billed_on", "-pk").first()


def bill_by_key(ctx: Context, key: int) -> Bill:
    """A bill by its primary key, with its supplier."""
    return Bill.objects.visible_to(ctx).select_related("supplier").get(pk=key)


def bills_waiting(ctx: Context, suppliers: Collection[int], limit: int = 200) -> list[Bill]:
    """Bills and credit notes of some suppliers that wait for approval, oldest first."""
    rows = Bill.objects.visible_to(ctx).filter(state=Bill.State.DRAFT, supplier__in=suppliers).select_related("supplier")
    return list(rows.order_by("billed_on", "pk")[:limit])


def bills_from(ctx: Context, origin: str) -> list[Bill]:
    """Bills that came from something, oldest first. origin: its reference, for example of an e-invoice."""
    return list(Bill.objects.visible_to(ctx).filter(origin=origin).select_related("supplier").order_by("pk"))


def origins_entered(ctx: Context, origins: Collection[str]) -> set[str]:
    """From which of these records bills came that were not thrown away."""
    rows = Bill.objects.visible_to(ctx).filter(origin__in=list(origins)).exclude(state=Bill.State.VOID)
    return set(rows.values_list("origin", flat=True))


def lines_of_bill(ctx: Context, bill: Bill) -> list[BillLine]:
    """The lines of a bill with their accounts, in the order in which they were entered."""
    return list(BillLine.objects.visible_to(ctx).filter(bill=bill).select_related("account").order_by("pk"))


def lines_on_accounts(ctx: Context, accounts: Collection[int], until_on: date) -> list[BillLine]:
    """Lines of approved bills, not of credit notes, that were posted to some accounts up to a day, with their bills, oldest first."""
    rows = BillLine.objects.visible_to(ctx).filter(account__in=accounts, bill__kind=Bill.Kind.BILL, bill__posted_on__lte=until_on)
    return list(rows.exclude(bill__state=Bill.State.VOID).select_related("bill__supplier", "account").order_by("pk"))


def open_bills(ctx: Context, *, due_by: date | None = None, supplier: Party | None = None, limit: int = 1_000) -> list[Bill]:
    """Approved bills and credit notes that are not settled, longest due first; at most `limit`.

    due_by: due until this day, or with a discount that ends until then; credit notes count whatever their day.
    """
    rows = Bill.objects.visible_to(ctx).filter(state__in=OWED)
    if due_by is not None:
        rows = rows.filter(Q(due_on__lte=due_by) | Q(discount_until__lte=due_by) | Q(kind=Bill.Kind.CREDIT_NOTE))
    if supplier is not None:
        rows = rows.filter(supplier__in=merged_keys(ctx, supplier))
    return list(rows.select_related("supplier", "company").order_by("due_on", "pk")[:limit])


def bills_payable(ctx: Context, *, due_by: date | None = None, keys: Collection[int] = (), limit: int = 1_000) -> list[Bill]:
    """Open bills that no run has, due until a day or by their keys, the longest due first; credit notes are left out."""
    rows = Bill.objects.visible_to(ctx).filter(state__in=OWED, kind=Bill.Kind.BILL)
    rows = rows.filter(pk__in=keys) if keys else rows.filter(due_on__lte=due_by or ctx.today)
    taken = OrderPart.objects.visible_to(ctx).filter(live=True).values("bill")
    return list(rows.exclude(pk__in=taken).select_related("supplier").order_by("due_on", "pk")[:limit])


def discount_on(bill: Bill, on: date) -> int:
    """What may be kept of a bill on a day: only where nothing of it was settled before."""
    return bill.discount_minor if bill.discount_until and on <= bill.discount_until and not bill.settled_minor else 0


def in_runs(ctx: Context, bills: Iterable[int]) -> dict[int, PaymentOrder]:
    """The transfer that each bill is in now. Shape: key of the bill -> order, with its run."""
    parts = OrderPart.objects.visible_to(ctx).filter(bill__in=list(bills), live=True).select_related("order__run")
    return {part.bill_id: part.order for part in parts}


def accounts_of(ctx: Context, suppliers: Collection[int]) -> dict[int, list[SupplierAccount]]:
    """Accounts of suppliers that did not end, the one confirmed last first. Shape: key of the supplier -> accounts."""
    rows = SupplierAccount.objects.visible_to(ctx).filter(supplier__in=suppliers).exclude(state=SupplierAccount.State.ENDED)
    found: dict[int, list[SupplierAccount]] = {supplier: [] for supplier in suppliers}
    for account in sorted(rows, key=lambda a: (a.confirmed_at is None, -(a.confirmed_at or a.entered_at).timestamp(), a.pk)):
        found[account.supplier_id].append(account)
    return found


def account_for(bill: Bill, accounts: list[SupplierAccount], scheme: str) -> SupplierAccount | None:
    """The confirmed account that a bill is paid to: the one it names, else the one confirmed last. None where it names another one.

    scheme: only an account that can be paid by it. An IBAN on a bill says nothing of accounts in the United States.
    """
    confirmed = [a for a in accounts if a.state == SupplierAccount.State.CONFIRMED and a.scheme == scheme]
    return next((a for a in confirmed if _may_be_named(bill, a)), None)


def _may_be_named(bill: Bill, account: SupplierAccount) -> bool:
    return not bill.iban or account.iban in {"", bill.iban}


def originator_of(ctx: Context, account: BankAccount) -> AchOriginator | None:
    """As whom we pay by ACH from an account; None where that is not set up."""
    return AchOriginator.objects.visible_to(ctx).filter(bank_account=account).first()


def scheme_of(account: BankAccount | None) -> str:
    """By what is paid from an account of ours: by ACH from a bank in the United States, else by SEPA."""
    return Scheme.ACH if account is not None and account.routing else Scheme.SEPA


def settlements_of(ctx: Context, bill: Bill) -> list[Settlement]:
    """What settled a bill, or what a credit note settled, oldest first."""
    rows = Settlement.objects.visible_to(ctx).filter(Q(bill=bill) | Q(credit=bill))
    return list(rows.select_related("bill", "payment", "credit", "made_by").order_by("pk"))


def standing_of(ctx: Context, payment: SupplierPayment) -> list[Settlement]:
    """What a payment settled and was not taken back."""
    rows = Settlement.objects.visible_to(ctx).filter(payment=payment, undoes=None, undone=None)
    return list(rows.select_related("bill").order_by("pk"))


def bills_taken(ctx: Context, order: PaymentOrder) -> list[OrderPart]:
    """What a transfer pays, in the order in which it was put together."""
    return list(OrderPart.objects.visible_to(ctx).filter(order=order).order_by("pk"))


def payment_of(ctx: Context, pk: int) -> SupplierPayment:
    """A payment by its key, locked."""
    return SupplierPayment.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(pk=pk)


def outgoing(ctx: Context, lines: Sequence[LineFacts]) -> dict[int, list[Proposal]]:
    """What money may be: transfers of runs, whole runs, bills, or a difference between invoices and bills.

    Shape: key of the line -> proposals.
    """
    parties = _both_sided(ctx) if lines else []
    found = {line.key: of_difference(line, parties) for line in lines} if parties else {}
    out = [line for line in lines if line.open_minor < 0]
    if out:
        own, orders = ctx.company.currency, _orders(ctx)
        bills = _bills_like(ctx, {-line.open_minor for line in out})
        for line in out:
            found[line.key] = [*found.get(line.key, []), *guesses(line, orders if line.currency == own else [], bills)]
    return found


def _both_sided(ctx: Context) -> list[BothFacts]:
    """Those who owe us and are owed, with what is open of both; bills in payment runs are left out."""
    taken = OrderPart.objects.visible_to(ctx).filter(live=True).values("bill")
    rows = Bill.objects.visible_to(ctx).filter(state__in=OWED, kind=Bill.Kind.BILL).exclude(pk__in=taken)
    suppliers = set(rows.values_list("supplier", flat=True).distinct()[:ORDERS_MAX])
    invoices = owed_by(ctx, parties=suppliers) if suppliers else []
    if not invoices:
        return []
    ours: dict[tuple[int, str], list[Invoice]] = defaultdict(list)
    theirs: dict[tuple[int, str], list[Bill]] = defaultdict(list)
    for invoice in invoices:
        ours[invoice.party_id, invoice.currency].append(invoice)
    # A difference after something was withheld is matched by hand: two things left the bill, and the line says neither.
    for bill in rows.filter(supplier__in={i.party_id for i in invoices}).exclude(withholding__amount_minor__gt=0).order_by("due_on", "pk"):
        theirs[bill.supplier_id, bill.currency].append(bill)
    accounts = accounts_of(ctx, {party for party, _ in theirs})
    return [
        BothFacts(
            owed[0].party.name,
            frozenset(account.code for account in accounts[party]),
            currency,
            tuple((i.pk, str(i.number), i.open_minor) for i in owed),
            tuple((b.pk, b.supplier_number, b.open_minor) for b in theirs[party, currency]),
        )
        for (party, currency), owed in ours.items()
        if theirs.get((party, currency))
    ]


def _orders(ctx: Context) -> list[OrderFacts]:
    """Transfers that the bank may have executed."""
    rows = PaymentOrder.objects.visible_to(ctx).filter(state=PaymentOrder.State.PLANNED, run__state__in=_ON_THEIR_WAY)
    orders = list(rows.select_related("run", "supplier_account").order_by("pk")[:ORDERS_MAX])
    sums: dict[int, int] = {}
    for order in orders:
        sums[order.run_id] = sums.get(order.run_id, 0) + order.amount_minor
    return [
        OrderFacts(o.pk, o.end_to_end, o.run.number, sums[o.run_id], o.holder, o.supplier_account.code, o.amount_minor, o.trace)
        for o in orders
    ]


def _bills_like(ctx: Context, amounts: Collection[int]) -> list[BillFacts]:
    """Open bills of which one of these amounts may leave, with or without their discount, that no run has; all those with withholding."""
    taken = OrderPart.objects.visible_to(ctx).filter(live=True).values("bill")
    rows = Bill.objects.visible_to(ctx).filter(state__in=OWED, kind=Bill.Kind.BILL).exclude(pk__in=taken)
    rows = rows.annotate(early=F("open_minor") - F("discount_minor")).filter(
        Q(open_minor__in=amounts) | Q(early__in=amounts) | Q(withholding__amount_minor__gt=0)
    )
    bills = list(rows.select_related("supplier").order_by("due_on", "pk")[:ORDERS_MAX])
    accounts = accounts_of(ctx, {bill.supplier_id for bill in bills})
    kept = withheld_of(ctx, [bill.pk for bill in bills])
    found = []
    for b in bills:
        ibans, less = frozenset(a.code for a in accounts[b.supplier_id]), kept.get(b.pk, rules.NOTHING_WITHHELD)
        early = b.open_minor - (0 if b.settled_minor else b.discount_minor)
        pays = (b.open_minor - less.of(b.open_minor), early - less.of(early))
        found.append(BillFacts(b.pk, b.supplier_number, b.supplier.name, ibans, b.open_minor, *pays, b.discount_until, b.currency))
    return found


@dataclass(frozen=True, slots=True)
class BothWays:
    """Invoices of a party and bills of the same party in one currency, the longest due first, each with what of it can be set off.

    Of a bill that is what would be paid to her: what is withheld for an authority is not hers. kept: that, by key of the bill.
    """

    currency: str
    invoices: tuple[tuple[Invoice, int], ...]
    bills: tuple[tuple[Bill, int], ...]
    kept: Mapping[int, rules.Withheld] = field(default_factory=dict)

    @property
    def invoiced_minor(self) -> int:
        """The sum of the invoices."""
        return sum(amount for _, amount in self.invoices)

    @property
    def billed_minor(self) -> int:
        """The sum of the bills."""
        return sum(amount for _, amount in self.bills)

    @property
    def most_minor(self) -> int:
        """What can be set off at most."""
        return min(self.invoiced_minor, self.billed_minor)


def both_ways(ctx: Context, party: Party, on: date, currency: str, *, early: bool = False, named: Collection[int] = ()) -> BothWays:
    """What a party owes us and what we owe her in a currency, as far as it is due on a day; bills in payment runs are left out.

    early: also what is not due. named: only these bills, whenever they are due.
    """
    bills = [b for b in open_bills(ctx, supplier=party) if b.kind == Bill.Kind.BILL and b.currency == currency]
    bills = [b for b in bills if (b.pk in named if named else early or b.due_on <= on)]
    taken = in_runs(ctx, [b.pk for b in bills]) if bills else {}
    invoices = [i for i in open_invoices(ctx, party) if i.kind == Invoice.Kind.INVOICE and i.currency == currency] if bills else []
    parts = due_parts(ctx, invoices) if invoices else {}
    owed = [(i, sum(p.open_minor for p in parts.get(i.pk, []) if early or p.due_on <= on)) for i in invoices]
    theirs, kept = hers(ctx, [b for b in bills if b.pk not in taken])
    return BothWays(currency, tuple((i, minor) for i, minor in owed if minor), theirs, kept)


def hers(ctx: Context, bills: Collection[Bill]) -> tuple[tuple[tuple[Bill, int], ...], dict[int, rules.Withheld]]:
    """What the supplier is still paid of bills, after what is withheld of them, and that; bills of which she is paid nothing left out."""
    kept = withheld_of(ctx, [bill.pk for bill in bills])
    found = [(bill, bill.open_minor - kept.get(bill.pk, rules.NOTHING_WITHHELD).of(bill.open_minor)) for bill in bills]
    return tuple((bill, minor) for bill, minor in found if minor), kept


def owed_both_ways(ctx: Context, party: Party) -> list[tuple[BothWays, int]]:
    """What a party and we owe each other in each currency in which there is both, due or not; and how much of it is due on both sides."""
    rows = Bill.objects.visible_to(ctx).filter(supplier__in=merged_keys(ctx, party), state__in=OWED, kind=Bill.Kind.BILL)
    found = []
    for currency in rows.order_by("currency").values_list("currency", flat=True).distinct():
        every = both_ways(ctx, party, ctx.today, currency, early=True)
        if every.most_minor:
            found.append((every, both_ways(ctx, party, ctx.today, currency).most_minor))
    return found


def set_off_by_line(ctx: Context, line: int) -> list[SetOff]:
    """Set-offs that stand and were made because a line of the bank paid only the difference."""
    rows = SetOff.objects.visible_to(ctx).filter(line=line, state=SetOff.State.STANDING)
    return list(rows.select_related("received", "paid").order_by("pk"))


@dataclass(frozen=True, slots=True)
class Owed:
    """What was open of a bill on a day; below zero for a credit note. worth_minor: what the books count for that in our currency."""

    supplier: str
    supplier_number: str
    due_on: date
    open_minor: int
    currency: str
    worth_minor: int


def owed_on(ctx: Context, on: date) -> list[Owed]:
    """What was open at the end of a day, of every bill and credit note. What was settled long before is left out by its state."""
    later = Settlement.objects.visible_to(ctx).filter(on__gt=on)
    known = Bill.objects.visible_to(ctx)
    # Each of these reads an index of its own; asked with "or" they would read every bill ever entered.
    keys = known.filter(state__in=OWED).values_list("pk", flat=True)
    keys = keys.union(
        known.filter(voided_on__gt=on).values_list("pk", flat=True),
        later.values_list("bill", flat=True),
        later.exclude(credit=None).values_list("credit", flat=True),
    )
    rows = known.filter(pk__in=list(keys), posted_on__lte=on).filter(Q(voided_on=None) | Q(voided_on__gt=on))
    bills = list(rows.values_list("pk", "kind", "supplier__name", "supplier__number", "due_on", "open_minor", "currency", _OPEN_WORTH))
    back: dict[int, int] = defaultdict(int)
    back_worth: dict[int, int] = defaultdict(int)
    settled = later.values_list("bill", "credit", "amount_minor", "worth_minor", "credit_worth_minor")
    for bill, credit, amount, worth, credit_worth in settled:
        back[bill] += amount
        back[credit or 0] += amount
        back_worth[bill] += amount if worth is None else worth
        back_worth[credit or 0] += amount if credit_worth is None else credit_worth
    found = []
    for key, kind, name, number, due_on, open_minor, currency, open_worth in bills:
        sign = -1 if kind == Bill.Kind.CREDIT_NOTE else 1
        if then := open_minor + back[key]:
            found.append(Owed(name, number, due_on, sign * then, currency, sign * (open_worth + back_worth[key])))
    return found


def currencies_of(ctx: Context, supplier: Party) -> list[str]:
    """In which currencies a supplier has billed, the company's own first, also where she has not in it."""
    rows = Bill.objects.visible_to(ctx).filter(supplier__in=merged_keys(ctx, supplier), posted_on__isnull=False)
    own = ctx.company.currency
    return [own, *rows.exclude(currency=own).order_by("currency").values_list("currency", flat=True).distinct()]


def account_of_supplier(
    ctx: Context, supplier: Party, from_on: date, to_on: date, currency: str
) -> tuple[int, list[tuple[date, str, str, int, int]]]:
    """What a supplier was owed in a currency before a day, and what moved until another. Shape: (day, text, address, billed, settled)."""
    keys = merged_keys(ctx, supplier)
    moves: list[tuple[date, str, str, int, int]] = []
    for bill in Bill.objects.visible_to(ctx).filter(supplier__in=keys, posted_on__lte=to_on, currency=currency).order_by("posted_on", "pk"):
        amounts = (0, bill.total_minor) if bill.kind == Bill.Kind.CREDIT_NOTE else (bill.total_minor, 0)
        text, url = f"{bill.number} · {bill.supplier_number}", f"/payables/bills/{bill.pk}/"
        moves.append((bill.posted_on, text, url, *amounts))  # type: ignore[arg-type]
        if bill.voided_on and bill.voided_on <= to_on:
            moves.append((bill.voided_on, text, url, -amounts[0], -amounts[1]))
    kept = Settlement.objects.visible_to(ctx).filter(payment__isnull=False, bill__supplier__in=keys, on__lte=to_on, currency=currency)
    for on, key, number, amount in kept.values_list("on", "payment", "payment__number").annotate(Sum("amount_minor")):
        moves.append((on, number, f"/payables/payments-to-suppliers/{key}/", 0, amount))
    moves.sort(key=lambda move: (move[0], move[1]))
    before = sum(billed - settled for on, _, _, billed, settled in moves if on < from_on)
    return before, [move for move in moves if move[0] >= from_on]


@dataclass(frozen=True, slots=True)
class Standing:
    """An open bill, and what keeps it out of a run, in a sentence; "" where nothing does. url: where that is put right.

    kept: what of it is withheld.
    """

    bill: Bill
    why: str
    url: str = ""
    kept: rules.Withheld = rules.NOTHING_WITHHELD


def to_pay_by(ctx: Context, due_by: date, limit: int, scheme: str = Scheme.SEPA) -> list[Standing]:
    """Open bills that are due until a day, the longest due first, each with what holds it in a run of a scheme."""
    bills = open_bills(ctx, due_by=due_by, limit=limit)
    taken = in_runs(ctx, [bill.pk for bill in bills])
    accounts = accounts_of(ctx, {bill.supplier_id for bill in bills})
    found, kept = (
        [_standing(bill, taken.get(bill.pk), accounts[bill.supplier_id], scheme) for bill in bills],
        withheld_of(ctx, [b.pk for b in bills]),
    )
    return [replace(one, kept=kept[one.bill.pk]) if one.bill.pk in kept else one for one in found]


def _standing(bill: Bill, order: PaymentOrder | None, accounts: list[SupplierAccount], scheme: str) -> Standing:
    if order is not None:
        return Standing(bill, f"In the payment run {order.run}", f"/payables/payment-runs/{order.run_id}/")
    if bill.currency != bill.company.currency:
        return Standing(bill, "It is in a foreign currency: pay it at the bank and note it on the bill", f"/payables/bills/{bill.pk}/")
    if account_for(bill, accounts, scheme) is not None:
        return Standing(bill, "")
    able = [a for a in accounts if a.scheme == scheme]
    enter = f"/payables/do/{'enter_us_account' if scheme == Scheme.ACH else 'enter_account'}/?supplier={bill.supplier_id}"
    if accounts and not able:
        return Standing(bill, _OTHER_KIND[scheme], enter)
    waiting = next((a for a in able if a.state == SupplierAccount.State.ENTERED and _may_be_named(bill, a)), None)
    if waiting is not None:
        return Standing(bill, "The account waits for a second person", f"/payables/accounts-of-suppliers/{waiting.pk}/")
    return Standing(bill, "No account of the supplier is known", enter)


def standing(ctx: Context) -> dict[str, tuple[int, int]]:
    """Where the payables stand. Shape: to_approve, overdue, due_soon, in_runs, to_release -> number and sum in minor units."""
    today = ctx.today
    soon = today + timedelta(days=7)
    owed = Q(state__in=OWED, kind=Bill.Kind.BILL)
    waits = Q(state=Bill.State.DRAFT)
    bills = Bill.objects.visible_to(ctx).filter(Q(state__in=[*OWED, Bill.State.DRAFT]))
    sums = bills.aggregate(
        to_approve=Count("pk", filter=waits), to_approve_minor=Sum(_TOTAL_WORTH, filter=waits),
        overdue=Count("pk", filter=owed & Q(due_on__lt=today)), overdue_minor=Sum(_OPEN_WORTH, filter=owed & Q(due_on__lt=today)),
        due_soon=Count("pk", filter=owed & Q(due_on__gte=today, due_on__lte=soon)),
        due_soon_minor=Sum(_OPEN_WORTH, filter=owed & Q(due_on__gte=today, due_on__lte=soon)),
    )  # fmt: skip
    runs = PaymentRun.objects.visible_to(ctx).filter(state__in=[PaymentRun.State.DRAFT, *_ON_THEIR_WAY])
    draft = Q(state=PaymentRun.State.DRAFT)
    sums |= runs.aggregate(
        to_release=Count("pk", filter=draft), to_release_minor=Sum("total_minor", filter=draft),
        on_their_way=Count("pk", filter=~draft), on_their_way_minor=Sum("total_minor", filter=~draft),
    )  # fmt: skip
    names = ("to_approve", "overdue", "due_soon", "to_release", "on_their_way")
    return {name: (sums[name], int(sums[f"{name}_minor"] or 0)) for name in names}


def bills_of(ctx: Context, supplier: Party, limit: int = 20) -> tuple[list[Bill], int]:
    """The last bills of a supplier, and what is open of all of them, credit notes taken off."""
    rows = Bill.objects.visible_to(ctx).filter(supplier__in=merged_keys(ctx, supplier))
    note = Q(kind=Bill.Kind.CREDIT_NOTE)
    sums = rows.filter(state__in=OWED).aggregate(owed=Sum(_OPEN_WORTH, filter=~note), back=Sum(_OPEN_WORTH, filter=note))
    return list(rows.order_by("-pk")[:limit]), int(sums["owed"] or 0) - int(sums["back"] or 0)


def order_of(ctx: Context, bill: Bill) -> PaymentOrder | None:
    """The transfer that a bill is in, or was paid by."""
    parts = OrderPart.objects.visible_to(ctx).filter(bill=bill).exclude(order__state=PaymentOrder.State.CANCELLED)
    part = parts.select_related("order__run").order_by("-pk").first()
    return part.order if part is not None else None
