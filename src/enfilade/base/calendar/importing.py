"""Calendar files (.ics) as rows of the import wizard: one for each occurrence, which finds its booking when the file comes again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from django.db.models import F

from enfilade.core import audit
from enfilade.core.command import Input
from enfilade.core.command.inputs import parameters_of
from enfilade.core.command.reading import read
from enfilade.core.context import Context, Invalid
from enfilade.core.models import ImportRow
from enfilade.core.refs import ref, split
from enfilade.core.resource import Resource
from enfilade.core.resource.intake import FileRow, ImportProblem, Intake, Intaken, Options, Outcome, register_intake
from enfilade.core.resource.mending import sentences_of

from .commands.importing import RESERVE, Event, book_events, is_same, move_events, release_events
from .commands.taking import lock_bookables, tell_freed
from .formats.components import EVENT, ZONE, parts_of
from .formats.ics_in import OCCURRENCES_MAX, Reading, count_events, read_calendar
from .models import Bookable, Booking, BookingSlot
from .queries import bookings_of_events

CALENDAR = "text/calendar; charset=utf-8"
_PROBLEM = "X-ENFILADE-PROBLEM:"
IMPORT, FOLLOW, RELEASE = "calendar.import_event", "calendar.follow_event", "calendar.release_booking"


@dataclass(frozen=True)
class Asked:
    """What a calendar file can't say.

    bookables: each event takes the time of all of them.
    days_ahead: so far events that come again are followed.
    """

    bookables: Annotated[tuple[Bookable, ...], Input(shared=True, label="Whose time")]
    days_ahead: Annotated[int, Input(min_value=1, max_value=731, label="Days ahead")] = 365
    within_hours: Annotated[bool, Input(label="Only within the opening hours")] = False


class CalendarIntake(Intake):
    """Calendars. What takes place from now on becomes bookings; the same file again changes what has changed."""

    formats = ("iCalendar",)
    below = ("slots",)
    whole = True
    # Where time becomes free again, those who wait for it are told.
    remembers = True
    asks = parameters_of(Asked)
    # Whether somebody else has the time is only known by taking it.
    rehearsed_rows = OCCURRENCES_MAX

    def may_take(self, resource: Resource, ctx: Context) -> bool:
        """Whoever may reserve time, and import at all, may bring a calendar."""
        return ctx.may(RESERVE) and ctx.may("core.import_rows")

    def cards(self, ctx: Context, name: str, data: bytes, options: Options, *, whole: bool) -> Intaken:
        """A row for each occurrence to come, first those that no longer take place: their time is free for the others."""
        if not whole and (number := count_events(data)):
            return Intaken([FileRow(line=1) for _ in range(number)], kind="cards")
        if not whole:
            return Intaken(problems=_problems(read_calendar(data, ctx.now, ctx.now, ctx.zone)), kind="cards")
        asked = _asked(ctx, options)
        until = ctx.now + timedelta(days=asked.days_ahead)
        reading = read_calendar(data, ctx.now, until, ctx.zone, ctx.company.country)
        known = bookings_of_events(ctx, asked.bookables, {t.key for t in reading.taken}, (ctx.now, until))
        gone, was = _gone(reading, known)
        return Intaken([*gone, *_coming(reading, was), *_unread(reading)], _problems(reading), kind="cards")

    def sort_out(self, ctx: Context, rows: list[FileRow], options: Options) -> None:
        """Say of each row whether its event is known; what the mode does not want is refused."""
        asked = _asked(ctx, options)
        waiting = [row for row in rows if row.outcome == Outcome.WAITING and "foreign_id" in row.inputs]
        known = bookings_of_events(ctx, asked.bookables, {_known_as(row) for row in waiting})
        for row in waiting:
            _sort_out(row, known.get(_known_as(row)), asked, options.mode)

    def take_many(self, ctx: Context, rows: list[FileRow], options: Options) -> list[str]:
        """Give back what is off, move what has moved and book what is new, each in a few statements; what finds no room is left."""
        asked = _asked(ctx, options)
        bookables = lock_bookables(ctx, [b.pk for b in asked.bookables])
        self.sort_out(ctx, rows, options)
        waiting = [row for row in rows if row.outcome == Outcome.WAITING]
        there = [row for row in waiting if "booking" in row.inputs]
        found = Booking.objects.visible_to(ctx).in_bulk([row.inputs["booking"] for row in there])
        before = {booking.pk: audit.snapshot(booking) for booking in found.values()}
        held = _slots(ctx, found)
        off = [found[row.inputs["booking"]] for row in there if row.command == RELEASE and row.inputs["booking"] in found]
        moves = [(found[pk], _event(row)) for row in there if row.command == FOLLOW and (pk := row.inputs["booking"]) in found]
        same = {b.pk for b, event in moves if b.state == Booking.State.BOOKED and is_same(ctx, b, event)}
        done = same | release_events(ctx, off)
        done |= move_events(ctx, [(b, e) for b, e in moves if b.pk not in same], within_hours=asked.within_hours)
        _note_changes(ctx, [row for row in there if row.inputs["booking"] in done], before, held)
        new = [row for row in waiting if row.command == IMPORT]
        made = book_events(ctx, bookables, [_event(row) for row in new], within_hours=asked.within_hours)
        for row in new:
            if (booking := made.get(row.inputs["foreign_id"])) is not None:
                row.outcome, row.ref = Outcome.CREATED, ref(booking)
        if ctx.work is not None:
            ctx.work.noted |= {row.ref for row in rows if row.changes or row.outcome == Outcome.CREATED}
        return [booking.title for booking in made.values()]

    def left_out(self, text: str, rows: Sequence[ImportRow]) -> tuple[str, str, str]:
        """The events of the rows, with all that belongs to the same series, so that what is mended comes in again as a whole."""
        parts = parts_of(text)[0]
        said: dict[int, str] = {row.line: sentences_of(row) for row in reversed(rows)}
        whole = {part.text("UID") for part in parts if part.name == EVENT and part.line in said and part.text("UID")}
        out = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Enfilade//Calendar//EN"]
        for part in parts:
            if part.name == ZONE:
                out += part.raw
            elif part.name == EVENT and (part.line in said or part.text("UID") in whole):
                kept = [line for line in part.raw if not line.startswith(_PROBLEM)]
                out += [kept[0], *([_PROBLEM + said[part.line]] if part.line in said else []), *kept[1:]]
                out += [] if part.ended else ["END:VEVENT"]
        return "ics", CALENDAR, "\r\n".join([*out, "END:VCALENDAR", ""])

    def taken_back(self, ctx: Context, rows: Sequence[ImportRow]) -> None:
        """Calendars elsewhere hear of it, and so do those who wait for time."""
        keys = [split(row.ref)[1] for row in rows if row.ref]
        Booking.objects.visible_to(ctx).filter(pk__in=keys).update(sequence=F("sequence") + 1, changed_at=ctx.now)
        spans = [(_event(row).starts_at, _event(row).ends_at) for row in rows if "starts_at" in row.inputs]
        if spans:
            tell_freed(ctx, (min(start for start, _ in spans), max(end for _, end in spans)))


register_intake("calendar.booking", CalendarIntake())


def _asked(ctx: Context, options: Options) -> Asked:
    """What was asked, answered. Refuses bookables that the caller does not see, or that are no longer in use."""
    given = read(dict(CalendarIntake.asks), options.answers, ctx.company.currency)
    rows = Bookable.objects.visible_to(ctx).in_bulk(given["bookables"])
    if missing := [key for key in given["bookables"] if key not in rows or not rows[key].active]:
        raise Invalid({"bookables": [f"There is no bookable {missing[0]} that is in use."]})
    return Asked(**{**given, "bookables": tuple(rows[key] for key in given["bookables"])})


def _known_as(row: FileRow) -> str:
    """What the booking of a row is known by so far: an occurrence whose series was moved had another identity."""
    return str(row.inputs.get("was") or row.inputs["foreign_id"])


def _gone(reading: Reading, known: dict[str, Booking]) -> tuple[list[FileRow], dict[str, str]]:
    """Bookings to give back: of events that were cancelled, and of occurrences that an event which was read as a whole has no more.

    Besides, of occurrences that are new: what they were before. A series that was moved gives all of them new identities; in their order
    they are those that it has no more, and only what is left over is given back.
    """
    lines = {t.uid: t.line for t in reversed(reading.taken)} | {t.key: t.line for t in reading.taken}
    named, free = {t.key for t in reading.taken}, {t.key for t in reading.taken if t.free}
    off, was = [key for key in known if key in free], dict[str, str]()
    lost: dict[str, list[str]] = defaultdict(list)
    for key in sorted(known.keys() - named, key=lambda k: known[k].starts_at):
        uid = key if key in reading.whole else key.rpartition("|")[0]
        if uid in reading.whole:
            lost[uid].append(key)
    fresh: dict[str, list[str]] = defaultdict(list)
    for taken in sorted(reading.taken, key=lambda t: t.starts_at):
        if taken.uid in lost and not taken.free and taken.key not in known:
            fresh[taken.uid].append(taken.key)
    for uid, keys in lost.items():
        was |= dict(zip(fresh[uid], keys, strict=False))
        off += keys[len(fresh[uid]) :]
        lines |= {key: lines.get(uid, 1) for key in keys}
    return [FileRow(line=lines[key], command=RELEASE, inputs={"booking": known[key].pk}) for key in off], was


def _coming(reading: Reading, was: dict[str, str]) -> list[FileRow]:
    """What takes time, in the order of the file."""
    rows = []
    for taken in sorted(reading.taken, key=lambda t: (t.line, t.starts_at)):
        if not taken.free:
            times = {"starts_at": taken.starts_at.isoformat(), "ends_at": taken.ends_at.isoformat()}
            inputs = {"foreign_id": taken.key, "was": was.get(taken.key, ""), "title": taken.title, **times}
            rows.append(FileRow(line=taken.line, inputs=inputs))
    return rows


def _unread(reading: Reading) -> list[FileRow]:
    rows = []
    for unread in reading.unread:
        sentence = unread.sentence if unread.title == "Without a title" else f"{unread.title[:60]}: {unread.sentence}"
        rows.append(FileRow(line=unread.line, outcome=Outcome.REFUSED, said=[[unread.field, sentence]]))
    return rows


def _problems(reading: Reading) -> list[ImportProblem]:
    found = [reading.fault] if reading.fault else reading.problems
    problems = [ImportProblem(p.line, p.field, p.sentence, p.refused) for p in found]
    free = len({t.uid for t in reading.taken if t.free})
    if free:
        problems.append(ImportProblem(0, "", f"Events that take no time (cancelled, or free by their own word): {free}.", refused=False))
    return problems


def _sort_out(row: FileRow, booking: Booking | None, asked: Asked, mode: str) -> None:
    title, inputs = str(row.inputs["title"])[:80], {n: v for n, v in row.inputs.items() if n != "was"}
    if booking is not None and mode == "create":
        row.outcome, row.said = Outcome.REFUSED, [["title", f"{title} is there already; this import only adds."]]
    elif booking is None and mode == "update":
        row.outcome, row.said = Outcome.REFUSED, [["title", f"{title} is not there; this import only changes what is there."]]
    elif booking is not None:
        row.command = FOLLOW
        row.inputs = {"booking": booking.pk, **inputs, "within_hours": asked.within_hours}
    else:
        row.command = IMPORT
        row.inputs = {"bookables": [b.pk for b in asked.bookables], **inputs, "within_hours": asked.within_hours}


def _event(row: FileRow | ImportRow) -> Event:
    times = (datetime.fromisoformat(row.inputs[name]) for name in ("starts_at", "ends_at"))
    return Event(row.inputs["foreign_id"], row.inputs["title"], *times)


def _slots(ctx: Context, bookings: Iterable[int]) -> dict[int, set[str]]:
    """Which slots bookings hold. Shape: primary key of the booking -> refs."""
    held: dict[int, set[str]] = defaultdict(set)
    for slot in BookingSlot.objects.visible_to(ctx).filter(booking__in=bookings, active=True):
        held[slot.booking_id].add(ref(slot))
    return held


def _note_changes(ctx: Context, rows: list[FileRow], before: dict[int, dict[str, Any]], held: dict[int, set[str]]) -> None:
    """Say of rows whose bookings were changed what an undo has to put back."""
    keys = [row.inputs["booking"] for row in rows]
    after, now = Booking.objects.visible_to(ctx).in_bulk(keys), _slots(ctx, keys)
    for row, pk in zip(rows, keys, strict=True):
        row.outcome, row.ref = Outcome.CHANGED, ref(after[pk])
        row.changes = audit.jsonable(audit.changes(before[pk], after[pk]))
        changed = {r: {"active": [True, False]} for r in sorted(held[pk] - now[pk])}
        added = sorted(now[pk] - held[pk])
        row.below = {"added": added, "changed": changed} if added or changed else {}
