"""Named reads of expenses: whose claim is being written, what the policy says of lines, rates on a day, what is owed to people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Q, Sum

from enfilade.back.tax.queries import rates_on
from enfilade.base.party.models import Party
from enfilade.base.party.queries import merged_keys
from enfilade.core.context import Context, Refusal
from enfilade.core.ui.format import format_amount

from . import rules
from .models import ExpenseCategory, ExpenseClaim, ExpenseLine, MileageRate, PerDiemRate, Receipt

_S = ExpenseClaim.State
EDITABLE = (_S.DRAFT, _S.REJECTED)
COUNTED = (_S.SUBMITTED, _S.APPROVED, _S.POSTED, _S.REIMBURSED)
BOOKED = (_S.POSTED, _S.REIMBURSED)


def draft_of(ctx: Context, person: Party) -> ExpenseClaim | None:
    """The claim that a person is writing, the youngest where there are several."""
    return ExpenseClaim.objects.visible_to(ctx).filter(person__in=merged_keys(ctx, person), state=_S.DRAFT).order_by("-pk").first()


def claims_of(ctx: Context, person: Party, limit: int = 20) -> list[ExpenseClaim]:
    """The last claims of a person, those that she gave up left out."""
    rows = ExpenseClaim.objects.visible_to(ctx).filter(person__in=merged_keys(ctx, person)).exclude(state=_S.DISCARDED)
    return list(rows.select_related("bill", "approved_by").order_by("-pk")[:limit])


def lines_of(ctx: Context, claims: Iterable[ExpenseClaim]) -> list[ExpenseLine]:
    """The lines of claims, by day, with their categories and receipts at hand."""
    rows = ExpenseLine.objects.visible_to(ctx).filter(claim__in=[claim.pk for claim in claims])
    related = ("category__account", "category__rest_account", "card__account", "mileage_rate", "per_diem_rate", "claim")
    return list(rows.select_related(*related).prefetch_related("receipts__file").order_by("on", "pk"))


def categories(ctx: Context, kind: str = "") -> list[ExpenseCategory]:
    """The categories that are in use, in the order of their names."""
    rows = ExpenseCategory.objects.visible_to(ctx).filter(active=True, **({"kind": kind} if kind else {}))
    return list(rows.order_by("name"))


def category_of(ctx: Context, kind: str) -> ExpenseCategory:
    """The category in which drives or days away are claimed.

    Refuses: no_category.
    """
    found = categories(ctx, kind)
    if not found:
        raise Refusal("no_category", "No category for this is in use yet; add one under expense categories.", field="category")
    return found[0]


def mileage_rate_on(ctx: Context, vehicle: str, on: date) -> MileageRate:
    """What is paid for a drive on a day.

    Refuses: no_rate.
    """
    found = MileageRate.objects.visible_to(ctx).filter(vehicle=vehicle, valid_from__lte=on).order_by("-valid_from").first()
    if found is None:
        raise Refusal("no_rate", "No mileage rate of this vehicle holds on this day; add one under mileage rates.", field="vehicle")
    return found


def per_diem_on(ctx: Context, country: str, place: str, on: date) -> PerDiemRate:
    """What is paid for days away in a place, where it has a rate of its own, else in its country.

    Refuses: no_rate.
    """
    rows = PerDiemRate.objects.visible_to(ctx).filter(country=country, place__in=["", place], valid_from__lte=on)
    found = rows.order_by("-place", "-valid_from").first()
    if found is None:
        said = f"No rate of days away in {country} holds on this day; add one under rates of days away."
        raise Refusal("no_rate", said, field="country")
    return found


def driven(ctx: Context, line: ExpenseLine) -> Decimal:
    """What the person has driven in the same tax year already: all that was submitted, and the lines of this claim before this one."""
    rate = line.mileage_rate
    assert rate is not None  # noqa: S101 - asked for drives only
    first, last = rules.tax_year(line.on, rate.year_month, rate.year_day)
    rows = ExpenseLine.objects.visible_to(ctx).filter(
        claim__person_id=line.claim.person_id, mileage_rate__vehicle=rate.vehicle, on__gte=first, on__lte=last
    )
    own = Q(claim_id=line.claim_id) & (Q(pk__lt=line.pk) if line.pk else Q())
    rows = rows.filter(Q(claim__state__in=COUNTED) & ~Q(claim_id=line.claim_id) | own)
    return rows.aggregate(sum=Sum("distance"))["sum"] or Decimal(0)


def away_already(ctx: Context, person: int, left_at: datetime, back_at: datetime) -> ExpenseLine | None:
    """Days away of a person that overlap an absence, whatever claim they are in."""
    rows = ExpenseLine.objects.visible_to(ctx).filter(claim__person=person, left_at__lt=back_at, back_at__gt=left_at)
    return rows.exclude(claim__state=_S.DISCARDED).select_related("claim").order_by("pk").first()


def lock_person(ctx: Context, person: Party) -> None:
    """Let one claim of a person be written or submitted at a time, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('expenses.person:' || %s, %s))", [str(person.pk), ctx.company_id])


def rate_bp(ctx: Context, tax_class: str, on: date) -> int:
    """The rate of a class of tax on a day; 0 for none.

    Refuses: no_tax_code.
    """
    if tax_class == "none":
        return 0
    found = rates_on(ctx, on).get(tax_class)
    if found is None:
        raise Refusal("no_tax_code", "No rate of this tax holds on this day.", field="tax_class")
    return found


def breaches_of(ctx: Context, lines: Sequence[ExpenseLine], claimed_on: date | None = None) -> dict[int, list[rules.Breach]]:
    """What the policy says of lines. Shape: key of the line -> breaches, the worst first. Two queries however many lines.

    claimed_on: when they were submitted; today where they were not.
    """
    twins, alike = _twins(ctx, lines), _alike(ctx, lines)
    return {line.pk: judged(ctx, line, claimed_on, alike.get(line.pk, []), twins.get(line.pk, [])) for line in lines}


