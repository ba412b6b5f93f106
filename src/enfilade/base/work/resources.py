"""Lists, forms and panels of cases, queues and rules."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Model

from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.models import Record, RecordQuerySet
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource, Step, flow, flow_of_records, panel

from . import commands, pages, queries, verify  # noqa: F401 - they register themselves
from .flow import case_flow, case_steps
from .models import (
    Absence,
    Case,
    CaseClock,
    CaseNote,
    CaseStep,
    CaseTemplate,
    CaseWord,
    Escalation,
    EscalationStep,
    HandOver,
    Queue,
    RoutingRule,
    ServiceLevel,
    Skill,
    SkillHolder,
    TemplateStep,
    TimeEntry,
    Timer,
    Topic,
)
from .panels import time_about

department("work", "Work", "inbox", 10, office="front")


class CaseResource(Resource):
    """Everything that somebody has to do or answer."""

    model = Case
    columns = ("number", "kind", "title", "party", "queue", "owner", "due_at", "priority", "state")
    filters = ("state", "kind", "queue", "owner", "priority", "topic", "party", "due_at", "opened_at", "origin")
    search = ("number", "title", "topic", "description", "contact_name", "contact_phone", "party__name", "party__number")
    words = CaseWord
    words_through = ("party",)
    facts = (
        "number",
        "kind",
        "topic",
        "priority",
        "party",
        "contact_name",
        "contact_phone",
        "queue",
        "owner",
        "opened_at",
        "opened_by",
        "due_at",
        "waiting_for",
        "answered_at",
        "answered_by",
        "told_party_at",
        "told_by",
        "closed_at",
        "outcome",
        "merged_into",
        "origin",
        "description",
        "answer",
    )
    fields = ("title", "kind", "topic", "priority", "party", "contact_name", "contact_phone", "description")
    board = "state"
    calendar = "due_at"
    charts = ("state", "kind", "queue", "owner", "priority", "opened_at", "closed_at")
    addable = False
    verbs = ("open_case", "open_from_template")
    icon = "inbox"
    order = 20
    empty = "Nothing to do yet. Take the first call, question or complaint with “New case” (Ctrl-K)."

    def told_with(self, ctx: Context, row: Model) -> list[str]:
        """What was done to cases that were merged into this one is a part of its story."""
        return [f"work.case:{pk}" for pk in Case.objects.visible_to(ctx).filter(merged_into=row.pk).values_list("pk", flat=True)]

    def queryset(self) -> RecordQuerySet:
        """With the names of topics."""
        return queries.named(super().queryset())

    def tone(self, ctx: Context, row: Model) -> str:
        """What is late is red."""
        return "bad" if isinstance(row, Case) and row.is_overdue(ctx.now) else ""


class QueueResource(Resource):
    """Teams."""

    model = Queue
    columns = ("code", "name", "role_code", "office", "department", "handing", "last_resort", "active")
    filters = ("office", "department", "handing", "active")
    search = ("code", "name", "role_code")
    fields = ("code", "name", "role_code", "office", "department", "handing", "each_max", "last_resort", "active")
    import_key = "code"
    ordering = "code"
    icon = "layers"
    order = 60
    empty = "Make one queue for each team that answers something: reception, clinical lead, accounts. Routing rules say what goes where."


class RoutingRuleResource(Resource):
    """What goes where."""

    model = RoutingRule
    columns = ("order", "kind", "topic", "party", "hours", "skill", "queue", "priority", "due_min", "active")
    filters = ("kind", "queue", "party", "skill", "active")
    search = ("topic", "queue__name")
    fields = (
        *("order", "kind", "topic", "party", "hours", "from_time", "until_time", "skill", "queue_max"),
        *("queue", "priority", "due_min", "active"),
    )
    ordering = "order"
    icon = "split"
    order = 70
    empty = "Say to which queue a kind of case or a topic belongs, and by when it is due. Until then a case stays with whoever took it."


class TopicResource(Resource):
    """What cases are about."""

    model = Topic
    columns = ("code", "name", "active")
    filters = ("active",)
    search = ("code", "name")
    fields = ("code", "name", "active")
    import_key = "code"
    ordering = "code"
    icon = "tag"
    order = 80
    empty = "Name what cases are about: billing, pain, prescriptions. Routing rules and cases use the code, people read the name."


class SkillResource(Resource):
    """What not everybody can do."""

    model = Skill
    columns = ("code", "name")
    search = ("code", "name")
    fields = ("code", "name")
    import_key = "code"
    ordering = "code"
    icon = "graduation-cap"
    order = 81
    empty = "Note what not everybody can do, such as a language; a routing rule can then ask for somebody who can."


class SkillHolderResource(Resource):
    """Who can do what."""

    model = SkillHolder
    columns = ("skill", "user", "valid_until")
    filters = ("skill", "user", "valid_until")
    fields = ("skill", "user", "valid_until")
    icon = "user-check"
    order = 82
    empty = "Say who can do what. Only people who can do it are given cases whose rule asks for it."


class AbsenceResource(Resource):
    """Who is away, and who stands in."""

    model = Absence
    columns = ("user", "deputy", "from_at", "until_at", "reason")
    filters = ("user", "deputy", "from_at", "until_at")
    ordering = "-from_at"
    verbs = ("note_absence",)
    icon = "tree-palm"
    order = 55
    empty = "Nobody is noted as away. “Note an absence” (Ctrl-K) says who stands in; new work then goes there."


class ServiceLevelResource(Resource):
    """What is promised."""

    model = ServiceLevel
    columns = ("order", "name", "kind", "priority", "party", "queue", "taken_min", "settled_min", "always", "active")
    filters = ("kind", "priority", "party", "queue", "active")
    search = ("name",)
    fields = ("order", "name", "kind", "priority", "party", "queue", "taken_min", "settled_min", "always", "active")
    import_key = "name"
    ordering = "order"
    icon = "timer"
    order = 71
    empty = "Promise how soon a case is taken and settled, in minutes of your opening hours. Then say whom to tell when the time runs out."


class EscalationStepResource(Resource):
    """Whom to tell when the time of a promise runs out."""

    model = EscalationStep
    columns = ("level", "target", "at_percent", "who", "role_code", "user", "priority", "active")
    filters = ("level", "target", "who", "active")
    fields = ("level", "target", "at_percent", "who", "role_code", "user", "priority", "active")
    icon = "siren"
    order = 72
    empty = "Make a service level first, then say whom to tell at 80 percent of its time, and whom when it is over."


class CaseClockResource(Resource):
    """Promises about cases: which run, which stand still, which were kept."""

    model = CaseClock
    columns = ("case", "level", "target", "due_at", "missed_at", "done_at", "state")
    filters = ("state", "level", "target", "case", "due_at", "missed_at")
    facts = ("case", "level", "target", "allowed_s", "spent_s", "since_at", "due_at", "next_at", "missed_at", "done_at", "state")
    icon = "hourglass"
    order = 73
    empty = "Nothing was promised yet. Make a service level; every new case that it fits gets its clocks."

    def tone(self, ctx: Context, row: Model) -> str:
        """What runs over its time is red."""
        return "bad" if isinstance(row, CaseClock) and row.state == CaseClock.State.RUNNING and row.is_missed(ctx.now) else ""


class EscalationResource(Resource):
    """Who was told when that a promise runs out."""

    model = Escalation
    columns = ("clock", "step", "at", "told")
    filters = ("clock", "at")
    menu = False


class CaseTemplateResource(Resource):
    """Cases that come again."""

    model = CaseTemplate
    columns = ("code", "title", "kind", "topic", "queue", "due_min", "active")
    filters = ("kind", "queue", "active")
    search = ("code", "title")
    fields = ("code", "title", "kind", "topic", "description", "queue", "priority", "due_min", "active")
    lines: ClassVar = {"steps": ("place", "text", "required", "owner", "due_min")}
    import_key = "code"
    ordering = "code"
    icon = "copy-check"
    order = 76
    empty = "Make a template for what comes again, such as a new employee. Its steps become the checklist of each case made from it."


class TemplateStepResource(Resource):
    """What belongs to a template."""

    model = TemplateStep
    columns = ("template", "place", "text", "required", "owner", "due_min")
    filters = ("template", "owner")
    search = ("text",)
    fields = ("template", "place", "text", "required", "owner", "due_min")
    icon = "list-checks"
    order = 77
    empty = "Make a template first, then say step by step what has to be done."


class CaseStepResource(Resource):
    """Steps of all cases."""

    model = CaseStep
    columns = ("text", "case", "owner", "required", "due_at", "state", "decided_at", "decided_by")
    filters = ("state", "owner", "case", "required", "due_at")
    search = ("text",)
    facts = ("text", "case", "owner", "required", "due_at", "state", "decided_at", "decided_by", "reason")
    icon = "list-checks"
    order = 25
    empty = "No case has steps yet. “Add a step” or “Add a checklist” on the page of a case says what belongs to it."

    def tone(self, ctx: Context, row: Model) -> str:
        """What is late is red."""
        return "bad" if isinstance(row, CaseStep) and row.is_late(ctx.now) else ""


class HandOverResource(Resource):
    """Who handed over what to whom, and whether it was accepted."""

    model = HandOver
    columns = ("case", "from_user", "to_user", "to_queue", "offered_at", "state", "decided_at", "decided_by")
    filters = ("state", "case", "to_queue", "offered_at")
    facts = ("case", "from_user", "to_user", "to_queue", "offered_at", "state", "decided_at", "decided_by", "note", "reason")
    menu = False


class CaseNoteResource(Resource):
    """Notes on cases."""

    model = CaseNote
    columns = ("case", "at", "by", "text")
    filters = ("case", "at")
    search = ("text",)
    menu = False


class TimeEntryResource(Resource):
    """What was worked on, by whom, how long."""

    model = TimeEntry
    columns = ("on", "user", "case", "spent_min", "billable", "note", "reason")
    filters = ("on", "user", "case", "case__topic", "billable", "origin", "entered_at")
    search = ("note", "case__number", "case__title")
    facts = (
        *("on", "user", "case", "origin", "spent_min", "billable", "note"),
        *("entered_at", "entered_by", "reverses", "instead_of", "reason"),
    )
    ordering = "-on"
    calendar = "on"
    charts = ("user", "case", "billable", "on")
    icon = "clock"
    order = 27
    empty = (
        "Nobody has written down any time yet. “Record time” on the page of a case, or on “My week”, does it; a timer does it by itself."
    )


class TimerResource(Resource):
    """Clocks that run, and what became of those that ran."""

    model = Timer
    columns = ("user", "case", "started_at", "stopped_at", "state")
    filters = ("state", "user", "case", "started_at")
    facts = ("user", "case", "origin", "started_at", "stopped_at", "billable", "note", "entry", "state")
    menu = False
    icon = "timer"
    empty = "No timer was started yet. “Start timer” on the page of a case lets one run for you."


@flow(on=Case)
def flow_of_case(ctx: Context, case: Case) -> list[Step]:
    """Where a case stands."""
    return case_steps(ctx, case)


@flow_of_records
def flow_of_any(ctx: Context, row: Model) -> list[Step]:
    """Whatever a case came from shows where that stands; a case shows it by itself, and a part of a record has no flow of its own."""
    return [] if isinstance(row, Case) or (isinstance(row, Record) and row.rows_of.part_of) else case_flow(ctx, row)


@panel(on=Case, title="Notes", permission="work.view_case", template="work/panel_notes.html", icon="sticky-note")
def notes_panel(ctx: Context, case: Case) -> dict[str, Any]:
    """What is worth knowing, newest first, that of merged cases included."""
    notes = list(queries.notes_of(ctx, case))
    url = f"/work/do/add_note/{case.pk}/" if ctx.may("work.add_note") else ""
    return {"notes": notes, "count": len(notes), "new_url": url, "new_label": "Add note"}


@panel(on=Case, title="Steps", permission="work.view_casestep", template="work/panel_steps.html", icon="list-checks")
def steps_panel(ctx: Context, case: Case) -> dict[str, Any]:
    """The checklist of a case, each step with what can be done with it."""
    steps = list(case.steps.select_related("owner", "decided_by").order_by("place", "pk"))
    may = ctx.may("work.take_case")
    verbs = {"open": (("finish_step", "Done"), ("drop_step", "Leave out")), "done": (("undo_step", "Still to do"),)}
    rows = [{"step": s, "late": s.is_late(ctx.now), "buttons": verbs.get(s.state, verbs["done"]) if may else ()} for s in steps]
    done = sum(s.state != CaseStep.State.OPEN for s in steps)
    url = f"/work/do/add_step/{case.pk}/" if may and case.state != Case.State.CLOSED else ""
    return {"rows": rows, "done": done, "count": len(rows), "new_url": url, "new_label": "Add a step"}


@panel(on=Case, title="Promises", permission="work.view_caseclock", template="work/panel_promises.html", icon="timer")
def promises_panel(ctx: Context, case: Case) -> dict[str, Any] | None:
    """What was promised for a case, how much of the time is used, and who was told that it runs out."""
    clocks = list(queries.clocks_of(ctx, case).prefetch_related("escalations__step"))
    rows = [{"clock": c, "missed": c.is_missed(ctx.now), "used": queries.used_percent(ctx, c)} for c in clocks]
    return {"rows": rows, "count": len(rows)} if rows else None


@panel(on=Case, title="Time", permission="work.view_timeentry", template="work/panel_times.html", icon="clock")
def case_times_panel(ctx: Context, case: Case) -> dict[str, Any]:
    """How long a case took, by whom, those that were merged into it included."""
    return time_about(ctx, case, f"{case.pk}/" if ctx.may("work.record_time") else "")


@panel(on=Party, title="Cases", permission="work.view_case", template="work/panel_cases.html", icon="inbox")
def cases_panel(ctx: Context, party: Party) -> dict[str, Any]:
    """What a party asked or complained about, newest first."""
    found = list(queries.cases_of(ctx, f"party.party:{party.pk}")[:20])
    url = f"/work/do/open_case/?party={party.pk}" if ctx.may("work.open_case") else ""
    late = {c.pk for c in found if c.is_overdue(ctx.now)}
    return {"cases": found, "late": late, "count": len(found), "new_url": url, "new_label": "New case"}
