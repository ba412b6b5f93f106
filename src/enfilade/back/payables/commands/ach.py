"""ACH in the United States: as whom we pay, and the file of a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from enfilade.back.banking.models import BankAccount
from enfilade.back.banking.rules import US_DAYS
from enfilade.back.payables import rules
from enfilade.back.payables.formats import nacha
from enfilade.back.payables.models import AchOriginator, OrderPart, PaymentOrder, PaymentRun
from enfilade.back.payables.queries import originator_of
from enfilade.base.party.models import Party
from enfilade.core.command import Input, command
from enfilade.core.context import Context, Refusal
from enfilade.core.numbers import draw
from enfilade.core.ui.format import format_day

from .common import Row

TRACES_MAX = 10**7 - 1
OurAccount = Annotated[Row, Input(shared=True, label="Our account", query="active=true")]
Address = Annotated[str, Input(max_length=10, seldom=True, help="Only where your agreement with the bank says something else.")]


@command(permission="payables.set_ach_originator", label="Set up ACH", tone="primary", target="")
def set_ach_originator(
    ctx: Context,
    *,
    bank_account: OurAccount[BankAccount],
    bank_name: Annotated[str, Input(label="Name of the bank", max_length=23)],
    identification: Annotated[str, Input(label="Company identification", max_length=12, help="Ten signs, as agreed with the bank.")],
    company_name: Annotated[str, Input(label="Name on statements", max_length=16, help="Your own, cut, when left out.")] = "",
    lead_days: Annotated[int, Input(label="Banking days the bank needs", min_value=0, max_value=10)] = 1,
    balanced: Annotated[bool, Input(label="With the debit of our account", seldom=True)] = False,
    origin: Address = "",
    destination: Address = "",
) -> AchOriginator:
    """Say as whom the company pays by ACH from one of its accounts, as it stands in the agreement with the bank.

    identification: often 1 and the nine digits of the employer identification number.
    lead_days: from giving the file to the bank until the suppliers have the money; 0 where it pays on the same day.
    balanced: some banks want the file to debit your account; most do that by themselves.
    origin, destination: immediate origin (your identification when left out) and destination (the routing number of your account).
    Refuses: no_routing, no_name; ach_originator_identification, ach_originator_addresses (database).
    Source: Nacha Operating Rules, appendix three: file header and batch header record.
    """
    if not bank_account.routing:
        said = f"{bank_account} has no routing number; ACH pays only from an account at a bank in the United States."
        raise Refusal("no_routing", said, field="bank_account")
    row = originator_of(ctx, bank_account) or AchOriginator(company=ctx.company, bank_account=bank_account)
    row.bank_name = _plain_name(bank_name, 23, "bank_name")
    row.company_name = _plain_name(company_name or ctx.company.name, 16, "company_name")
    row.identification = rules.plain_iban(identification).replace("-", "")
    row.origin, row.destination = rules.plain_iban(origin), rules.plain_iban(destination)
    row.lead_days, row.balanced = lead_days, balanced
    row.save()
    return row


def _plain_name(text: str, longest: int, field: str) -> str:
    plain = rules.sepa_text(text, longest)
    if not plain:
        raise Refusal("no_name", "Give a name in Latin letters; an ACH file has no others.", field=field)
    return plain


def require_originator(ctx: Context, account: BankAccount) -> AchOriginator:
    """As whom we pay from an account.

    Refuses: no_originator.
    """
    row = originator_of(ctx, account)
    if row is None:
        raise Refusal(
            "no_originator", f"Set up ACH for {account} first, as it stands in your agreement with the bank.", field="bank_account"
        )
    return row


def require_day(ctx: Context, day: date, lead_days: int) -> None:
    """A day on which the bank can still pay by ACH.

    Refuses: not_a_banking_day, too_soon.
    """
    if not US_DAYS.is_open(day):
        raise Refusal("not_a_banking_day", f"Banks do not work on {format_day(day)}; choose a banking day.", field="pay_on")
    if day < (first := rules.first_ach_day(ctx.today, lead_days)):
        raise Refusal("too_soon", f"The bank pays on {format_day(first)} at the earliest.", field="pay_on")


def draw_traces(ctx: Context, account: BankAccount, many: int) -> list[str]:
    """Trace numbers of our bank that nobody had before, rising.

    Refuses: no_trace_left.
    """
    dfi = account.routing[:8]
    last = draw(ctx, f"payables.trace:{dfi}", many)
    if last > TRACES_MAX:
        raise Refusal("no_trace_left", "All trace numbers of this bank are used; pay from an account at another one.", field="bank_account")
    return [f"{dfi}{number:07d}" for number in range(last - many + 1, last + 1)]


def write_ach(ctx: Context, run: PaymentRun, orders: Sequence[PaymentOrder]) -> bytes:
    """The file of a run, on the day of its release.

    Refuses: no_originator, routing_changed, too_soon, no_name (of a supplier), too_large, too_many_files.
    """
    account = run.bank_account
    set_up = require_originator(ctx, account)
    if not account.routing or not all(order.trace.startswith(account.routing[:8]) for order in orders):
        raise Refusal("routing_changed", f"{account} has not the routing number any more that this run was made with; make another run.")
    require_day(ctx, run.pay_on, set_up.lead_days)
    if run.total_minor > (nacha.AMOUNT_MAX if set_up.balanced else nacha.TOTAL_MAX):
        raise Refusal("too_large", "This is more than fits into one ACH file; make several runs.")
    entries = _entries(ctx, orders)
    offset = nacha.Account(account.routing, account.number, account.savings) if set_up.balanced else None
    originator = nacha.Originator(
        set_up.destination or account.routing,
        set_up.bank_name,
        set_up.origin or set_up.identification,
        set_up.company_name,
        set_up.identification,
        account.routing[:8],
        offset,
    )
    traces = draw_traces(ctx, account, len(nacha.batches_of(entries))) if offset else []
    made_at = ctx.now.astimezone(ctx.zone)
    modifier = _modifier(ctx, account, made_at.date())
    return nacha.credit_file(
        originator, entries, number=run.number, made_at=made_at, modifier=modifier, pay_on=run.pay_on, offset_traces=traces
    )


def _entries(ctx: Context, orders: Sequence[PaymentOrder]) -> list[nacha.Entry]:
    parts: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    for part in OrderPart.objects.visible_to(ctx).filter(order__in=orders).select_related("bill").order_by("pk"):
        paid = part.bill.sign * part.amount_minor - part.discount_minor - part.withheld_minor
        parts[part.order_id].append((part.bill.reference, part.bill.supplier_number, paid))
    found = []
    for order in orders:
        if not rules.sepa_text(order.holder, 22):
            said = f"An ACH file has Latin letters only, and {order.holder} has none: enter the account with its holder in them."
            raise Refusal("no_name", said)
        to = order.supplier_account
        account = nacha.Account(to.routing, to.number, to.kind == to.Kind.SAVINGS)
        person = order.supplier.kind == Party.Kind.PERSON
        information = rules.remittance_segments(parts[order.pk], nacha.ADDENDA_MAX)
        found.append(nacha.Entry(account, person, order.holder, order.amount_minor, order.end_to_end, information, order.trace))
    return found


def _modifier(ctx: Context, account: BankAccount, on: date) -> str:
    """By which a bank tells the files of a day apart."""
    number = draw(ctx, f"payables.ach_file:{account.pk}:{on}")
    if number > len(nacha.MODIFIERS):
        raise Refusal("too_many_files", "A bank takes 36 ACH files a day from an account; release this run tomorrow.")
    return nacha.MODIFIERS[number - 1]
