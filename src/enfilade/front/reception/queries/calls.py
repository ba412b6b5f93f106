"""Contacts, who is on the line, and what is known of that person within the caller's rights."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from enfilade.back.billing.models import Invoice
from enfilade.back.billing.queries import open_invoices
from enfilade.base.calendar.queries import presence
from enfilade.base.party.models import Party
from enfilade.base.party.queries import find_parties, party_by_phone
from enfilade.base.work.models import Case
from enfilade.base.work.queries import cases, cases_of, open_cases
from enfilade.core.context import Context
from enfilade.core.models import User
from enfilade.front.appointments.models import Visit
from enfilade.front.appointments.queries import next_visit, visits_of_day
from enfilade.front.reception.models import Call, Interruption, Message
from enfilade.front.reception.rules import looks_like_number

CONTACTS_SHOWN = 5
QUESTIONS_SHOWN = 10
RINGING_FOR = timedelta(minutes=10)
PROMISES = ("call_back", "follow_up")
# Who is expected or in the house, in the order in which the desk has to look after them.
VISIT_ORDER = ("arrived", "treated", "booked", "in_treatment")


@dataclass(frozen=True)
class Caller:
    """Everything the desk sees when somebody calls. Lists that the desk may not see are empty."""

    party: Party | None
    candidates: list[Party] = field(default_factory=list)
    next_visit: Visit | None = None
    cases: list[Case] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    contacts: list[Call] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    screened_count: int = 0


@dataclass(frozen=True)
class Person:
    """Somebody who works here, for the presence board. here: None when her time is not in the calendar."""

    user: User
    roles: str
    here: bool | None = None
    busy_until: datetime | None = None


def day_of(ctx: Context, on: date) -> tuple[datetime, datetime]:
    """The first instant of a day where the company is, and of the next."""
    return datetime.combine(on, time.min, ctx.zone), datetime.combine(on + timedelta(days=1), time.min, ctx.zone)


def calls_between(ctx: Context, start: datetime, end: datetime) -> QuerySet[Call]:
    """Contacts that began between two instants, the newest first."""
    rows = Call.objects.visible_to(ctx).filter(started_at__gte=start, started_at__lt=end)
    return rows.select_related("party", "handled_by", "asked_by", "answer_version__answer").order_by("-started_at", "-pk")


def ringing_calls(ctx: Context) -> list[Call]:
    """Contacts that nobody has taken, the longest waiting first; a telephone that rings for ten minutes has nobody on the line any more."""
    rings = Q(started_at__gte=ctx.now - RINGING_FOR) | ~Q(channel=Call.Channel.PHONE)
    rows = Call.objects.visible_to(ctx).filter(rings, state=Call.State.RINGING)
    return list(rows.select_related("party", "asked_by").order_by("started_at", "pk"))


def given_up_calls(ctx: Context) -> list[Call]:
    """Telephone calls that rang for ten minutes and were never taken."""
    rows = Call.objects.visible_to(ctx).filter(state=Call.State.RINGING, channel=Call.Channel.PHONE)
    return list(rows.filter(started_at__lt=ctx.now - RINGING_FOR).order_by("pk"))


def questions_of(ctx: Context) -> list[Call]:
    """What the caller asked the desk herself, the newest first."""
    rows = Call.objects.visible_to(ctx).filter(asked_by=ctx.user, channel=Call.Channel.CHAT)
    return list(rows.select_related("handled_by", "answer_version", "case").order_by("-started_at", "-pk")[:QUESTIONS_SHOWN])


def open_calls(ctx: Context) -> list[Call]:
    """Contacts in progress at every desk."""
    rows = Call.objects.visible_to(ctx).filter(state=Call.State.OPEN)
    return list(rows.select_related("party", "handled_by", "asked_by").order_by("-taken_at", "-pk"))


def open_call_with(ctx: Context, party: int) -> Call | None:
    """The contact that the caller has in progress with a party, the newest."""
    rows = Call.objects.visible_to(ctx).filter(state=Call.State.OPEN, handled_by=ctx.user, party=party)
    return rows.order_by("-taken_at", "-pk").first()


def recognise(ctx: Context, text: str, limit: int = 8) -> list[Party]:
    """Who is meant by a number or a few letters of a name."""
    if not ctx.may("party.view_party"):
        return []
    found = party_by_phone(ctx, text) if looks_like_number(text) else []
    return (found or find_parties(ctx, text, limit))[:limit]


def caller_of(ctx: Context, call: Call) -> Caller:
    """What the desk is shown about the other side of a contact."""
    party = call.party if ctx.may("party.view_party") else None
    candidates = [] if call.party_id or not call.number else recognise(ctx, call.number)
    return Caller(
        party=party,
        candidates=candidates,
        next_visit=next_visit(ctx, party) if party and ctx.may("appointments.view_visit") else None,
        cases=_open_cases(ctx, party),
        invoices=open_invoices(ctx, party) if party and ctx.may("billing.view_invoice") else [],
        contacts=last_contacts(ctx, call.party, call.number_key, before=call),
        messages=_messages(ctx, call),
        screened_count=_screened(ctx, call),
    )


def last_contacts(ctx: Context, party: Party | None, key: str = "", before: Call | None = None) -> list[Call]:
    """The latest contacts with a party, or from a number where the party is not known."""
    if not ctx.may("reception.view_call") or (party is None and not key):
        return []
    rows = Call.objects.visible_to(ctx).filter(party=party) if party is not None else Call.objects.visible_to(ctx).filter(number_key=key)
    if before is not None:
        rows = rows.exclude(pk=before.pk)
    return list(rows.select_related("handled_by", "answer_version__answer").order_by("-started_at", "-pk")[:CONTACTS_SHOWN])


def contacts_about(ctx: Context, case: Case) -> list[Call]:
    """Contacts that a case came from or was told in, the newest first."""
    rows = Call.objects.visible_to(ctx).filter(case=case)
    return list(rows.select_related("party", "handled_by", "answer_version__answer").order_by("-started_at", "-pk"))


def _open_cases(ctx: Context, party: Party | None) -> list[Case]:
    if party is None or not ctx.may("work.view_case"):
        return []
    return list(cases_of(ctx, f"party.party:{party.pk}").exclude(state=Case.State.CLOSED)[:CONTACTS_SHOWN])


def _messages(ctx: Context, call: Call) -> list[Message]:
    if call.party_id is None or not ctx.may("reception.view_message"):
        return []
    rows = Message.objects.visible_to(ctx).filter(party=call.party_id).select_related("to_user")
    return list(rows.order_by("-taken_at")[:CONTACTS_SHOWN])


def _screened(ctx: Context, call: Call) -> int:
    screened = Call.objects.visible_to(ctx).filter(number_key=call.number_key, outcome=Call.Outcome.SCREENED)
    return screened.count() if call.number_key else 0


def people(ctx: Context) -> list[Person]:
    """Everybody who works here with roles and presence, the free ones first."""
    users = list(User.objects.visible_to(ctx).filter(is_active=True).order_by("name"))
    roles = {
        m.user_id: ", ".join(r.name for r in m.roles.all()) for m in ctx.company.memberships.filter(active=True).prefetch_related("roles")
    }
    there = presence(ctx)
    found = [Person(u, roles.get(u.pk, ""), p.here if (p := there.get(u.pk)) else None, p.busy_until if p else None) for u in users]
    return sorted(found, key=lambda p: (p.here is False, p.busy_until is not None, p.user.name))


def running_interruptions(ctx: Context, call: Call) -> list[Interruption]:
    """Who is being asked in a contact right now."""
    return list(Interruption.objects.visible_to(ctx).filter(call=call, until_at=None).select_related("person").order_by("pk"))


def promised_calls(ctx: Context) -> list[Case]:
    """Calls that were promised and not yet made, by when they are due."""
    if not ctx.may("work.view_case"):
        return []
    return [c for c in open_cases(ctx) if c.kind in PROMISES]


def answers_to_tell(ctx: Context) -> list[Case]:
    """Cases that are answered, while nobody has told the answer to who asked: the desk is the company's voice."""
    if not ctx.may("work.view_case"):
        return []
    rows = cases(ctx).filter(state=Case.State.ANSWERED, told_party_at=None)
    return [c for c in rows.order_by("due_at", "pk") if c.owes_answer]


def visits_at_the_desk(ctx: Context) -> list[Visit]:
    """Who is waiting, ready to leave, expected or in treatment today, in that order."""
    if not ctx.may("appointments.view_visit"):
        return []
    found = [v for v in visits_of_day(ctx, ctx.today) if v.state in VISIT_ORDER]
    return sorted(found, key=lambda v: (VISIT_ORDER.index(v.state), v.starts_at))
