"""Writing down the time that was spent, by hand or by a timer, and putting right what was written down wrongly."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from enfilade.base.work.models import Case, CaseStep, TimeEntry, Timer
from enfilade.base.work.models.times import DAY_MIN
from enfilade.base.work.queries import running_timer, time_rows
from enfilade.core.command import Input, LongText, Ref, command
from enfilade.core.context import Context, NotFound, Refusal
from enfilade.core.models import User
from enfilade.core.refs import named_row
from enfilade.core.ui.format import format_duration, format_instant

from .common import MANAGE

Minutes = Annotated[int, Input(min_value=1, max_value=DAY_MIN, label="Minutes")]
Day = Annotated[date | None, Input(label="Day", prefill="ctx.today")]
Reference = Annotated[str, Input(max_length=120, label="Record")]
Who = Annotated[User | None, Input(shared=True, label="Who")]


@command(permission="work.record_time", label="Record time", target="case")
def record_time(
    ctx: Context,
    *,
    case: Ref[Case] | None = None,
    spent_min: Minutes,
    on: Day = None,
    note: LongText = "",
    billable: bool = False,
    origin: Reference = "",
    user: Who = None,
) -> TimeEntry:
    """Write down how long somebody worked on something.

    case: what it was for; a record that is no case is named by origin.
    on: the day on which the work began; left empty, today.
    origin: text reference of a record, such as billing.invoice:7; the step of a case counts for its case.
    user: left empty, you; a colleague where you manage all cases.
    Refuses: nothing_named, other_case, in_the_future, not_yours; time_minutes, time_day_full (database).
    """
    who = user or ctx.user
    if who.pk != ctx.user.pk and not ctx.may(MANAGE):
        raise Refusal("not_yours", f"Only {who}, or who manages all cases, can write down this time.", field="user")
    meant, reference = _work_meant(ctx, case, origin)
    return _enter(
        ctx, TimeEntry(user=who, case=meant, origin=reference, spent_min=spent_min, on=on or ctx.today, billable=billable, note=note)
    )


@command(permission="work.record_time", label="Correct", target="entry", offered=lambda row: row.reverses_id is None)
def correct_time(
    ctx: Context,
    *,
    entry: TimeEntry,
    spent_min: Annotated[int, Input(min_value=1, max_value=DAY_MIN, label="Minutes", prefill="row.spent_min")],
    on: Annotated[date, Input(label="Day", prefill="row.on")],
    reason: Annotated[str, Input(max_length=300)],
    note: Annotated[str, Input(widget="textarea", max_length=2000, prefill="row.note")] = "",
    billable: Annotated[bool, Input(prefill="row.billable")] = False,
) -> TimeEntry:
    """Put an entry right. It stays as it is; one entry takes it back, and another one stands in its place.

    reason: what was wrong; it stays readable.
    Refuses: not_yours, takes_back, corrected_already, in_the_future; time_minutes, time_day_full (database).
    """
    _take_back(ctx, entry, reason.strip())
    better = TimeEntry(user=entry.user, case=entry.case, origin=entry.origin, spent_min=spent_min, on=on, billable=billable, note=note)
    better.instead_of, better.reason = entry, reason.strip()
    return _enter(ctx, better)


@command(permission="work.record_time", label="Take back", tone="danger", target="entry", offered=lambda row: row.reverses_id is None)
def take_back_time(ctx: Context, *, entry: TimeEntry, reason: Annotated[str, Input(max_length=300)]) -> TimeEntry:
    """Say that an entry should not be there. It stays readable; another one takes its minutes back.

    Refuses: not_yours, takes_back, corrected_already; time_corrected_with_reason (database).
    """
    return _take_back(ctx, entry, reason.strip())


@command(permission="work.record_time", label="Start timer", target="case")
def start_timer(
    ctx: Context, *, case: Ref[Case] | None = None, note: LongText = "", billable: bool = False, origin: Reference = ""
) -> Timer:
    """Let a clock run for what you begin to work on now. You have one clock.

    case: what it is for; a record that is no case is named by origin.
    origin: text reference of a record, such as billing.invoice:7.
    Refuses: nothing_named, other_case; timer_once (also by the database).
    """
    if (running := running_timer(ctx)) is not None:
        since = format_instant(running.started_at)
        raise Refusal("timer_once", f"Your timer is running since {since}. Stop it first.")
    meant, reference = _work_meant(ctx, case, origin)
    return Timer.objects.create(
        company=ctx.company, user=ctx.user, case=meant, origin=reference, note=note, billable=billable, started_at=ctx.now
    )


@command(permission="work.record_time", label="Stop timer", tone="primary")
def stop_timer(
    ctx: Context,
    *,
    timer: Timer | None = None,
    spent_min: Annotated[int | None, Input(min_value=1, max_value=DAY_MIN, label="Minutes")] = None,
    note: LongText = "",
) -> TimeEntry:
    """Stop a clock and write down what it ran, on the day on which it was started.

    timer: left empty, the one of yours that runs.
    spent_min: left empty, what it ran, a begun minute as a whole one.
    note: left empty, the one it was started with.
    Refuses: not_running, not_yours, ran_too_long; time_day_full (database).
    """
    running = _running(ctx, timer)
    ran = running.ran_min(ctx.now)
    if spent_min is None and ran > DAY_MIN:
        words = f"This timer ran for {format_duration(ran)}. Say how many minutes you worked."
        raise Refusal("ran_too_long", words, field="spent_min")
    entry = TimeEntry(user=running.user, case=running.case, origin=running.origin, billable=running.billable)
    entry.spent_min, entry.note = spent_min or ran, note or running.note
    entry.on = running.started_at.astimezone(ctx.zone).date()
    running.entry = _enter(ctx, entry)
    _end(ctx, running, Timer.State.STOPPED)
    return running.entry


@command(permission="work.record_time", label="Discard timer", tone="danger")
def discard_timer(ctx: Context, *, timer: Timer | None = None) -> Timer:
    """Stop a clock that nothing is to be written down of.

    timer: left empty, the one of yours that runs.
    Refuses: not_running, not_yours.
    """
    running = _running(ctx, timer)
    _end(ctx, running, Timer.State.DISCARDED)
    return running


def _enter(ctx: Context, entry: TimeEntry) -> TimeEntry:
    """Keep an entry, where its day has come."""
    entry.company, entry.entered_at, entry.entered_by = ctx.company, ctx.now, ctx.user
    if entry.on > ctx.today:
        raise Refusal("in_the_future", "Nobody has worked on this day yet.", field="on")
    entry.note = entry.note.strip()
    entry.save()
    return entry


def _take_back(ctx: Context, entry: TimeEntry, reason: str) -> TimeEntry:
    if entry.user_id != ctx.user.pk and not ctx.may(MANAGE):
        raise Refusal("not_yours", f"Only {entry.user}, or who manages all cases, can correct this.")
    if entry.reverses_id is not None:
        raise Refusal("takes_back", "This entry takes another one back. Write down the time anew.")
    if time_rows(ctx).filter(reverses=entry).exists():
        raise Refusal("corrected_already", "This entry was corrected already. Correct the one in its place.")
    return TimeEntry.objects.create(
        company=ctx.company,
        user=entry.user,
        case=entry.case,
        origin=entry.origin,
        on=entry.on,
        spent_min=-entry.spent_min,
        billable=entry.billable,
        note=entry.note,
        entered_at=ctx.now,
        entered_by=ctx.user,
        reverses=entry,
        reason=reason,
    )


def _work_meant(ctx: Context, case: Case | None, origin: str) -> tuple[Case | None, str]:
    """The case and the reference that an entry keeps."""
    if not origin.strip():
        if case is None:
            raise Refusal("nothing_named", "Say what the time was spent on: a case, or the reference of a record.", field="case")
        return case, ""
    row = named_row(ctx, origin.strip())
    if row is None:
        raise NotFound("record", origin, field="origin")
    of = row if isinstance(row, Case) else row.case if isinstance(row, CaseStep) else None
    if case is not None and of is not None and case.pk != of.pk:
        raise Refusal("other_case", f"This belongs to {of.number}, not to {case.number}.", field="origin")
    return of or case, "" if isinstance(row, Case) else origin.strip()


def _running(ctx: Context, timer: Timer | None) -> Timer:
    """The timer that is meant, locked. Whoever stops it twice is told so."""
    found = timer or running_timer(ctx, lock=True)
    if found is None:
        raise Refusal("not_running", "None of your timers is running.")
    if found.user_id != ctx.user.pk and not ctx.may(MANAGE):
        raise Refusal("not_yours", f"This is the timer of {found.user}.")
    return found


def _end(ctx: Context, timer: Timer, state: str) -> None:
    timer.state, timer.stopped_at = state, ctx.now
    timer.save(update_fields=["state", "stopped_at", "entry"])
