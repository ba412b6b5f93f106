"""Templates of entries: posted by hand, or again and again by a rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from enfilade.back.ledger.models import EntryTemplate, PlannedEntry, RecurringEntry, RecurringPosting, TemplateLine
from enfilade.back.ledger.queries import ledger_book, places_of, recurring_of, template_lines
from enfilade.back.ledger.rules import month_after
from enfilade.base.books import commands as books
from enfilade.base.books.models import Entry
from enfilade.base.books.rules import differences
from enfilade.base.calendar.rules import days_of_rule, read_rule
from enfilade.base.party.models import Party
from enfilade.core.command import Input, Ref, Today, command
from enfilade.core.context import Context, Invalid, Refusal
from enfilade.core.refs import ref

from .posting import JournalLine

What = Annotated[str, Input(label="What for", max_length=500)]
HowOften = Annotated[str, Input(label="How often", help="Each night what is due is posted.", widget="repeats", max_length=300)]
_Text = Annotated[str, Input(label="What for", max_length=500, prefill="row.text")]


@command(permission="ledger.change_entrytemplate", label="New template", tone="primary")
def add_entrytemplate(ctx: Context, *, name: Annotated[str, Input(max_length=200)], text: What, lines: list[JournalLine]) -> EntryTemplate:
    """Keep a journal entry that is posted often.

    text: what its entries are for.
    lines: debit and credit sum to the same.
    Refuses: unknown_account, one_side, entry_balances, entry_two_lines; template_name_once (database).
    """
    template = EntryTemplate.objects.create(company=ctx.company, name=name, text=text)
    _write_lines(ctx, template, lines)
    return template


@command(permission="ledger.change_entrytemplate", label="Change the lines")
def change_lines(ctx: Context, *, template: EntryTemplate, text: _Text, lines: list[JournalLine]) -> EntryTemplate:
    """Give a template other lines; what recurs by it has them from its next day on.

    lines: all of them, in place of those before.
    Refuses: unknown_account, one_side, entry_balances, entry_two_lines.
    """
    template.text = text
    template.save(update_fields=["text"])
    template_lines(ctx, template).delete()
    _write_lines(ctx, template, lines)
    return template


@command(permission="ledger.change_entrytemplate", label="Retire", tone="danger")
def retire_template(ctx: Context, *, template: EntryTemplate) -> EntryTemplate:
    """Post a template no more; what recurs by it ends.

    Refuses: template_retired.
    """
    _require_active(template)
    template.active = False
    template.save(update_fields=["active"])
    for recurring in recurring_of(ctx, template):
        end_recurring(ctx, recurring=recurring)
    return template


@command(permission="ledger.post_template", label="Post it", door=True)
def post_template(ctx: Context, *, template: Ref[EntryTemplate], on: Today, text: Annotated[str, Input(label="What for")] = "") -> Entry:
    """Post a template as a journal entry.

    text: what this one is for, where it is not as usual.
    Refuses: template_retired; entry_period_open, line_account_open (database).
    """
    _require_active(template)
    return _post(ctx, template, on, text or template.text, ref(template))


@command(permission="ledger.repeat_template", label="Repeat a template", door=True)
def repeat_template(
    ctx: Context,
    *,
    template: Ref[EntryTemplate],
    starts_on: Annotated[date, Input(label="First day", prefill="ctx.today")],
    rule: HowOften = "FREQ=MONTHLY",
    reverse_next: Annotated[bool, Input(label="Reverse each on the first day of the month after")] = False,
) -> RecurringEntry:
    """Let a template be posted again and again, each night what is due.

    starts_on: counts in any case; one in the past is caught up.
    rule: FREQ=MONTHLY, FREQ=YEARLY, FREQ=MONTHLY;INTERVAL=3 for every quarter, ;BYMONTHDAY=-1 for the last day; ;COUNT=12 or
        ;UNTIL=20271231 where it ends (RFC 5545).
    Refuses: template_retired, repeated_already (by the same rule), invalid (a rule that can't be understood).
    """
    _require_active(template)
    try:
        known = read_rule(rule, ctx.zone)
    except ValueError as error:
        raise Invalid({"rule": [str(error)]}) from error
    live = RecurringEntry.objects.visible_to(ctx).filter(template=template, rule=known.text).exclude(state=RecurringEntry.State.ENDED)
    if live.exists():
        raise Refusal("repeated_already", "This template is repeated by the same rule already; end that first.", field="rule")
    return RecurringEntry.objects.create(
        company=ctx.company, template=template, starts_on=starts_on, rule=known.text, reverse_next=reverse_next, counts_from_on=starts_on
    )


@command(permission="ledger.post_occurrence", label="Post an occurrence", door=True)
def post_occurrence(ctx: Context, *, recurring: RecurringEntry, on: Today) -> RecurringPosting:
    """Post a recurring entry for one of its days.

    on: a day that the rule names, which is the accounting date as well.
    Refuses: not_running, no_occurrence; recurring_once, entry_period_open (database).
    """
    if on < recurring.counts_from_on or on not in days_of_rule(recurring.rule, recurring.starts_on, on):
        raise Refusal("no_occurrence", "This recurring entry does not come on that day.", field="on")
    entry = _post(ctx, recurring.template, on, recurring.template.text, ref(recurring))
    if recurring.reverse_next:
        PlannedEntry.objects.create(company=ctx.company, on=month_after(on), reverses=entry)
    return RecurringPosting.objects.create(company=ctx.company, recurring=recurring, on=on, entry=entry)


@command(permission="ledger.repeat_template", label="Pause")
def pause_recurring(ctx: Context, *, recurring: RecurringEntry) -> RecurringEntry:
    """Post nothing of a recurring entry until it goes on.

    Refuses: not_running.
    """
    del ctx
    return _to(recurring, RecurringEntry.State.PAUSED)


@command(permission="ledger.repeat_template", label="Go on")
def resume_recurring(ctx: Context, *, recurring: RecurringEntry, counts_from_on: Today) -> RecurringEntry:
    """Go on with a recurring entry.

    counts_from_on: days of the pause before it are not posted; an earlier one lets them be caught up.
    Refuses: not_paused.
    """
    del ctx
    recurring.counts_from_on = counts_from_on
    return _to(recurring, RecurringEntry.State.RUNNING)


@command(permission="ledger.repeat_template", label="End", tone="danger")
def end_recurring(ctx: Context, *, recurring: RecurringEntry) -> RecurringEntry:
    """Let a recurring entry come no more.

    Refuses: not_running_or_paused.
    """
    del ctx
    return _to(recurring, RecurringEntry.State.ENDED)


def _require_active(template: EntryTemplate) -> None:
    if not template.active:
        raise Refusal("template_retired", "This template is retired.")


def _to(recurring: RecurringEntry, state: RecurringEntry.State) -> RecurringEntry:
    recurring.state = state
    recurring.save(update_fields=["state", "counts_from_on"])
    return recurring


def _post(ctx: Context, template: EntryTemplate, on: date, text: str, origin: str) -> Entry:
    currency = ctx.company.currency
    rows = [
        books.LineIn(line.account_id, currency, line.amount_minor, line.party_id, line.text, line.dimensions)
        for line in template_lines(ctx, template)
    ]
    return books.write_entry(ctx, book=ledger_book(ctx), on=on, text=text, origin=origin, lines=rows)


def _write_lines(ctx: Context, template: EntryTemplate, lines: Sequence[JournalLine]) -> None:
    for number, line in enumerate(lines):
        if bool(line.debit) == bool(line.credit):
            raise Refusal("one_side", "A line has either a debit or a credit.", field=f"lines[{number}].debit")
    if len(lines) < 2:
        raise Refusal("entry_two_lines", "An entry has at least two lines.", field="lines")
    for rest in differences(("", line.debit - line.credit) for line in lines).values():
        sentence = f"Debit and credit differ by {abs(rest)} in the smallest part of {ctx.company.currency}."
        raise Refusal("entry_balances", sentence, field="lines")
    places = places_of(ctx, [line.account_code for line in lines], purposes=False)
    TemplateLine.objects.bulk_create(
        TemplateLine(
            company=ctx.company,
            template=template,
            account_id=places[line.account_code].account_id,
            amount_minor=line.debit - line.credit,
            party_id=line.party.pk if isinstance(line.party, Party) else line.party,
            text=line.text,
            dimensions=line.dimensions,
        )
        for line in lines
    )
