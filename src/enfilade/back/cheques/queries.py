"""Named reads of cheques: what is on its way, what a line may be, what is to be deposited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Q

from enfilade.back.banking.models import BankAccount
from enfilade.back.banking.rules import LineFacts, Proposal
from enfilade.base.party.models import Party
from enfilade.base.party.queries import merged_keys
from enfilade.core.context import Context

from .guesses import ChequeFacts, of_bounced, of_slips, of_written
from .models import ChequeBook, DepositSlip, ReceivedCheque, WrittenCheque

CHEQUES_MAX = 2_000
_TO_DEPOSIT = (ReceivedCheque.State.HELD, ReceivedCheque.State.RECEIVED)


def proposed(ctx: Context, lines: Sequence[LineFacts]) -> dict[int, list[Proposal]]:
    """What lines may have to do with cheques. Shape: key of the line -> proposals."""
    out, came = [x for x in lines if x.open_minor < 0], [x for x in lines if x.open_minor > 0]
    found: dict[int, list[Proposal]] = {}
    if out:
        written, bounced = _on_their_way(ctx, {-line.open_minor for line in out}), _bounced(ctx)
        found |= {line.key: [*of_written(line, written), *of_bounced(line, bounced)] for line in out}
    if came:
        slips = _at_bank(ctx, {line.open_minor for line in came})
        found |= {line.key: of_slips(line, slips) for line in came}
    return found


def _on_their_way(ctx: Context, amounts: set[int]) -> list[ChequeFacts]:
    rows = WrittenCheque.objects.visible_to(ctx).filter(state=WrittenCheque.State.ISSUED, amount_minor__in=amounts)
    return [
        ChequeFacts(f"cheques.writtencheque:{c.pk}", str(c.number), str(c.payee), -c.amount_minor, c.currency)
        for c in rows.select_related("payee").order_by("on", "pk")[:CHEQUES_MAX]
    ]


def _at_bank(ctx: Context, amounts: set[int]) -> list[ChequeFacts]:
    rows = DepositSlip.objects.visible_to(ctx).filter(state=DepositSlip.State.DEPOSITED, total_minor__in=amounts)
    return [
        ChequeFacts(f"cheques.depositslip:{s.pk}", s.number, s.bank_account.name, s.total_minor, s.currency)
        for s in rows.select_related("bank_account").order_by("on", "pk")[:CHEQUES_MAX]
    ]


def _bounced(ctx: Context) -> list[ChequeFacts]:
    """Cheques that bounced and that no line has taken back yet."""
    rows = ReceivedCheque.objects.visible_to(ctx).filter(state=ReceivedCheque.State.BOUNCED, charged_on=None)
    return [
        ChequeFacts(f"cheques.receivedcheque:{c.pk}", c.number, c.party.name, -c.amount_minor, c.currency)
        for c in rows.select_related("party").order_by("ended_on", "pk")[:CHEQUES_MAX]
    ]


def cheque_of_payment(ctx: Context, payment: int) -> WrittenCheque | None:
    """The cheque by which a supplier was paid, held."""
    rows = WrittenCheque.objects.visible_to(ctx).filter(payment=payment).select_for_update(of=("self",), no_key=True)
    return rows.first()


def cheque_by_payment(ctx: Context, payment: int) -> ReceivedCheque | None:
    """The cheque by which a customer paid, held."""
    return ReceivedCheque.objects.visible_to(ctx).filter(payment=payment).select_for_update(of=("self",), no_key=True).first()


def outstanding(ctx: Context, on: date, bank_account: BankAccount | None = None) -> list[WrittenCheque]:
    """Cheques that were written until a day and neither paid by the bank nor void then, the oldest first."""
    then = Q(presented_on=None) | Q(presented_on__gt=on)
    rows = WrittenCheque.objects.visible_to(ctx).filter(then, Q(voided_on=None) | Q(voided_on__gt=on), on__lte=on, payment__isnull=False)
    if bank_account is not None:
        rows = rows.filter(bank_account=bank_account)
    return list(rows.select_related("payee", "bank_account", "book").order_by("bank_account", "number"))


def of_days(ctx: Context, bank_account: BankAccount, from_on: date, to_on: date) -> list[WrittenCheque]:
    """Cheques of an account that were written, or made void, in some days, by number."""
    days = Q(on__gte=from_on, on__lte=to_on) | Q(voided_on__gte=from_on, voided_on__lte=to_on)
    rows = WrittenCheque.objects.visible_to(ctx).filter(days, bank_account=bank_account)
    return list(rows.select_related("payee").order_by("number"))


def given_by(ctx: Context, party: Party, limit: int = 20) -> list[ReceivedCheque]:
    """The last cheques of a customer."""
    rows = ReceivedCheque.objects.visible_to(ctx).filter(party__in=merged_keys(ctx, party))
    return list(rows.order_by("-pk")[:limit])


def books_in_use(ctx: Context) -> list[ChequeBook]:
    """Cheque books that are written from."""
    return list(ChequeBook.objects.visible_to(ctx).filter(state=ChequeBook.State.OPEN).select_related("bank_account").order_by("pk"))


def to_deposit(ctx: Context, on: date) -> list[ReceivedCheque]:
    """Cheques whose day has come."""
    rows = ReceivedCheque.objects.visible_to(ctx).filter(state__in=_TO_DEPOSIT, dated_on__lte=on)
    return list(rows.select_related("party").order_by("dated_on", "pk"))
