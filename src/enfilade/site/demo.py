"""The demo company: a practice with people, patients, a history and a day that is under way, all made by commands.

The same seed gives the same people and the same story; dates lie around today. Every figure on every page comes from
these commands, so the demo is as true as a real company: its books balance, its audit tells who did what.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from enfilade.core.command import run_raw
from enfilade.core.context import Context, Held, Refusal
from enfilade.core.files import store_bytes
from enfilade.core.scope import scope

from .demo_office import begin_office, work_in_office
from .demo_visitors import receive_visitors
from .found import Setup, found_company

Say = Callable[[str], None]
PAST_DAYS = 6
AHEAD_DAYS = 6
DRAWER_FLOAT = "150.00"
BUSY = {"slot_taken", "patient_busy", "closed"}


def found_demo(kind: str, *, patients: int, seed: int = 1, days: int = PAST_DAYS, say: Say = lambda _: None) -> list[dict[str, str]]:
    """Found a demo company and live its last days; the logins, with a password made for this installation."""
    password = f"{kind}-{secrets.token_hex(2)}-{secrets.token_hex(2)}-{secrets.token_hex(2)}"
    _, people, data = found_practice(kind, patients=patients, days=days, password=password, seed=seed, say=say)
    roles = {r["code"]: r["name"] for r in data["roles"]}
    return [
        {"email": ctx.user.email, "password": password, "name": ctx.user.name, "role": ", ".join(roles[c] for c in sorted(ctx.roles))}
        for ctx in people.values()
    ]


def found_practice(
    kind: str, *, patients: int, days: int, password: str, seed: int = 1, name: str = "", say: Say = lambda _: None
) -> tuple[Context, dict[str, Context], dict[str, Any]]:
    """A demo company with `patients` patients and `days` working days behind it; without days, just the morning of today."""
    say("Founding the company")
    owner, people, data = found_company(kind, name=name, demo=True, password=password)
    story = Story(owner, people, data, random.Random(seed), say)  # noqa: S311 - repeatable people, not secrets
    story.open_today()
    story.people_come(patients)
    if days:
        story.live(days)
    return owner, people, data


class Cast:
    """Who acts, with which dice, and how anything is done at an instant."""

    def __init__(self, owner: Context, people: dict[str, Context], data: dict[str, Any], dice: random.Random, say: Say) -> None:
        self.owner, self.people, self.data, self.dice, self.say = owner, people, data, dice, say
        self.setup = Setup(owner, data, people)
        self.services = self._keys("appointments.service")
        self.items = self._keys("item.item")
        self.answers = self.rows("reception.answer")
        self.documents = self._keys("document.documentkind")
        self.templates = self._keys("work.casetemplate")

    def rows(self, label: str) -> list[Any]:
        """Every record of a kind, in the order in which they were made."""
        from enfilade.core.resource import resource_named

        with scope(self.owner.company_id):
            return list(resource_named(label).queryset().visible_to(self.owner).order_by("pk"))

    def _keys(self, label: str) -> dict[str, int]:
        return {row.code: row.pk for row in self.rows(label)}

    def do(self, login: str, at: datetime, command: str, /, **inputs: Any) -> Any:
        """One command as one person at an instant."""
        raw = {k: v.isoformat() if isinstance(v, date | datetime) else v for k, v in inputs.items() if v is not None}
        return run_raw(replace(self.people[login], now=at, channel="page"), command, raw)

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """An instant of a day, where the company is."""
        return datetime.combine(day, time(hour, minute), tzinfo=self.owner.zone)

    def pick(self, name: str) -> Any:
        """One of a list of names."""
        return self.dice.choice(self.data[name])


class Story(Cast):
    """What happened in the practice, told by commands with the clock of that day."""

    def __init__(self, *who: Any) -> None:
        super().__init__(*who)
        self.patients: list[Any] = []
        self.on_duty = False

    # -- the people

    def open_today(self) -> None:
        """A demo can be lived at any hour: when the practice would be closed now, it has emergency duty today."""
        today, now = self.owner.today, self.owner.now.astimezone(self.owner.zone)
        self.on_duty = not any(opens <= now <= closes - timedelta(hours=2) for opens, closes in self.usual_hours(today))
        if self.on_duty:
            self.setup.do(
                "calendar.add_openinghours",
                weekday=str(today.weekday()),
                opens_at="00:00",
                closes_at="00:00",
                valid_from=today,
                valid_until=today,
            )

    def people_come(self, number: int) -> None:
        """Patients with phones, addresses and papers; insurers, pharmacies and suppliers."""
        self.say(f"Taking in {number} patients")
        for name, phone in self.data["pharmacies"]:
            self.setup.do("party.add_party", kind="organisation", name=name, phone=phone, role="pharmacy")
        for name, phone in self.data["suppliers"]:
            self.setup.do("party.add_party", kind="organisation", name=name, phone=phone, role="supplier")
        for name in self.data["insurers"]:
            self.setup.do("party.add_party", kind="organisation", name=name, role="insurer")
        for index in range(number):
            self.patients.append(self.new_patient(index))

    def new_patient(self, index: int) -> Any:
        """One invented person."""
        given, family = self.pick("given_names"), self.pick("family_names")
        born = date(self.owner.today.year - self.dice.randint(6, 86), self.dice.randint(1, 12), self.dice.randint(1, 28))
        party = self.setup.do(
            "party.add_person",
            given_name=given,
            family_name=family,
            phone=f"+49 431 {5600000 + index * 7 + self.dice.randint(0, 6)}",
            email=f"patient{index + 1}@post.example" if self.dice.random() < 0.7 else "",
            birth_on=born,
            role="patient",
            although_known=True,
        )
        code, city = self.pick("places")
        self.setup.do(
            "party.add_address",
            party=party.pk,
            street=f"{self.pick('streets')} {self.dice.randint(1, 90)}",
            postal_code=code,
            city=city,
            country=self.owner.company.country,
        )
        return party

    # -- the days

    def live(self, days: int) -> None:
        """The last working days, today until now, and the bookings ahead."""
        today = self.owner.today
        past = [d for d in (today - timedelta(days=n) for n in range(1, 60)) if self.is_open(d)][:days]
        first = self.at(past[-1] if past else today, 0) - timedelta(days=1)
        if days >= PAST_DAYS:
            begin_office(self)
        self.say("Booking appointments")
        booked = {day: self.book_day(day, load=0.9 if day == today else 0.55, booked_at=first) for day in [*reversed(past), today]}
        for day in reversed(past):
            self.say(f"Living {day.isoformat()}")
            self.one_day(day, self.at(day, 23), booked[day])
        self.say("Beginning today")
        self.one_day(today, self.owner.now, booked[today])
        self.people_ask()
        receive_visitors(self)
        if days >= PAST_DAYS:
            work_in_office(self)
        for day in (today + timedelta(days=n) for n in range(1, AHEAD_DAYS + 6)):
            if self.is_open(day):
                self.book_day(day, load=0.35, booked_at=self.owner.now)

    def people_ask(self) -> None:
        """What came in just now and waits for whoever takes it; and a holiday that is planned, with who stands in."""
        for number, (text, topic) in enumerate(self.data["questions"]):
            at = self.owner.now - timedelta(minutes=50 - 9 * number)
            patient = self.dice.choice(self.patients)
            self.do("desk2", at, "work.open_case", kind="question", topic=topic, title=text, party=patient.pk)
        begun = self.owner.now - timedelta(hours=3)
        case = self.do("owner", begun, "work.open_from_template", template=self.templates["new_employee"])
        self.do("owner", begun, "work.take_case", case=case.pk)
        first = next(step for step in self.rows("work.casestep") if step.case_id == case.pk)
        self.do("owner", begun + timedelta(hours=1), "work.finish_step", step=first.pk)
        leave = self.at(self.owner.today + timedelta(days=9), 0)
        inputs = {"user": self.people["desk2"].user.pk, "deputy": self.people["desk"].user.pk, "reason": "Holiday"}
        self.do("desk2", self.owner.now, "work.note_absence", **inputs, from_at=leave, until_at=leave + timedelta(days=7))

    def is_open(self, day: date) -> bool:
        """Whether the practice usually works on a day."""
        return any(day.weekday() in h["weekdays"] for h in self.data["opening_hours"])

    def usual_hours(self, day: date) -> list[tuple[datetime, datetime]]:
        """When the practice is open on an ordinary day of this weekday."""
        zone = self.owner.zone
        hours = [h for h in self.data["opening_hours"] if day.weekday() in h["weekdays"]]
        return [(datetime.combine(day, h["opens_at"], tzinfo=zone), datetime.combine(day, h["closes_at"], tzinfo=zone)) for h in hours]

    def hours_of(self, day: date) -> list[tuple[datetime, datetime]]:
        """When it is open on a day; on emergency duty, some hours around now."""
        if day != self.owner.today or not self.on_duty:
            return self.usual_hours(day)
        now = self.owner.now.astimezone(self.owner.zone).replace(minute=0, second=0, microsecond=0)
        return [(max(self.at(day, 0, 15), now - timedelta(hours=3)), min(self.at(day, 23, 30), now + timedelta(hours=5)))]

    def book_day(self, day: date, load: float, booked_at: datetime) -> list[Any]:
        """Fill a part of a day's slots; a slot that is taken is simply tried elsewhere."""
        visits = []
        for opens, closes in self.hours_of(day):
            slot = opens
            while slot < closes - timedelta(minutes=45):
                for code in ("CHECK", "FILL", "HYG"):
                    if self.dice.random() < load / 2 and self.patients:
                        found = self.book(code, slot, booked_at)
                        visits += [found] if found else []
                slot += timedelta(minutes=30)
        return visits

    def book(self, code: str, starts_at: datetime, booked_at: datetime) -> Any:
        """One booking at the desk, or None when somebody was faster or it is over."""
        try:
            patient = self.dice.choice(self.patients)
            return self.do(
                self.dice.choice(["desk", "desk2"]),
                booked_at,
                "appointments.book_visit",
                patient=patient.pk,
                service=self.services[code],
                starts_at=starts_at,
            )
        except Refusal as no:
            if no.code in BUSY:
                return None
            raise

    def one_day(self, day: date, until: datetime, visits: list[Any]) -> None:
        """Drawer, calls, visits, complaint, closing; nothing after `until` has happened yet."""
        opens = self.hours_of(day)[0][0]
        drawer = self.do("desk", opens - timedelta(minutes=10), "billing.open_drawer", float_amount=DRAWER_FLOAT)
        for visit in sorted(visits, key=lambda v: v.starts_at):
            self.live_visit(visit, until)
        self.calls_of(day, until)
        closing = self.hours_of(day)[-1][1] + timedelta(minutes=15)
        if closing < until:
            self.close(drawer, closing)

    def live_visit(self, visit: Any, until: datetime) -> None:
        """One visit, as far as it has come by now."""
        arrived = visit.starts_at - timedelta(minutes=self.dice.randint(2, 15))
        if arrived >= until:
            return
        if self.dice.random() < 0.04 and visit.starts_at + timedelta(minutes=30) < until:
            self.do("desk", visit.starts_at + timedelta(minutes=25), "appointments.mark_no_show", visit=visit.pk)
            return
        self.check_in(visit, arrived)
        called = visit.starts_at + timedelta(minutes=self.dice.randint(0, 12))
        if called >= until:
            return
        self.do("assistant", called, "appointments.call_in", visit=visit.pk)
        done = called + timedelta(minutes=self.dice.randint(18, 40))
        if done >= until:
            return
        self.treat(visit, done)
        left = done + timedelta(minutes=self.dice.randint(2, 9))
        if left < until:
            self.check_out(visit, left)

    def check_in(self, visit: Any, at: datetime) -> None:
        """Arrival; what is missing of the papers is taken at the desk first."""
        from enfilade.base.document.queries import missing_documents

        ctx = replace(self.people["desk"], now=at)
        with scope(ctx.company_id):
            missing = [kind.pk for kind in missing_documents(ctx, visit.party, "visit", at.date())]
        for kind in missing:
            with scope(ctx.company_id):
                paper = store_bytes(ctx, "paper.pdf", _PAPER, "application/pdf")
            self.do("desk", at, "document.take_document", party=visit.party_id, kind=kind, file=paper.pk, received_on=at.date())
        self.do("desk", at, "appointments.check_in", visit=visit.pk)

    def treat(self, visit: Any, at: datetime) -> None:
        """What was done in the chair."""
        more = self.dice.choice([[], [], ["XRAY"], ["FILL1"], ["BRUSH"]])
        lines = [{"item": visit.service.item_id}, *({"item": self.items[c]} for c in more)]
        self.do("dentist", at, "appointments.finish_treatment", visit=visit.pk, services=lines)

    def check_out(self, visit: Any, at: datetime) -> None:
        """Fee taken, receipt printed; now and then the next visit and a prescription."""
        self.do("desk", at, "appointments.check_out", visit=visit.pk, method=self.dice.choices(["card", "cash", "transfer"], [6, 3, 1])[0])
        if self.dice.random() < 0.15:
            pharmacy = self.dice.choice([p for p in self.rows("party.party") if p.name in {n for n, _ in self.data["pharmacies"]}])
            sent = self.do(
                "dentist",
                at,
                "appointments.send_prescription",
                visit=visit.pk,
                pharmacy=pharmacy.pk,
                text="Ibuprofen 400 mg, 20 tablets, one up to three times a day",
            )
            confirmed = at + timedelta(minutes=self.dice.randint(30, 90))
            if confirmed < self.owner.now and self.dice.random() < 0.9:
                self.do("desk", confirmed, "appointments.confirm_prescription", prescription=sent.pk, note="The pharmacist")

    def calls_of(self, day: date, until: datetime) -> None:
        """Contacts of a day: most are settled from the book, some go to somebody behind."""
        opens, closes = self.hours_of(day)[0][0], self.hours_of(day)[-1][1]
        open_min = int((closes - opens).total_seconds() // 60)
        minutes = sorted(self.dice.randint(5, max(10, open_min - 5)) for _ in range(self.dice.randint(7, 13)))
        for number, minute in enumerate(minutes):
            # One after the other, with room for the longest talk: the desk has one telephone.
            at = opens + timedelta(minutes=minute + number * 10)
            if at + timedelta(minutes=15) < min(until, closes):
                self.one_call(at)
        if self.dice.random() < 0.35 and opens + timedelta(hours=1) < until:
            self.complaint(opens + timedelta(minutes=50))

    def one_call(self, at: datetime) -> None:
        """One call: from a patient more often than not."""
        patient = self.dice.choice(self.patients) if self.patients and self.dice.random() < 0.8 else None
        chance = self.dice.random()
        call = self.do(
            "desk",
            at,
            "reception.open_call",
            number=patient.phone if patient else f"+49 40 {self.dice.randint(1000000, 9999999)}",
            party=patient.pk if patient else None,
        )
        after = at + timedelta(minutes=self.dice.randint(1, 4))
        callers = [a for a in self.answers if a.audience == "caller"]
        if chance < 0.62:
            self.do("desk", after, "reception.answer_from_book", call=call.pk, answer=self.dice.choice(callers).pk, settled=True)
        elif chance < 0.78:
            self.do("desk", after, "reception.settle_call", call=call.pk, topic="appointment")
        elif chance < 0.9:
            person = self.people[self.dice.choice(["dentist", "owner", "books"])]
            self.do(
                "desk",
                after,
                "reception.interrupt_person",
                call=call.pk,
                person=person.user.pk,
                minutes=self.dice.randint(2, 8),
                topic=self.dice.choice(["lab work", "unclear invoice", "treatment"]),
            )
        else:
            self.do(
                "desk",
                after,
                "reception.note_question",
                call=call.pk,
                question=self.dice.choice(["Do you offer payment in instalments?", "Is there an evening hour for working people?"]),
                topic="fees",
            )
            self.do("desk", after + timedelta(minutes=1), "reception.settle_call", call=call.pk, topic="fees")

    def complaint(self, at: datetime) -> None:
        """Taken at the desk, handed over, accepted, answered, told: as far as chance takes it."""
        text, topic = self.pick("complaints")
        patient = self.dice.choice(self.patients)
        case = self.do("desk", at, "work.open_case", kind="complaint", topic=topic, title=text, party=patient.pk)
        receiver = "dentist" if topic == "complaint_treatment" else "books"
        self.do(
            "desk", at, "work.hand_over_case", case=case.pk, to_user=self.people[receiver].user.pk, note="Please answer; the patient waits."
        )
        if self.dice.random() < 0.8:
            self.do(receiver, at + timedelta(minutes=20), "work.accept_case", case=case.pk)
            self.do(
                receiver,
                at + timedelta(minutes=45),
                "work.answer_case",
                case=case.pk,
                answer="We looked into it and will put it right at no cost. Please choose any free slot this week.",
            )
            self.do("desk", at + timedelta(minutes=60), "work.tell_party", case=case.pk, channel="phone")

    def close(self, drawer: Any, at: datetime) -> None:
        """Cash counted: mostly right, sometimes fifty cents off and explained."""
        from enfilade.back.billing.queries import expected_cash
        from enfilade.core.fields import to_major

        with scope(self.owner.company_id):
            expected = expected_cash(drawer)
        off = self.dice.choice([0, 0, 0, 0, -50, 20])
        counted = str(to_major(expected + off, self.owner.company.currency))
        try:
            self.do("desk", at, "billing.close_drawer", drawer=drawer.pk, counted=counted, reason="Change given wrongly" if off else "")
        except Held:
            return


# A one-page PDF without text: the paper that a patient hands over in a story.
_PAPER = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 595]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
