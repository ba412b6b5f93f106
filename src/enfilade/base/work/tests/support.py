"""A house with a desk and a clinical lead."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from enfilade.base.party.commands import add_person
from enfilade.base.work import commands
from enfilade.base.work.flow import case_steps
from enfilade.base.work.models import Case
from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

DESK = (
    *("work.open_case", "work.view_case", "work.take_case", "work.hand_over_case"),
    *("work.answer_case", "work.tell_party", "work.close_case", "work.add_note"),
    *("work.note_absence", "work.view_queue"),
)


class House:
    """anna sits at the desk, ruth leads the clinic, paul may do everything; jonas asks."""

    def __init__(self) -> None:
        self.company = make_company()
        self.paul = make_ctx(self.company, "*", role="owner", name="Paul")
        self.anna = make_ctx(self.company, *DESK, role="reception", name="Anna")
        self.ruth = make_ctx(self.company, *DESK, role="clinical", name="Ruth")
        self.desk = self.queue("reception", "Reception", "front")
        self.clinic = self.queue("clinical", "Clinical lead", "back")
        self.jonas = add_person(self.paul, name="Jonas Weber", phone="0171 5550123")

    def queue(self, code: str, name: str, office: str, **more: Any) -> Any:
        """A queue served by the role of the same code."""
        return run_raw(self.paul, "work.add_queue", {"code": code, "name": name, "role_code": code, "office": office, **more})

    def rule(self, **more: Any) -> Any:
        """A routing rule."""
        return run_raw(self.paul, "work.add_routingrule", more)

    def complaint(self, ctx: Context | None = None, **more: Any) -> Case:
        """Jonas waited too long."""
        return commands.open_case(ctx or self.anna, **{"kind": "complaint", "title": "Waited 40 minutes", "party": self.jonas, **more})

    def fresh(self, case: Case) -> Case:
        """As it is stored."""
        with scope(self.company.pk):
            return Case.objects.select_related("owner", "queue").get(pk=case.pk)

    def steps(self, case: Case) -> list[tuple[str, str, str]]:
        """The flow strip: office, label, state."""
        with scope(self.company.pk):
            return [(s.office, s.label, s.state) for s in case_steps(self.paul, Case.objects.get(pk=case.pk))]

    def later(self, ctx: Context, **span: float) -> Context:
        """The same caller some time on."""
        return replace(ctx, now=ctx.now + timedelta(**span))
