"""A small practice for tests: two dentists, two chairs, an assistant, a hygienist, papers, prices and open books."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from enfilade.back.ledger.commands import found_ledger, open_year
from enfilade.back.tax.models import TaxCode
from enfilade.base.calendar.models import Bookable, OpeningHours
from enfilade.base.document.models import DocumentKind, RequiredDocument
from enfilade.base.item.models import Item
from enfilade.base.party.commands import add_party
from enfilade.core.context import Context
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx
from enfilade.front.appointments import commands
from enfilade.front.appointments.models import Service, Visit

MONDAY = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)


def at(text: str) -> datetime:
    """An instant in June 2026 by Berlin's wall clock, as `1 09:30`."""
    day, _, clock = text.partition(" ")
    hour, minute = clock.split(":")
    return datetime(2026, 6, int(day), tzinfo=UTC) + timedelta(hours=int(hour) - 2, minutes=int(minute))


class Practice:
    """The practice on Monday 1 June 2026, 8 o'clock; `desk` may do everything."""

    def __init__(self) -> None:
        self.desk = make_ctx(make_company(timezone="Europe/Berlin"), "*", name="Mira Castellan", now=MONDAY)
        self.company = self.desk.company
        self.doctor = make_ctx(
            self.company, "appointments.*", "document.*", "work.*", name="Dr Ruth Amsel", role="clinical_lead", now=MONDAY
        )
        found_ledger(self.desk)
        open_year(self.desk, year=2026)
        with scope(self.company.pk):
            self._rows()
        self.patient = add_party(self.desk, name="Li Wei", phone="+49 431 555123", role="patient")
        self.other = add_party(self.desk, name="Noor Haddad", role="patient")
        self.pharmacy = add_party(self.desk, kind="organisation", name="Linden Pharmacy", role="pharmacy")

    def _rows(self) -> None:
        mine = {"company": self.company}
        OpeningHours.objects.bulk_create(OpeningHours(**mine, weekday=d, opens_at=time(8), closes_at=time(17)) for d in range(5))
        TaxCode.objects.create(
            **mine,
            tax_class="exempt",
            code="MED",
            name="Exempt",
            category="E",
            rate_bp=0,
            country="DE",
            valid_from="2007-01-01",
            exemption_reason="Care",
        )
        TaxCode.objects.create(
            **mine, tax_class="standard", code="DE19", name="VAT 19 %", category="S", rate_bp=1900, country="DE", valid_from="2007-01-01"
        )
        self.amsel = Bookable.objects.create(**mine, code="AMSEL", name="Dr Amsel", tags=["dentist"], user=self.doctor.user)
        self.okafor = Bookable.objects.create(**mine, code="OKAFOR", name="Dr Okafor", tags=["dentist", "hygienist"])
        self.nurse = Bookable.objects.create(**mine, code="NURSE", name="Nele", tags=["assistant"])
        self.paul = Bookable.objects.create(**mine, code="PAUL", name="Paul", tags=["assistant", "hygienist"])
        self.chairs = [Bookable.objects.create(**mine, code=f"CH{n}", name=f"Chair {n}", kind="chair", tags=["chair"]) for n in (1, 2)]
        self.exam = Item.objects.create(**mine, code="EXAM", name="Examination", price_minor=4200, tax_class="exempt")
        self.brush = Item.objects.create(**mine, code="BRUSH", name="Toothbrush", kind="product", price_minor=10000, tax_class="standard")
        self.check = Service.objects.create(
            **mine, code="CHECK", name="Check-up", item=self.exam, duration_min=30, needs=[["dentist"], ["chair"], ["assistant"]]
        )
        self.clean = Service.objects.create(
            **mine, code="CLEAN", name="Cleaning", item=self.exam, duration_min=45, buffer_min=15, needs=[["hygienist"], ["chair"]]
        )
        self.consent = DocumentKind.objects.create(**mine, code="consent", name="Consent")
        self.history = DocumentKind.objects.create(**mine, code="history", name="Medical history")

    def require_papers(self) -> None:
        """From now on a visit needs the consent and asks for the history."""
        with scope(self.company.pk):
            RequiredDocument.objects.create(company=self.company, subject="visit", kind=self.consent, blocking=True)
            RequiredDocument.objects.create(company=self.company, subject="visit", kind=self.history)

    def when(self, text: str, ctx: Context | None = None) -> Context:
        """The desk (or another caller) at an instant."""
        return replace(ctx or self.desk, now=at(text))

    def book(self, start: str = "1 09:00", **more: Any) -> Visit:
        """A visit of the first patient."""
        given = {"patient": self.patient, "service": self.check, "starts_at": at(start), **more}
        return commands.book_visit(self.desk, **given)

    def treated(self, start: str = "1 09:00", *items: Item, **more: Any) -> Visit:
        """A visit whose treatment is finished half an hour after it began."""
        visit = self.book(start, **more)
        day = start.split(maxsplit=1)[0]
        commands.check_in(self.when(f"{day} 08:50"), visit=visit)
        commands.call_in(self.when(f"{day} 09:05"), visit=visit)
        done = [commands.ServiceDone(item=i.pk) for i in items]
        return commands.finish_treatment(self.when(f"{day} 09:35"), visit=visit, services=done)

    def fresh(self, visit: Visit) -> Visit:
        """The visit as it is stored."""
        with scope(self.company.pk, read_only=True):
            return Visit.objects.select_related("invoice", "booking", "practitioner").get(pk=visit.pk)
