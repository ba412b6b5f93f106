"""Reminders: proposed for everybody who is late, looked at by a person, then sent or dropped."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from enfilade.back.billing.commands import InvoiceLineIn, draft_invoice, issue_invoice
from enfilade.back.billing.models import Invoice
from enfilade.back.billing.queries import due_parts
from enfilade.back.dunning import rules
from enfilade.back.dunning.events import LastLevelReached, ReminderSent
from enfilade.back.dunning.mails import REMINDER
from enfilade.back.dunning.models import DunningLevel, Hold, Notice, Reminder
from enfilade.back.dunning.printing import reminder_pdf
from enfilade.back.dunning.queries import Late, base_rates, charged_until, fee_rates, highest, notices_of, to_remind
from enfilade.base.message.commands import write_from_template
from enfilade.base.message.queries import as_read_by
from enfilade.base.money.rules import RateOn
from enfilade.base.party.models import Party
from enfilade.core import files
from enfilade.core.command import Input, LongText, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.numbers import draw
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_amount, format_day

AT_ONCE_MAX = 500
_OWING = {Invoice.State.ISSUED, Invoice.State.PART_PAID}


@command(permission="dunning.propose_reminders", label="Propose reminders", tone="primary", target="")
def propose_reminders(ctx: Context) -> list[Reminder]:
    """Propose a reminder to every customer with invoices whose next level has come, one letter for each currency; nothing goes out yet.

    Left out is what is disputed, held back or promised, what waits in another proposal, and who owes less than the level's minimum; the
    report on late invoices says so of each.
    Refuses: no_levels, nobody_late, too_many; notice_level_once, reminder_proposed_once (database).
    """
    if not DunningLevel.objects.visible_to(ctx).filter(active=True).exists():
        raise Refusal("no_levels", "There are no levels yet; add them, or begin with the German ones.")
    own = ctx.company.currency
    waiting = set(Reminder.objects.visible_to(ctx).filter(state=Reminder.State.PROPOSED).values_list("party", "currency"))
    due = to_remind(ctx, ctx.today)
    found = {key: rows for key, rows in due.items() if (key[0], "" if key[1] == own else key[1]) not in waiting}
    if not found:
        raise Refusal("nobody_late", "Nobody is late enough for the next level.")
    if len(found) > AT_ONCE_MAX:
        raise Refusal("too_many", f"These are more than {AT_ONCE_MAX} customers; raise the minimum of a level first.")
    rates, fees = base_rates(ctx), fee_rates(ctx, ctx.today, {currency for _, currency in found})
    charged = charged_until(ctx, [late.invoice.pk for rows in found.values() for late in rows])
    return [_propose(ctx, rows, rates, charged, fees.get(currency)) for (_, currency), rows in found.items()]


def _propose(ctx: Context, rows: list[Late], rates: list, charged: dict, fee_rate: RateOn | None) -> Reminder:
    """A letter asks for one sum in one currency, so that one transfer pays it: the fee of the level is converted at the rate of the day."""
    party, level, currency = rows[0].invoice.party, highest(rows), rows[0].invoice.currency
    abroad = "" if currency == ctx.company.currency else currency
    points = level.person_bp if party.kind == Party.Kind.PERSON else level.business_bp
    made = Reminder(
        company=ctx.company,
        party=party,
        level=level,
        on=ctx.today,
        pay_until=ctx.today + timedelta(days=level.pay_days),
        currency=abroad,
        fee_minor=fee_rate.worth_of(level.fee_minor) if fee_rate is not None else 0,
        made_at=ctx.now,
        made_by=ctx.user,
    )
    notices = []
    for late in rows:
        invoice = late.invoice
        since = charged.get(invoice.pk, late.due_on)
        starts = [(part.open_minor, max(since, part.due_on)) for part in late.parts]
        owed = 0 if points is None else sum(rules.interest(minor, start, ctx.today, rates, points) for minor, start in starts)
        number = late.level.number if late.level is not None else level.number
        notices.append(
            Notice(
                company=ctx.company,
                reminder=made,
                invoice=invoice,
                level_number=number,
                due_on=late.due_on,
                days_late=late.days_late,
                currency=abroad,
                open_minor=late.late_minor,
                interest_minor=owed,
            )
        )
    made.owed_minor, made.interest_minor = sum(n.open_minor for n in notices), sum(n.interest_minor for n in notices)
    made.save()
    Notice.objects.bulk_create(notices)
    return made


@command(permission="dunning.send_reminder", label="Send", tone="primary")
def send_reminder(
    ctx: Context,
    *,
    reminder: Reminder,
    by_mail: Annotated[bool, Input(label="Send it by e-mail", help="Otherwise it is printed and posted.")] = True,
) -> Reminder:
    """Send a reminder that was looked at. What was paid, held or changed meanwhile is taken out of it first.

    The fee and interest of a reminder in a foreign currency are billed in it.
    Refuses: already_sent, not_proposed, nothing_left, no_rate; what write_from_template refuses, such as no_address, no_mailbox.
    Why the fee is billed by an invoice of its own: what was issued never changes; it is damages, so there is no tax on it.
    """
    _bring_up_to_date(ctx, reminder)
    level, party = reminder.level, reminder.party
    asked = reminder.fee_minor + reminder.interest_minor
    if level.charged and asked:
        line = InvoiceLineIn(description=f"{level.name}: fee and interest", unit_price=asked, tax_class="exempt")
        draft = draft_invoice(ctx, party=party, lines=[line], origin=ref(reminder), currency=reminder.currency)
        reminder.fee_invoice = issue_invoice(ctx, invoice=draft, on=ctx.today)
    reminder.number = f"M-{ctx.today.year}-{draw(ctx, f'dunning.reminder:{ctx.today.year}'):05d}"
    reminder.state, reminder.sent_at, reminder.sent_by = Reminder.State.SENT, ctx.now, ctx.user
    reminder.save()
    if by_mail:
        _mail(ctx, reminder)
    currency = reminder.currency or ctx.company.currency
    publish(ctx, ReminderSent(reminder.pk, party.pk, level.number, reminder.owed_minor, currency))
    if not DunningLevel.objects.visible_to(ctx).filter(active=True, number__gt=level.number).exists():
        publish(ctx, LastLevelReached(reminder.pk, party.pk, reminder.owed_minor, currency))
    return reminder


def _bring_up_to_date(ctx: Context, reminder: Reminder) -> None:
    notices = notices_of(ctx, reminder)
    held = set(
        Hold.objects.visible_to(ctx)
        .filter(invoice__in=[n.invoice_id for n in notices], state=Hold.State.STANDING)
        .exclude(until__lt=ctx.today)
        .values_list("invoice", flat=True)
    )
    parts = due_parts(ctx, [n.invoice for n in notices])
    late = {key: sum(part.open_minor for part in rows if part.due_on < reminder.on) for key, rows in parts.items()}
    gone = [n for n in notices if n.invoice.state not in _OWING or n.invoice_id in held or late.get(n.invoice_id) != n.open_minor]
    if len(gone) == len(notices):
        raise Refusal("nothing_left", "These invoices were paid or held meanwhile; drop the reminder and propose anew.")
    Notice.objects.visible_to(ctx).filter(pk__in=[n.pk for n in gone]).update(standing=False)
    reminder.owed_minor -= sum(n.open_minor for n in gone)
    reminder.interest_minor -= sum(n.interest_minor for n in gone)


def _mail(ctx: Context, reminder: Reminder) -> None:
    party = reminder.party
    with as_read_by(ctx, party):
        values = {
            "party": party.name,
            "name": reminder.level.name,
            "number": str(reminder.number),
            "total": format_amount(reminder.total_minor, reminder.currency or ctx.company.currency),
            "until": format_day(reminder.pay_until),
            "company": ctx.company.name,
        }
    paper = files.store_bytes(ctx, f"{reminder.number}.pdf", reminder_pdf(ctx, reminder), "application/pdf")
    write_from_template(ctx, purpose=REMINDER.code, party=party, values=values, attachments=(paper,), origin=ref(reminder))


@command(permission="dunning.send_reminder", label="Drop", tone="danger")
def drop_reminder(ctx: Context, *, reminder: Reminder, reason: LongText) -> Reminder:
    """Send nothing: its invoices are where they were before, and are proposed again unless they are held.

    Refuses: already_sent.
    """
    Notice.objects.visible_to(ctx).filter(reminder=reminder).update(standing=False)
    reminder.state, reminder.reason = Reminder.State.DROPPED, reason
    reminder.save(update_fields=["state", "reason"])
    return reminder
