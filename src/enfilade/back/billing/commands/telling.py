"""Telling customers how their account stands: one of them, or all who owe or have something."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from enfilade.back.billing.mails import STATEMENT
from enfilade.back.billing.standing import balances_on_account, open_items
from enfilade.back.billing.statements import accounts_of, statement_pdf
from enfilade.base.message.commands import write_from_template
from enfilade.base.message.models import Mail
from enfilade.base.message.queries import as_read_by
from enfilade.base.party.models import Party
from enfilade.base.party.queries import live_parties, with_email
from enfilade.core import files
from enfilade.core.command import Input, Ref, Today, command
from enfilade.core.context import Context, Refusal
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_amount, format_day

from .mailing import PDF, Address

AT_ONCE_MAX = 200
NAMED_MAX = 5
From = Annotated[date, Input(prefill="ctx.month", label="From")]


@command(permission="billing.email_statement", label="Send a statement of account", target="party")
def email_statement(ctx: Context, *, party: Ref[Party], from_on: From, to_on: Today, to: Address = "") -> Mail:
    """Send a customer the statement of her account as PDF, in her language.

    from_on, to_on: the days it tells of, both included.
    to: another address than the one of the party.
    Refuses: days_swapped; what write_from_template refuses, such as no_address, no_mailbox, address_blocked.
    """
    if from_on > to_on:
        raise Refusal("days_swapped", "A statement begins before it ends.", field="from_on")
    accounts = accounts_of(ctx, party, from_on, to_on)
    with as_read_by(ctx, party):
        values = {
            "party": party.name,
            "from": format_day(from_on),
            "to": format_day(to_on),
            "balance": " + ".join(format_amount(account.owed_minor, account.currency) for account in accounts),
            "overdue": " + ".join(format_amount(account.overdue_minor, account.currency) for account in accounts),
            "company": ctx.company.name,
        }
    paper = files.store_bytes(ctx, f"{party.number} {to_on}.pdf", statement_pdf(ctx, party, from_on, to_on), PDF)
    to_whom = (to,) if to else ()
    return write_from_template(ctx, purpose=STATEMENT.code, party=party, values=values, to=to_whom, attachments=(paper,), origin=ref(party))


@command(permission="billing.email_statement", label="Send statements to all with a balance", target="")
def email_statements(
    ctx: Context,
    *,
    from_on: From,
    to_on: Today,
    leave_out: Annotated[bool, Input(label="Leave out who has no e-mail address")] = False,
) -> list[Mail]:
    """Send everybody who owes something, or has something on account, the statement of the account; at most 200 at a time.

    leave_out: otherwise nothing is sent while somebody has no address, and the refusal names them.
    Refuses: nobody_owes, no_address, too_many, days_swapped; what email_statement refuses: then nothing is sent to anybody.
    """
    keys = {item.party for item in open_items(ctx, to_on)} | {balance.party for balance in balances_on_account(ctx, to_on)}
    parties = list(live_parties(ctx).filter(pk__in=keys).order_by("name", "pk")[: AT_ONCE_MAX + 1])
    if not parties:
        raise Refusal("nobody_owes", "Nobody owes anything on this day, and nobody has anything on account.", field="to_on")
    reached = with_email(ctx, [party.pk for party in parties])
    missing = [party for party in parties if party.pk not in reached]
    if missing and not leave_out:
        names = ", ".join(party.name for party in missing[:NAMED_MAX]) + (" …" if len(missing) > NAMED_MAX else "")
        raise Refusal("no_address", f"{len(missing)} have no e-mail address: {names}.", field="leave_out")
    if len(parties) > AT_ONCE_MAX:
        raise Refusal("too_many", f"These are more than {AT_ONCE_MAX} customers; send the statements one by one.", field="to_on")
    return [email_statement(ctx, party=party, from_on=from_on, to_on=to_on) for party in parties if party.pk in reached]
