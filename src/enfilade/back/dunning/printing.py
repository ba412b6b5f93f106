"""A reminder as a letter with the company's head, in the language of the customer."""

from __future__ import annotations

from enfilade.back.billing.printing import company_part
from enfilade.back.billing.queries import bill_to, letterhead
from enfilade.base.document.pdf import render_pdf
from enfilade.base.message.queries import as_read_by
from enfilade.core.context import Context
from enfilade.core.language.words import say
from enfilade.core.ui.format import format_amount, format_day

from .models import Reminder
from .queries import notices_of


def reminder_pdf(ctx: Context, reminder: Reminder) -> bytes:
    """The letter; a proposal says that it was not sent."""
    with as_read_by(ctx, reminder.party):
        return render_pdf("dunning/reminder.typ", _letter(ctx, reminder))


def _letter(ctx: Context, reminder: Reminder) -> dict[str, object]:
    def money(minor: int) -> str:
        return format_amount(minor, reminder.currency or ctx.company.currency)

    head, right = letterhead(ctx, reminder.on), {"align": "right"}
    party, level = reminder.party, reminder.level
    extra = ((say("Fee"), reminder.fee_minor), (say("Interest for late payment"), reminder.interest_minor))
    until = format_day(reminder.pay_until)
    asked = [say("Please transfer the sum by {day}.").format(day=until)]
    if head is not None and head.iban:
        asked = [say("Please transfer the sum by {day} to {iban}.").format(day=until, iban=head.iban)]
    return {
        "title": f"{say(level.name)} {reminder.number}" if reminder.number else f"{say(level.name)} – {say('draft, not sent')}",
        "language": (party.language or ctx.company.language)[:2],
        **company_part(ctx, head),
        "to": bill_to(ctx, party).splitlines(),
        "facts": [[say("Customer number"), party.number], [say("Date"), format_day(reminder.on)]],
        "before": level.text,
        "columns": [
            {"label": say("Invoice"), "width": "1fr"},
            {"label": say("Due")},
            {"label": say("Days late"), **right},
            {"label": say("Open"), **right},
        ],
        "rows": [[str(n.invoice), format_day(n.due_on), str(n.days_late), money(n.open_minor)] for n in notices_of(ctx, reminder)],
        "totals": [[say("Open"), money(reminder.owed_minor)]]
        + [[label, money(minor)] for label, minor in extra if minor]
        + [[say("To be paid"), money(reminder.total_minor)]],
        "notes": asked,
    }