def judged(
    ctx: Context,
    line: ExpenseLine,
    claimed_on: date | None = None,
    alike: Sequence[str] = (),
    twins: Sequence[str] = (),
    has_receipt: bool | None = None,
) -> list[rules.Breach]:
    """What the policy says of one line, whether it is kept or only being typed."""
    category, currency = line.category, ctx.company.currency
    kind = ExpenseCategory.Kind
    policy = rules.Policy(
        category.name,
        category.receipt_above_minor,
        category.limit_minor,
        category.days_max,
        entertainment=category.kind == kind.ENTERTAINMENT,
        flat=category.kind in {kind.MILEAGE, kind.PER_DIEM},
    )
    spent = rules.Spent(
        line.on,
        line.amount_minor,
        bool(line.receipts.all()) if has_receipt is None else has_receipt,
        claimed_on or ctx.today,
        line.no_receipt_reason,
        line.attendees,
        line.occasion,
        line.tax_minor,
        alike,
        twins,
    )
    money = {
        "limit": format_amount(category.limit_minor or 0, currency),
        "receipt_above": format_amount(category.receipt_above_minor, currency),
    }
    return rules.breaches(spent, policy, money)


def _twins(ctx: Context, lines: Sequence[ExpenseLine]) -> dict[int, list[str]]:
    """Claims that have a receipt of a line as well. Shape: key of the line -> their numbers."""
    own = {(receipt.sha256, line.pk) for line in lines for receipt in line.receipts.all()}
    if not own:
        return {}
    rows = Receipt.objects.visible_to(ctx).filter(sha256__in={sha for sha, _ in own}).exclude(line__claim__state=_S.DISCARDED)
    found: dict[int, list[str]] = defaultdict(list)
    for other in rows.select_related("line__claim").order_by("pk"):
        for sha, key in own:
            if sha == other.sha256 and key != other.line_id:
                found[key].append(str(other.line.claim))
    return {key: sorted(set(numbers)) for key, numbers in found.items()}


def _alike(ctx: Context, lines: Sequence[ExpenseLine]) -> dict[int, list[str]]:
    """Claims with another line of the same day, amount and place. Shape: key of the line -> their numbers."""
    wanted = [line for line in lines if line.merchant]
    if not wanted:
        return {}
    days, amounts = {line.on for line in wanted}, {line.amount_minor for line in wanted}
    rows = ExpenseLine.objects.visible_to(ctx).filter(on__in=days, amount_minor__in=amounts).exclude(claim__state=_S.DISCARDED)
    others = list(rows.select_related("claim").order_by("pk"))
    return {line.pk: sorted({str(other.claim) for other in others if is_alike(line, other)}) for line in wanted}


def is_alike(line: ExpenseLine, other: ExpenseLine) -> bool:
    """Whether two lines may be the same expense."""
    same = (line.on, line.amount_minor, plain(line.merchant)) == (other.on, other.amount_minor, plain(other.merchant))
    return same and line.pk != other.pk


def plain(text: str) -> str:
    """A name as it is compared: letters and digits only, in small letters."""
    return "".join(c for c in text.casefold() if c.isalnum())


def looks_like(ctx: Context, line: ExpenseLine, shas: Sequence[str]) -> ExpenseLine | None:
    """Another line that has one of these receipts, or the same day, amount and place, before this one is written."""
    live = ExpenseLine.objects.visible_to(ctx).exclude(claim__state=_S.DISCARDED).exclude(pk=line.pk).select_related("claim")
    if shas and (twin := live.filter(receipts__sha256__in=shas).order_by("pk").first()):
        return twin
    near = live.filter(on=line.on, amount_minor=line.amount_minor) if line.merchant else live.none()
    return next((other for other in near.order_by("pk") if is_alike(line, other)), None)


def line_of(ctx: Context, pk: int) -> ExpenseLine:
    """A line by its key, with its claim."""
    return ExpenseLine.objects.visible_to(ctx).select_related("claim__person", "category").get(pk=pk)


def settled_claims(ctx: Context, person: int) -> list[ExpenseClaim]:
    """Claims of a person whose state does not say what her bill says of its payment, locked."""
    rows = ExpenseClaim.objects.visible_to(ctx).filter(person=person, bill__isnull=False, state__in=BOOKED)
    late = Q(state=_S.POSTED, bill__state="paid") | Q(state=_S.REIMBURSED) & ~Q(bill__state="paid")
    return list(rows.filter(late).select_for_update(of=("self",), no_key=True).order_by("pk"))


def claim_of_bill(ctx: Context, bill: int) -> ExpenseClaim | None:
    """The claim that a bill pays back."""
    return ExpenseClaim.objects.visible_to(ctx).filter(bill=bill, state__in=BOOKED).first()


def unpaid(ctx: Context) -> list[ExpenseClaim]:
    """Claims that are not paid back, oldest first."""
    rows = ExpenseClaim.objects.visible_to(ctx).filter(state__in=[_S.SUBMITTED, _S.APPROVED, _S.POSTED])
    return list(rows.select_related("person", "bill").order_by("submitted_at", "pk"))


def spent_between(ctx: Context, from_on: date, to_on: date) -> list[ExpenseLine]:
    """Expenses between two days that were submitted and not rejected, with their claims' people and categories."""
    rows = ExpenseLine.objects.visible_to(ctx).filter(claim__state__in=COUNTED, on__gte=from_on, on__lte=to_on)
    return list(rows.select_related("claim__person", "category").order_by("on", "pk"))
