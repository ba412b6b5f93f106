"""Founding a company from a kind: the few rows that must exist before there is a caller, then commands only."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from enfilade.core.access import context_for
from enfilade.core.command import run_raw
from enfilade.core.context import Context, Refusal
from enfilade.core.models import Company, Membership, Role, User
from enfilade.kinds import kinds, read_kind


def found_company(
    kind: str, *, name: str = "", demo: bool = False, password: str, at: datetime | None = None
) -> tuple[Context, dict[str, Context], dict[str, Any]]:
    """Make a company with the roles, people and data of a kind.

    Returns the owner's context, a context per login name, and the data of the kind.
    Refuses: unknown_kind.
    """
    if kind not in kinds():
        raise Refusal("unknown_kind", f"There is no kind of company called {kind[:60]}. There are: {', '.join(kinds())}.", field="kind")
    data = read_kind(kind)
    people = _found(kind, data, name, demo, password, at or timezone.now())
    owner = next(ctx for ctx in people.values() if "owner" in ctx.roles)
    Setup(owner, data, people).run()
    return owner, people, data


@transaction.atomic
def _found(kind: str, data: dict[str, Any], name: str, demo: bool, password: str, at: datetime) -> dict[str, Context]:
    company = _company(kind, data["company"], name or data["company"]["name"], demo=demo)
    roles = _roles(company, data["roles"])
    contexts = {}
    for person in data["people"]:
        user = _user(person, data["company"]["email_domain"], company, password)
        Membership.objects.create(company=company, user=user).roles.set([roles[c] for c in person["roles"]])
        contexts[person["login"]] = replace(context_for(user, company), now=at)
    return contexts


@transaction.atomic
def found_beside(people: dict[str, Context], logins: list[str], data: dict[str, Any], facts: dict[str, Any]) -> dict[str, Context]:
    """A company of its own beside another one; some of its people work here too, in the same roles, and no one else does.

    people: of the other company, by login. data: its kind, for the roles. facts: of the new company. Returns their contexts here.
    """
    beside = people[logins[0]].company
    company = _company(beside.kind, facts, facts["name"], demo=beside.demo)
    wanted = {code for login in logins for code in people[login].roles}
    roles = _roles(company, [role for role in data["roles"] if role["code"] in wanted])
    for login in logins:
        Membership.objects.create(company=company, user=people[login].user).roles.set([roles[code] for code in people[login].roles])
    return {login: replace(context_for(people[login].user, company), now=people[login].now) for login in logins}


def _company(kind: str, facts: dict[str, Any], name: str, *, demo: bool) -> Company:
    kept = {field: facts[field] for field in ("country", "currency", "timezone", "language")}
    return Company.objects.create(slug=_free_slug(name), name=name, kind=kind, demo=demo, **kept)


def _roles(company: Company, given: list[dict[str, Any]]) -> dict[str, Role]:
    return {
        r["code"]: Role.objects.create(
            company=company,
            code=r["code"],
            name=r["name"],
            permissions=sorted(r["permissions"]),
            privileged=r.get("privileged", False),
            second_factor=r.get("second_factor", False),
        )
        for r in given
    }


def _free_slug(title: str) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "company"
    number, slug = 1, stem
    while Company.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{stem}-{number}"
    return slug


def _user(person: dict[str, Any], domain: str, company: Company, password: str) -> User:
    email = f"{person['login']}@{domain}"
    if User.objects.filter(email=email).exists():
        email = f"{person['login']}.{company.slug}@{domain}"
    return User.objects.create_user(email, password, name=person["name"])


class Setup:
    """The data of a kind, brought in through commands as the owner."""

    def __init__(self, owner: Context, data: dict[str, Any], people: dict[str, Context]) -> None:
        self.ctx, self.data, self.people = owner, data, people
        self.bookables: dict[str, Any] = {}
        self.ids: dict[tuple[str, str], int] = {}

    def run(self) -> None:
        """Everything, from the bottom of the house up."""
        self.books()
        self.calendar()
        self.catalogue()
        self.work()
        self.mail()
        self.desk()

    def do(self, command: str, /, **inputs: Any) -> Any:
        """One command as the owner."""
        return run_raw(self.ctx, command, {k: v.isoformat() if isinstance(v, date) else v for k, v in inputs.items() if v is not None})

    def each(self, section: str) -> list[dict[str, Any]]:
        """The entries of a section of the kind."""
        return [dict(e) for e in self.data.get(section, [])]

    def books(self) -> None:
        """Chart of accounts, purposes, periods from last year to next; taxes."""
        self.do("ledger.found_ledger", chart=self.data["company"]["chart"])
        year = self.ctx.today.year
        for one in (year - 1, year, year + 1):
            self.do("ledger.open_year", year=one)
        for tax in self.each("taxes"):
            self.do("tax.add_taxcode", country=self.ctx.company.country, **tax)

    def calendar(self) -> None:
        """People and things that can be booked, and when the company is open."""
        for person in self.each("people"):
            made = self.do(
                "party.add_party", kind="person", name=person["name"], role="employee", email=self.people[person["login"]].user.email
            )
            self.do("party.link_account", party=made.pk, email=self.people[person["login"]].user.email)
            code = person["login"].upper()
            self.bookables[code] = self.do(
                "calendar.add_bookable",
                kind="person",
                name=person["name"],
                code=code,
                tags=person["tags"],
                user=self.people[person["login"]].user.pk,
                party=made.pk,
                colour=person.get("colour", ""),
            )
        for thing in self.each("bookables"):
            self.bookables[thing["code"]] = self.do("calendar.add_bookable", **thing)
        for hours in self.each("opening_hours"):
            for weekday in hours["weekdays"]:
                self.do(
                    "calendar.add_openinghours",
                    weekday=str(weekday),
                    opens_at=hours["opens_at"].isoformat("minutes"),
                    closes_at=hours["closes_at"].isoformat("minutes"),
                )

    def catalogue(self) -> None:
        """What is sold, what an appointment needs, which documents it takes."""
        for item in self.each("items"):
            made = self.do(
                "item.add_item",
                code=item["code"],
                name=item["name"],
                kind=item.get("kind", "service"),
                price=item["price"],
                tax_class=item["tax_class"],
            )
            self.ids["item", item["code"]] = made.pk
        for kind in self.each("document_kinds"):
            self.ids["document", kind["code"]] = self.do("document.add_documentkind", **kind).pk
        for required in self.each("required_documents"):
            self.do(
                "document.add_requireddocument",
                subject=required["subject"],
                kind=self.ids["document", required["kind"]],
                blocking=required["blocking"],
            )
        for service in self.each("services"):
            made = self.do("appointments.add_service", **{**service, "item": self.ids["item", service["item"]], "needs": service["needs"]})
            self.ids["service", service["code"]] = made.pk

    def work(self) -> None:
        """Queues, routing, and what the doors look at."""
        for queue in self.each("queues"):
            made = self.do("work.add_queue", **{**{k: v for k, v in queue.items() if k != "role"}, "role_code": queue["role"]})
            self.ids["queue", queue["code"]] = made.pk
        for topic in self.each("topics"):
            self.do("work.add_topic", **topic)
        for order, rule in enumerate(self.each("routing"), 1):
            self.do("work.add_routingrule", **{**rule, "queue": self.ids["queue", rule["queue"]]}, order=order)
        for order, level in enumerate(self.each("service_levels"), 1):
            made = self.do("work.add_servicelevel", **{k: v for k, v in level.items() if k != "steps"}, order=order)
            for step in level["steps"]:
                self.do("work.add_escalationstep", level=made.pk, **step)
        for template in self.each("case_templates"):
            given = {k: v for k, v in template.items() if k not in {"steps", "queue"}}
            made = self.do("work.add_casetemplate", **given, queue=self.ids["queue", template["queue"]])
            for place, step in enumerate(template["steps"], 1):
                self.do("work.add_templatestep", template=made.pk, place=place * 10, **step)
        for rule in self.each("door_rules"):
            self.do("doors.add_doorrule", **rule)
        for rule in self.each("conflict_rules"):
            self.do("access.add_conflictrule", **rule)

    def mail(self) -> None:
        """From which addresses the company writes, and who answers what comes to them."""
        for mailbox in self.each("mailboxes"):
            self.do("message.add_mailbox", **{**mailbox, "queue": self.ids["queue", mailbox["queue"]]})

    def desk(self) -> None:
        """Where visitors come in, the answer book, facts that answers quote, and what an hour of whom costs."""
        for entrance in self.each("entrances"):
            self.do("visitors.add_entrance", **entrance)
        for fact in self.each("company_facts"):
            self.do("reception.add_companyfact", valid_from=self.ctx.today.replace(month=1, day=1), **fact)
        for rate in self.each("pay_rates"):
            self.do("reception.add_payrate", role=rate["role"], hourly=rate["hourly"])
        for answer in self.each("answers"):
            text = answer.pop("text")
            made = self.do("reception.add_answer", **answer, text=text, valid_from=self.ctx.today.replace(month=1, day=1))
            self.ids["answer", answer["question"]] = made.pk
